"""The kit of the API: ``@endpoint`` says everything about a call, and does what all of them need.

A view gets ``body`` and ``query`` as checked models and gives back a model or an :class:`Answer`;
errors are raised. See docs/decisions/0006-api-kit.md.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, Response, request
from pydantic import BaseModel

from vitrina.api import once, problems
from vitrina.api.access import Access, Kind
from vitrina.api.reading import read_body, read_query
from vitrina.api.schemas import In, NoQuery, Query
from vitrina.web import limits
from vitrina.web.csrf import csrf

VERSION = "v1"
PREFIXES = (f"/api/{VERSION}", "/api")
BLUEPRINTS: list[Blueprint] = []
ENDPOINTS: list["Endpoint"] = []
USUAL_LIMIT = "600/minute"

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with more than a body. ``etag`` without quotes; ``version.digest`` for products."""

    body: BaseModel | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is known of a call: for answering it, and for the OpenAPI document."""

    method: str
    path: str
    view: View
    access: Access
    summary: str
    description: str
    tag: str
    body: type[In] | None
    body_optional: bool
    query: type[Query]
    answer: Any
    status: int
    limit: str
    etag: bool
    idempotent: bool
    errors: tuple[int, ...]
    name: str
    file: str


def blueprint(name: str) -> Blueprint:
    """A part of the API (``products``); mounted by :func:`mount` once for each prefix."""
    made = Blueprint(name, f"vitrina.api.{name}")
    made.register_error_handler(Exception, problems.answer)
    made.after_request(_finish)
    csrf.exempt(made)  # no cookie is read here, so no other site can send one
    BLUEPRINTS.append(made)
    return made


def endpoint(
    part: Blueprint,
    method: str,
    path: str,
    *,
    summary: str,
    access: Access,
    answer: Any = None,
    body: type[In] | None = None,
    body_optional: bool = False,
    query: type[Query] = NoQuery,
    status: int = 200,
    description: str = "",
    limit: str = USUAL_LIMIT,
    etag: bool = False,
    idempotent: bool = False,
    errors: tuple[int, ...] = (),
    file: str = "",
) -> Callable[[View], View]:
    """Make a view a call of the API.

    ``answer``: the model that goes out (None: 204). ``limit``: as ``10/minute`` for each address;
    calls with the usual one share it. ``etag``: tag the answer by its bytes. ``idempotent``: honour
    ``Idempotency-Key``. ``errors``: statuses worth documenting beside the usual ones. ``file``: the
    media type of an answer that is a file; the view gives it as a Response.
    """

    def register(view: View) -> View:
        spec = Endpoint(
            method=method, path=path, view=view, access=access, summary=summary,
            description=description, tag=part.name, body=body, body_optional=body_optional,
            query=query, answer=answer, status=status if answer is not None or file else 204,
            limit=limit, etag=etag, idempotent=idempotent, errors=errors, name=view.__name__,
            file=file,
        )  # fmt: skip
        _register(part, spec)
        return view

    return register


def _register(part: Blueprint, spec: Endpoint) -> None:
    """Put a call on its path, behind its limit, and where the documentation finds it."""
    ENDPOINTS.append(spec)

    @wraps(spec.view)
    def run(**arguments: Any) -> Response:
        return _run(spec, arguments)

    scope = "api" if spec.limit == USUAL_LIMIT else f"api.{part.name}.{spec.name}"
    limited = limits.limiter.shared_limit(spec.limit, scope=scope)(run)
    limited.access = str(spec.access)  # type: ignore[attr-defined]
    part.add_url_rule(spec.path, endpoint=spec.name, view_func=limited, methods=[spec.method])


def mount(app: Flask) -> None:
    """Mount every part under ``/api/v1`` and its alias ``/api``."""
    for prefix in PREFIXES:
        for part in BLUEPRINTS:
            name = f"{prefix.strip('/').replace('/', '_')}_{part.name}"
            app.register_blueprint(part, url_prefix=prefix, name=name)
    app.before_request(_refuse_unknown_routes)


def _refuse_unknown_routes() -> Response | None:
    """404 and 405 are found before any blueprint is; below /api they are problems as well."""
    error = request.routing_exception
    is_ours = request.path == "/api" or request.path.startswith("/api/")
    if not is_ours or error is None or (error.code or 0) < 400:
        return None
    return _finish(problems.answer(error))


def _run(spec: Endpoint, arguments: dict[str, Any]) -> Response:
    spec.access.check()
    query = read_query(spec.query)
    if spec.query is not NoQuery:
        arguments["query"] = query
    if spec.body is not None:
        arguments["body"] = read_body(spec.body, optional=spec.body_optional)
    if spec.idempotent:
        return once.answered_once(lambda: _respond(spec, spec.view(**arguments)))
    return _respond(spec, spec.view(**arguments))


def _respond(spec: Endpoint, result: Any) -> Response:
    if isinstance(result, Response):
        return result
    made = result if isinstance(result, Answer) else Answer(result)
    raw = b"" if made.body is None else made.body.model_dump_json().encode()
    status = made.status or (spec.status if made.body is not None else 204)
    response = Response(raw, status, content_type="application/json")
    response.headers.update(made.headers)
    tag = made.etag or (hashlib.sha256(raw).hexdigest()[:24] if spec.etag else None)
    if tag is not None:
        response.set_etag(tag)
        if request.method in ("GET", "HEAD"):
            response.make_conditional(request)
    is_public = spec.access.kind is Kind.PUBLIC and "Authorization" not in request.headers
    can_keep = is_public and request.method in ("GET", "HEAD")
    response.headers.setdefault("Cache-Control", "no-cache" if can_keep else "no-store")
    return response


def _finish(response: Response) -> Response:
    """What every answer of the API carries."""
    response.vary.add("Authorization")
    limits.add_headers(response)
    return response

"""Errors as ``application/problem+json`` (RFC 9457): a stable code, and no secrets."""

import re
from http import HTTPStatus
from typing import Any

import structlog
from flask import Response, request
from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from vitrina.core.db import is_duplicate, session, to_json
from vitrina.core.errors import DomainError, NotFound, Overtaken
from vitrina.web.messages.words import sentence, status_of

log = structlog.get_logger("vitrina.api")

# Where HTTP has a word of its own for what happened.
STATUS_BY_CODE = {
    "payment_declined": 402,
    "too_many_attempts": 429,
    "bad_credentials": 401,
    "invalid_token": 401,
    "token_reused": 401,
    "idempotency_key_reused": 422,
}
CODE_BY_STATUS = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}
DETAILS = {
    400: "The request cannot be read.",
    404: "There is nothing at this address.",
    405: "This method is not possible here.",
    413: "The request is too large.",
    415: "Send JSON, with Content-Type: application/json.",
    429: "Too many requests. Try again later.",
    500: "Something went wrong on our side. The request id helps us to find it.",
}
_OWN_MEMBERS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


class Problem(Exception):
    """An answer that says what is wrong, raised by the API itself."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: dict[str, list[dict[str, str]]] | None = None,
        headers: dict[str, str] | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}
        self.facts = facts or {}


def request_id() -> str:
    """The id of this request, which is also in its header and in the logs."""
    return str(request.environ.get("vitrina.request_id", ""))


def answer(error: Exception) -> Response:
    """The response for whatever was raised; unknown errors are logged and answer 500."""
    session.remove()  # a broken connection goes with it
    problem = to_problem(error)
    body = {
        **{k: v for k, v in problem.facts.items() if k not in _OWN_MEMBERS},
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": request_id(),
    }
    if problem.errors:
        body["errors"] = problem.errors
    response = Response(to_json(body), problem.status, content_type="application/problem+json")
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def to_problem(error: Exception) -> Problem:
    """``error`` as a Problem."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, ValidationError):
        return validation(error)
    if isinstance(error, HTTPException) and error.code is not None and error.code >= 400:
        return _of_http(error)
    if isinstance(error, IntegrityError) and is_duplicate(error):
        return _of_domain(Overtaken())
    if isinstance(error, OperationalError):
        log.error("api.database", path=request.path, exc_info=error)
        headers = {"Retry-After": "5"}
        return Problem(503, "unavailable", "Try again in a moment.", headers=headers)
    log.error("api.failed", path=request.path, exc_info=error)
    return Problem(500, "internal_error", DETAILS[500])


def _of_domain(error: DomainError) -> Problem:
    status = STATUS_BY_CODE.get(error.code) or status_of(error)
    headers = {}
    if status == 429:
        headers["Retry-After"] = str(error.facts.get("retry_after", 60))
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="vitrina"'
    # What is not there and what is not yours must look the same.
    told = {} if isinstance(error, NotFound) else error.facts
    facts = {name: fact for name, fact in told.items() if name != "field"}
    return Problem(
        status,
        error.code,
        sentence(error),
        errors=_fields(error),
        headers=headers,
        facts=facts,
    )


def _fields(error: DomainError) -> dict[str, list[dict[str, str]]] | None:
    by_field = error.facts.get("errors")
    if isinstance(by_field, dict):
        return {
            str(name): [{"code": str(code), "message": _plain(str(code))}]
            for name, code in by_field.items()
        }
    field = error.facts.get("field")
    if isinstance(field, str):
        return {field: [{"code": error.code, "message": sentence(error)}]}
    return None


def _plain(code: str) -> str:
    return code.replace("_", " ").capitalize() + "."


def _of_http(error: HTTPException) -> Problem:
    status = int(error.code or 500)
    headers = {}
    valid = getattr(error, "valid_methods", None)
    if status == 405 and valid:
        headers["Allow"] = ", ".join(sorted(valid))
    code = CODE_BY_STATUS.get(status) or re.sub(r"\W+", "_", error.name.lower())
    return Problem(status, code, DETAILS.get(status, error.name + "."), headers=headers)


def validation(error: ValidationError) -> Problem:
    """What pydantic found, by field: ``{"lines.0.quantity": [{"code", "message"}]}``."""
    errors: dict[str, list[dict[str, str]]] = {}
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        # The names of union branches are ours, not the sender's.
        where = [str(part) for part in found["loc"] if not re.search(r"[\[\](:]", str(part))]
        field = ".".join(where)[:200].encode("utf-8", "replace").decode() or "body"
        message = found["msg"].removeprefix("Value error, ")
        errors.setdefault(field, []).append({"code": found["type"], "message": message})
        if len(errors) >= 50:
            break
    return Problem(422, "validation_failed", "Some values cannot be used.", errors=errors)

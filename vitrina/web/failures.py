"""Errors in the storefront and the staff area: a sentence and the way back, or a page."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, current_app, flash, jsonify, redirect, render_template, request
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from vitrina.core.db import is_duplicate, session
from vitrina.core.errors import DomainError, Forbidden, NotFound, Overtaken
from vitrina.web.links import local_path
from vitrina.web.messages.words import sentence, status_of

log = structlog.get_logger("vitrina.failure")


def wants_json() -> bool:
    """Whether an island asked: it says ``Accept: application/json``."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def on_domain_error(error: DomainError) -> Response | tuple[str, int] | tuple[Response, int]:
    """A rule said no: a message and back (303) for forms, a page for what was only looked at."""
    session.rollback()
    status, words = status_of(error), sentence(error)
    if wants_json():
        return jsonify(code=error.code, message=words, facts=error.facts), status
    if request.method in ("GET", "HEAD") or isinstance(error, NotFound | Forbidden):
        return page(status, words)
    flash(words, "error")
    return redirect(_back(), 303)


def on_http_error(error: HTTPException) -> Response | tuple[Response, int]:
    """The page of an HTTP error, with the headers it must carry (``Allow``, ``Retry-After``)."""
    if error.code is None or error.code < 400:
        return Response.force_type(error.get_response(), request.environ)
    if wants_json():
        return jsonify(code=error.name.lower().replace(" ", "_"), message=error.name), error.code
    if error.code >= 500:
        return on_crash(error)
    if isinstance(error, MethodNotAllowed) and (above := _page_above()):
        return redirect(above, 303)
    response = Response(page(error.code, "")[0], error.code, mimetype="text/html")
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def on_crash(error: Exception, status: int = 500) -> Response:
    """Nothing is told but the request id; the log has the rest. Needs no database."""
    request_id = request.environ.get("vitrina.request_id", "")
    log.error("crash", id=request_id, path=request.path, exc_info=error)
    session.remove()  # a broken connection goes with it
    if wants_json():
        name = HTTPStatus(status).phrase
        return _json(status, code=name.lower().replace(" ", "_"), message=name)
    template = current_app.jinja_env.get_template("storefront/errors/500.html")
    return Response(template.render(request_id=request_id), status, mimetype="text/html")


def on_integrity_error(error: IntegrityError) -> Any:
    """Of two who store the same at once, the second one is told to look again (409)."""
    return on_domain_error(Overtaken()) if is_duplicate(error) else on_crash(error)


def on_no_database(error: OperationalError) -> Response:
    """The database is away, or somebody else held a row for too long: 503, try again."""
    response = on_crash(error, 503)
    response.headers["Retry-After"] = "5"
    return response


def _json(status: int, **body: str) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def page(status: int, words: str) -> tuple[str, int]:
    """The page of an error status, with the sentence where there is one."""
    template = "404" if status == 404 else "error"
    return render_template(f"storefront/errors/{template}.html", status=status, words=words), status


def _page_above() -> str | None:
    """Where a form stands that was refused, and whose address is now looked at; None if nowhere.

    A refused form is shown at the address it was sent to, which takes forms alone: who reloads it,
    or comes back to it, wants the page above. Its query goes along, for it may hold a key.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    pages = current_app.create_url_adapter(request)
    path = request.path.rpartition("/")[0]
    while pages is not None and path.strip("/"):
        try:
            pages.match(path, method="GET")
        except RequestRedirect:
            path += "/"
        except (MethodNotAllowed, NoSuchPage):
            path = path.rpartition("/")[0]
            continue
        query = request.query_string.decode("ascii", "replace")
        return f"{request.script_root}{path}" + (f"?{query}" if query else "")
    return None


def _back() -> str:
    referrer = request.headers.get("Referer", "")
    host = f"{request.scheme}://{request.host}"
    if referrer.startswith(f"{host}/"):
        return local_path(referrer.removeprefix(host))
    return f"{request.script_root}/"


def init_app(app: Flask) -> None:
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(IntegrityError, on_integrity_error)
    app.register_error_handler(OperationalError, on_no_database)
    app.register_error_handler(Exception, on_crash)

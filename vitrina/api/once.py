"""``Idempotency-Key``: the same request sent twice has one effect and one answer."""

import hashlib
import json
from collections.abc import Callable

from flask import Response, g, request

from vitrina.api import problems
from vitrina.api.problems import Problem
from vitrina.api.tokens import current_user
from vitrina.core import idempotency
from vitrina.core.db import committing
from vitrina.core.ids import hash_token

_KEPT_HEADERS = ("Location", "ETag", "Content-Type", "X-Cart-Token")


def key() -> str | None:
    """The ``Idempotency-Key`` of this request; None without one. Raises Problem 400 when unfit."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    if not 1 <= len(sent) <= 255 or not sent.isascii() or not sent.isprintable():
        raise Problem(
            400, "bad_idempotency_key", "An idempotency key has 1 to 255 printable characters."
        )
    return sent


def scope() -> str:
    """Whose key it is: the user's, the cart's, or the address's."""
    user = current_user()
    if user is not None:
        return f"user:{user.id}"
    token = request.headers.get("X-Cart-Token")
    return f"cart:{hash_token(token)}" if token else f"guest:{request.remote_addr}"


def seal() -> None:
    """Say inside ``committing()`` that what follows must happen once under this request's key.

    Whatever becomes of the answer then, a crash included, the key never runs again. Needless for
    what can be run again safely, such as an order, which remembers its own key. Raises InProgress.
    """
    claim = g.get("idempotency_claim")
    if claim is not None:
        idempotency.seal(*claim)


def answered_once(run: Callable[[], Response]) -> Response:
    """Answer by ``run``, or with what was answered under the same key before.

    Success and a declined payment are kept. After any other refusal nothing was done, so the key is
    free again, unless the effect was sealed: then the key answers that its answer is lost.
    """
    used = key()
    if used is None:
        return run()
    owner = scope()
    asked = b"\n".join((request.method.encode(), _path().encode(), request.get_data()))
    with committing():
        found = idempotency.begin(owner, used, hashlib.sha256(asked).hexdigest())
        kept = (found.status, dict(found.answer or {}))
        g.idempotency_claim = (owner, used, found.created_at)
    if kept[0] is not None:
        return _replay(*kept)
    try:
        response = _run(run)
        is_final = response.status_code < 400 or response.status_code == 402
        with committing():
            if is_final:
                idempotency.finish(owner, used, response.status_code, _pack(response))
            else:
                idempotency.give_up(owner, used)
    except BaseException:
        with committing():
            idempotency.give_up(owner, used)
        raise
    return response


def _path() -> str:
    """The path without the version: ``/api`` is an alias of ``/api/v1``."""
    return request.path.removeprefix("/api").removeprefix("/v1")


def _run(run: Callable[[], Response]) -> Response:
    try:
        return run()
    except Exception as error:  # the boundary: whatever it was, the key must be settled
        return problems.answer(error)


def _pack(response: Response) -> dict[str, object]:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return {"body": json.loads(response.get_data() or b"null"), "headers": headers}


def _replay(status: int | None, answer: dict[str, object]) -> Response:
    body = answer.get("body")
    if isinstance(body, dict) and "request_id" in body:  # a problem names the request it answers
        body = {**body, "request_id": problems.request_id()}
    raw = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(raw, status or 200)
    headers = answer.get("headers")
    if isinstance(headers, dict):
        response.headers.update({str(name): str(value) for name, value in headers.items()})
    response.headers["Idempotent-Replayed"] = "true"
    response.headers["Cache-Control"] = "no-store"
    return response

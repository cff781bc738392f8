"""One call of Stripe's API: the key, the form, the work, the object with what was expanded."""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request

from vitrina.simulator import events
from vitrina.simulator.calls import Call, Context, Reply, answer, perform
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import forms
from vitrina.simulator.stripe.errors import DIALECT, error, malformed, missing
from vitrina.simulator.stripe.expansion import expand

API_VERSION = "2026-10-28.endive"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

api = Blueprint("stripe_api", __name__, url_prefix="/v1")

Handler = Callable[..., Json]


def new_id(prefix: str) -> str:
    """An id as Stripe makes them: ``pi_`` and 24 letters and digits."""
    return f"{prefix}_{''.join(secrets.choice(LETTERS) for _ in range(24))}"


def operation(
    method: str, rule: str, name: str, table: forms.Table | None = None
) -> Callable[[Handler], Handler]:
    """Make a handler a call of the API.

    It is given the Context, the parameters as read by ``table``, and the parts of the path; what it
    gives back is the answer. ``name`` is what faults are matched with, after ``stripe.``.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def view(**path: str) -> Response:
            refused = _key_error()
            if refused is not None:
                return answer(DIALECT, refused)
            pairs = list((request.form if method == "POST" else request.args).items(multi=True))
            key = request.headers.get("Idempotency-Key", "") if method == "POST" else ""
            call = Call(f"stripe.{name}", key, "\n".join(f"{k}={v}" for k, v in sorted(pairs)))

            def work(ctx: Context) -> Reply:
                said = forms.read(
                    {"expand": forms.list_of(forms.text), **(table or {})}, forms.tree(pairs)
                )
                paths = said.pop("expand", [])
                return Reply(public(expand(ctx.tx, handler(ctx, said, **path), paths)))

            return perform(DIALECT, call, work)

        api.add_url_rule(rule, name.replace(".", "_"), view, methods=[method])
        return handler

    return decorate


@api.route("/<path:rest>", methods=["GET", "POST", "DELETE"])
def unknown(rest: str) -> Response:
    """What Stripe has not, or the simulator does not play."""
    message = f"Unrecognized request URL ({request.method}: {request.path})."
    return answer(DIALECT, error(404, "invalid_request_error", message))


def found(ctx: Context, kind: str, object_id: str, param: str = "id") -> Json:
    """An object by its id. Raises Stripe's ``resource_missing``."""
    body = ctx.tx.get(f"stripe.{kind}", object_id)
    if body is None:
        raise missing(kind.replace(".", "_"), object_id, param)
    return body


def keep(ctx: Context, body: Json) -> Json:
    """Keep an object under its own kind."""
    return ctx.tx.put(f"stripe.{body['object']}", body)


def emit(ctx: Context, kind: str, body: Json, previous: Json | None = None) -> None:
    """Tell that something happened, with the object as it is now."""
    data: Json = {"object": public(body)}
    if previous is not None:
        data["previous_attributes"] = previous
    event: Json = {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": ctx.tx.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": ctx.key or None},
        "type": kind,
    }
    keep(ctx, event)
    events.queue(ctx.tx, "stripe", event)


def page(objects: list[Json], said: forms.Tree, address: str) -> Json:
    """One page of a list, newest first, as Stripe's list object."""
    limit = said.get("limit", 10)
    if not 1 <= limit <= 100:
        raise malformed("Invalid limit: must be between 1 and 100", param="limit")
    ids = [one["id"] for one in objects]
    for cursor in ("starting_after", "ending_before"):
        if said.get(cursor) and said[cursor] not in ids:
            raise missing("object", said[cursor], cursor)
    if said.get("starting_after"):
        objects = objects[ids.index(said["starting_after"]) + 1 :]
    if said.get("ending_before"):
        objects = objects[: ids.index(said["ending_before"])]
        return _list(objects[-limit:], more=len(objects) > limit, address=address)
    return _list(objects[:limit], more=len(objects) > limit, address=address)


def public(value: Any) -> Any:
    """The value without the simulator's own fields, whose names begin with ``_``."""
    if isinstance(value, dict):
        return {name: public(one) for name, one in value.items() if not name.startswith("_")}
    return [public(one) for one in value] if isinstance(value, list) else value


def merge(body: Json, said: forms.Tree) -> None:
    """Set what was sent; metadata is merged, and an empty value of it removes the name."""
    for name, value in said.items():
        if name == "metadata":
            merged = {**body["metadata"], **value} if value else {}
            body["metadata"] = {key: one for key, one in merged.items() if one != ""}
        else:
            body[name] = value


def _list(data: list[Json], *, more: bool, address: str) -> Json:
    return {"object": "list", "data": data, "has_more": more, "url": address}


def _key_error() -> Reply | None:
    """401 unless the call came with a secret key of the test mode."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic" and request.authorization:
        key = request.authorization.username or ""
    if not key:
        return error(
            401,
            "invalid_request_error",
            "You did not provide an API key. You need to provide your API key in the Authorization"
            " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        shown = f"{key[:7]}{'*' * 8}{key[-4:]}"
        return error(401, "invalid_request_error", f"Invalid API Key provided: {shown}")
    return None

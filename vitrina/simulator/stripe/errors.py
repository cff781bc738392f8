"""Stripe's errors, in Stripe's words, and what every answer of its API carries."""

import secrets
from collections.abc import Mapping
from typing import Any

from vitrina.simulator.calls import Refusal, Reply
from vitrina.simulator.store import Json

DOCS = "https://docs.stripe.com/error-codes/"


def error(
    status: int, kind: str, message: str, *, code: str = "", param: str = "", **more: Any
) -> Reply:
    """An answer with an error of type ``kind``, such as ``invalid_request_error``."""
    body: Json = {"message": message, "type": kind, **more}
    if code:
        body |= {"code": code, "doc_url": DOCS + code.replace("_", "-")}
    if param:
        body["param"] = param
    return Reply({"error": body}, status)


def invalid(message: str, *, code: str = "", param: str = "", **more: Any) -> Refusal:
    """400: the request cannot be carried out, because of itself or of where things stand."""
    return Refusal(error(400, "invalid_request_error", message, code=code, param=param, **more))


def malformed(message: str, *, code: str = "", param: str = "") -> Refusal:
    """400: the parameters are wrong. Such an answer is not kept for the idempotency key."""
    reply = error(400, "invalid_request_error", message, code=code, param=param)
    return Refusal(Reply(reply.body, reply.status, saved=False))


def missing(what: str, object_id: str, param: str = "id") -> Refusal:
    """404, or 400 where the missing thing was named by a parameter."""
    status = 404 if param in ("id", "intent", "session") else 400
    message = f"No such {what}: '{object_id}'"
    reply = error(status, "invalid_request_error", message, code="resource_missing", param=param)
    return Refusal(Reply(reply.body, reply.status, saved=False))


class StripeDialect:
    """What the wire itself gets wrong, as Stripe says it."""

    name = "stripe"
    key_seconds = 24 * 3600

    def too_many_requests(self) -> Reply:
        message = "Request rate limit exceeded. You can retry with exponential backoff."
        return error(429, "invalid_request_error", message, code="rate_limit")

    def server_error(self) -> Reply:
        return error(500, "api_error", "An unknown error occurred")

    def key_in_use(self, key: str) -> Reply:
        message = (
            "There is currently another in-progress request using this Idempotent Key (that"
            " probably means you submitted twice, and the other request is still going through):"
            f" {key}. Please try again later."
        )
        reply = error(409, "idempotency_error", message, code="idempotency_key_in_use")
        return Reply(reply.body, reply.status, saved=False)

    def key_reused(self, key: str) -> Reply:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}' if you meant to execute a"
            " different request."
        )
        reply = error(400, "idempotency_error", message)
        return Reply(reply.body, reply.status, saved=False)

    def headers(self, *, replayed: bool) -> Mapping[str, str]:
        found = {"Request-Id": f"req_{secrets.token_hex(7)}"}
        return {**found, "Idempotent-Replayed": "true"} if replayed else found


DIALECT = StripeDialect()

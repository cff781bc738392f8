"""The rest of PayPal's API: tokens, the check of webhooks, the certificate, and disputes."""

import json
import secrets

from flask import Blueprint, Response, request

from vitrina.simulator import calls, events
from vitrina.simulator.calls import Call, Context, Refusal, Reply
from vitrina.simulator.paypal import news, shapes, wire
from vitrina.simulator.paypal.shapes import DISPUTE
from vitrina.simulator.paypal.wire import DIALECT, TOKEN_SECONDS, look, refusal

bp = Blueprint("paypal_account", __name__, url_prefix="/v1")

PROOFS = (
    *("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time"),
    "webhook_id",
)
SUMMARY = (
    *("dispute_id", "create_time", "update_time", "reason", "status", "dispute_state"),
    *("dispute_amount", "dispute_life_cycle_stage", "dispute_channel", "links"),
)


@bp.post("/oauth2/token")
def token() -> Response:
    """A token for any merchant that gives an id and a secret."""

    def work(context: Context) -> Reply:
        given = request.authorization
        named = given is not None and given.type == "basic" and given.username and given.password
        if not named or request.form.get("grant_type") != "client_credentials":
            error = {
                "error": "invalid_client",
                "error_description": "Client Authentication failed",
            }
            raise Refusal(Reply(error, 401, saved=False))
        made = secrets.token_urlsafe(32)
        context.tx.put("paypal.token", {"id": made, "until": context.tx.now() + TOKEN_SECONDS})
        return Reply(
            {
                "scope": "https://uri.paypal.com/services/payments",
                "access_token": made,
                "token_type": "Bearer",
                "app_id": "APP-80W284485P519543T",
                "expires_in": TOKEN_SECONDS,
                "nonce": f"{wire.sent_at()}{secrets.token_urlsafe(24)}",
            }
        )

    return calls.perform(DIALECT, Call("paypal.oauth.token"), work)


@bp.post("/notifications/verify-webhook-signature")
def verify() -> Response:
    """Whether a webhook is ours, byte for byte, and was sent to the webhook of that id."""

    def work(context: Context) -> Reply:
        try:
            parts = _members(request.get_data(as_text=True))
            said = {name: str(json.loads(parts[name])) for name in PROOFS}
            body = parts["webhook_event"]
        except (KeyError, ValueError):
            raise refusal(400, "MISSING_REQUIRED_PARAMETER", variant="payments") from None
        known = {one.secret for one in events.endpoints(context.tx, wire.NAME)}
        good = said["webhook_id"] in known and news.is_ours(said, body.encode())
        return Reply({"verification_status": "SUCCESS" if good else "FAILURE"})

    return look("paypal.webhooks.verify", work)


def _members(text: str) -> dict[str, str]:
    """The members of a JSON object, each as it was written. Raises ValueError."""
    reader, found, at = json.JSONDecoder(), {}, _skip(text, 0, "{")
    while True:
        name, at = reader.raw_decode(text, _skip(text, at))
        start = _skip(text, _skip(text, at, ":"))
        _, at = reader.raw_decode(text, start)
        found[name] = text[start:at]
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            return found
        at = _skip(text, at, ",")


def _skip(text: str, at: int, mark: str = "") -> int:
    """Past white space, and past ``mark``. Raises ValueError when it is not there."""
    while text[at : at + 1] in tuple(" \t\r\n"):
        at += 1
    if mark and text[at : at + 1] != mark:
        raise ValueError(f"no {mark} at {at}")
    return at + len(mark)


@bp.get("/notifications/certs/CERT-simulator")
def certificate() -> Response:
    """What the webhooks are signed with; PayPal too gives it to everybody."""
    return Response(news.certificate(), mimetype="application/x-pem-file")


@bp.get("/customer/disputes")
def list_disputes() -> Response:
    """The disputes of a capture, in short."""

    def work(context: Context) -> Reply:
        capture = request.args.get("disputed_transaction_id", "")
        found = [
            shapes.dispute(context.tx, context.url, one)
            for one in context.tx.find(DISPUTE, **({"capture": capture} if capture else {}))
        ]
        items = [{name: one[name] for name in SUMMARY} for one in found]
        return Reply({"items": items, "links": []})

    return look("paypal.disputes.list", work)


@bp.get("/customer/disputes/<dispute_id>")
def get_dispute(dispute_id: str) -> Response:
    def work(context: Context) -> Reply:
        if context.tx.get(DISPUTE, dispute_id) is None:
            raise refusal(404, "INVALID_RESOURCE_ID")
        return Reply(shapes.show(context.tx, context.url, DISPUTE, dispute_id))

    return look("paypal.disputes.get", work)

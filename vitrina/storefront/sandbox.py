"""The sandbox bank's own page, where a buyer confirms a payment (3-D Secure), and webhooks."""

import structlog
from flask import Blueprint, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from vitrina.core.money import Money
from vitrina.payments import registry
from vitrina.payments.errors import (
    ForgedNotice,
    PaymentNotFound,
    ProviderTimeout,
    UnknownProvider,
)
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.web import paying
from vitrina.web.access import public
from vitrina.web.csrf import public_form
from vitrina.web.formats import money
from vitrina.web.links import local_path

log = structlog.get_logger("vitrina.webhooks")
bp = Blueprint("sandbox", __name__)
webhooks = Blueprint("webhooks", __name__)


def _bank() -> Sandbox:
    try:
        provider = registry.get(Sandbox.code)
    except UnknownProvider:
        abort(404)
    if not isinstance(provider, Sandbox):
        abort(404)
    return provider


@bp.route("/sandbox/3ds/<ref>", methods=["GET", "POST"])
@public
def authenticate(ref: str) -> str | Response:
    """Ask the buyer, as a bank would; then back to the shop, which asks the bank itself."""
    bank = _bank().bank
    try:
        payment = bank.look(ref)
        if request.method == "GET":
            amount = Money(payment["amount"], payment["currency"])
            return render_template("storefront/checkout/bank.html", amount=money(amount), ref=ref)
        bank.authenticate(ref, approved=request.form.get("answer") == "approve")
    except PaymentNotFound:
        abort(404)
    back = payment["return_url"].removeprefix(request.host_url.rstrip("/"))
    return redirect(local_path(back), 303)


@webhooks.post("/webhooks/payments/<provider>")
@public_form
@public
def hear(provider: str) -> tuple[Response, int]:
    """A provider has news. It is verified on the raw body, kept once, and answered at once."""
    body = request.get_data(cache=False)
    try:
        heard = paying.hear(provider, dict(request.headers), body)
    except UnknownProvider:
        return jsonify(code="not_found"), 404
    except ForgedNotice as error:
        log.warning("webhook.forged", client=request.remote_addr, **error.facts)
        return jsonify(code="webhook_forged"), 400
    except ProviderTimeout:
        # It could not be checked just now: the provider sends it again.
        return jsonify(code="unavailable"), 503
    return jsonify(received=heard), 200

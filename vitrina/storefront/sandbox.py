"""The sandbox bank's own page, where a buyer confirms a payment (3-D Secure)."""

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from vitrina.core.money import Money
from vitrina.payments import registry
from vitrina.payments.errors import PaymentNotFound, UnknownProvider
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.web.access import public
from vitrina.web.formats import money
from vitrina.web.links import local_path

bp = Blueprint("sandbox", __name__)


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

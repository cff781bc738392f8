"""The page where a buyer approves an order, as PayPal's ``/checkoutnow``."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from vitrina.simulator.calls import Context, Refusal, own_url, store
from vitrina.simulator.paypal import bank
from vitrina.simulator.paypal.shapes import PAYER_ID
from vitrina.simulator.store import Json

bp = Blueprint("paypal_pages", __name__)

WAYS = {
    "pay": ("PayPal balance", "The payment succeeds."),
    "decline": ("A card that its bank declines", "The payment fails; another try can succeed."),
    "confirm": ("A card that its bank wants confirmed", "The shop sends you back to this page."),
    "refuse": ("An account that may not pay this shop", "The payment fails."),
    "review": ("A payment that PayPal looks at first", "It is pending until it is settled."),
}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
)
OPEN = ("CREATED", "PAYER_ACTION_REQUIRED", "APPROVED")


@bp.get("/checkoutnow")
def show() -> Response:
    """What is to be paid, and the ways to do it."""
    with store().transaction() as tx:
        try:
            order = bank.order_of(tx, request.args.get("token", ""))
        except Refusal:
            return _page("gone", 404)
    if order["status"] not in OPEN:
        return _page("done", 200, order=order, back=_back(order["pages"]["return_url"], order))
    return _page("approve", 200, order=order, ways=WAYS)


@bp.post("/checkoutnow")
def decide() -> AnyResponse:
    """The buyer agrees, or turns away; either way they go back to the shop."""
    with store().transaction() as tx:
        context = Context(tx, own_url())
        try:
            order = bank.order_of(tx, request.args.get("token", ""))
        except Refusal:
            return _page("gone", 404)
        choice = request.form.get("choice", "")
        approves = request.form.get("answer") == "approve"
        if approves and choice in WAYS and order["status"] in OPEN:
            bank.approve(context, order, choice)
    address = order["pages"]["return_url" if approves else "cancel_url"]
    if not address:
        return _page("done", 200, order=order, back="")
    return redirect(_back(address, order), 303)


def _back(address: str, order: Json) -> str:
    """The shop's address with the order's id, and the buyer's where they agreed."""
    if not address:
        return ""
    parts = urlsplit(address)
    told = [("token", order["id"])] + ([("PayerID", PAYER_ID)] if order["approved"] else [])
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *told])
    return urlunsplit(parts._replace(query=query))


def _page(name: str, status: int, **shown: object) -> Response:
    response = make_response(render_template(f"simulator/paypal/{name}.html", **shown), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY
    return response

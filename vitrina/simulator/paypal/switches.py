"""``/_sim/paypal``: what a buyer, PayPal's staff or the merchant's dashboard do without the API."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound, UnprocessableEntity

from vitrina.simulator import calls
from vitrina.simulator.calls import Context, Refusal, own_url, store
from vitrina.simulator.paypal import bank, shapes, wire
from vitrina.simulator.paypal.shapes import CAPTURE, DISPUTE, ORDER, REFUND
from vitrina.simulator.store import Json

bp = Blueprint("paypal_switches", __name__, url_prefix="/_sim/paypal")

CHOICES = (*bank.CHOICES, *bank.REVIEWS)
OUTCOMES = ("RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR", "CANCELED_BY_BUYER")


@bp.errorhandler(HTTPException)
def refused(error: HTTPException) -> tuple[Response, int]:
    """Every error here is JSON with one sentence."""
    return jsonify(error=error.description), error.code or 500


@bp.errorhandler(Refusal)
def refused_as_paypal_would(refusal: Refusal) -> Response:
    return calls.answer(wire.DIALECT, refusal.reply)


@bp.put("/settings")
def settings() -> Response:
    """``{"refunds_wait": true}``: refunds are pending until they are settled."""
    wait = _said("refunds_wait").get("refunds_wait", False)
    with store().transaction() as tx:
        tx.remember("paypal.refunds_wait", bool(wait))
    return jsonify(refunds_wait=bool(wait))


@bp.post("/orders/<order_id>/approval")
def approve(order_id: str) -> Response:
    """The buyer approves, with ``{"choice": ...}``; see :data:`CHOICES`."""
    choice = _said("choice").get("choice", "pay")
    if choice not in CHOICES:
        raise UnprocessableEntity(f"choice is one of {', '.join(CHOICES)}")

    def work(context: Context) -> tuple[str, str]:
        order = bank.order_of(context.tx, order_id)
        if order["status"] == "COMPLETED":
            raise UnprocessableEntity("the order is completed")
        bank.approve(context, order, choice)
        return ORDER, order_id

    return _do(work)


@bp.post("/orders/<order_id>/settlement")
def settle(order_id: str) -> Response:
    """The money of a pending capture comes (``{"paid": true}``), or does not."""
    paid = _paid()

    def work(context: Context) -> tuple[str, str]:
        taken = _capture(context, order_id)
        if taken["status"] != "PENDING":
            raise UnprocessableEntity("the capture is not pending")
        bank.settle_capture(context, taken, paid=paid)
        return CAPTURE, taken["id"]

    return _do(work)


@bp.post("/orders/<order_id>/refund")
def refund(order_id: str) -> Response:
    """The merchant refunds in PayPal's dashboard: ``{"value": "1.00"}``, or all that is left."""
    value = _said("value").get("value")

    def work(context: Context) -> tuple[str, str]:
        taken = _capture(context, order_id)
        amount = None
        if value is not None:
            asked = {**taken["amount"], "value": value}
            amount = wire.money(asked, variant="payments")
        return REFUND, bank.refund(context, taken, amount, {})["id"]

    return _do(work)


@bp.post("/refunds/<refund_id>/settlement")
def settle_refund(refund_id: str) -> Response:
    """A pending refund reaches the buyer (``{"paid": true}``), or fails."""
    paid = _paid()

    def work(context: Context) -> tuple[str, str]:
        given = _kept(context, REFUND, refund_id)
        if given["status"] != "PENDING":
            raise UnprocessableEntity("the refund is not pending")
        bank.settle_refund(context, given, paid=paid)
        return REFUND, refund_id

    return _do(work)


@bp.post("/orders/<order_id>/dispute")
def dispute(order_id: str) -> Response:
    """The buyer complains about what was paid: ``{"reason": "UNAUTHORISED"}``."""
    reason = str(_said("reason").get("reason", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"))

    def work(context: Context) -> tuple[str, str]:
        opened = bank.open_dispute(context, _capture(context, order_id), reason)
        return DISPUTE, opened["id"]

    return _do(work)


@bp.post("/disputes/<dispute_id>/resolution")
def resolve(dispute_id: str) -> Response:
    """PayPal decides: ``{"outcome": ...}``, one of :data:`OUTCOMES`."""
    outcome = _said("outcome").get("outcome")
    if outcome not in OUTCOMES:
        raise UnprocessableEntity(f"outcome is one of {', '.join(OUTCOMES)}")

    def work(context: Context) -> tuple[str, str]:
        opened = _kept(context, DISPUTE, dispute_id)
        if opened["status"] == "RESOLVED":
            raise UnprocessableEntity("the dispute is resolved")
        bank.resolve_dispute(context, opened, str(outcome))
        return DISPUTE, dispute_id

    return _do(work)


def _do(work: Callable[[Context], tuple[str, str]]) -> Response:
    """Do it in one transaction, and answer with what it changed."""
    with store().transaction() as tx:
        context = Context(tx, own_url())
        return jsonify(shapes.show(tx, context.url, *work(context)))


def _kept(context: Context, kind: str, object_id: str) -> Json:
    found = context.tx.get(kind, object_id)
    if found is None:
        raise NotFound(f"no {kind} {object_id}")
    return found


def _capture(context: Context, order_id: str) -> Json:
    """The latest capture of an order."""
    found = context.tx.find(CAPTURE, order=order_id)
    if not found:
        raise NotFound(f"nothing was captured of {order_id}")
    return found[0]


def _paid() -> bool:
    paid = _said("paid").get("paid", True)
    if type(paid) is not bool:
        raise UnprocessableEntity("paid is true or false")
    return paid


def _said(*allowed: str) -> Json:
    said = request.get_json(silent=True) if request.data else {}
    if not isinstance(said, dict) or not set(said) <= set(allowed):
        raise UnprocessableEntity(f"an object with any of {', '.join(allowed)}")
    return said

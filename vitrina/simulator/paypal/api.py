"""PayPal's REST API: Orders v2 and Payments v2, as far as a shop uses them."""

import re

from flask import Blueprint, Response

from vitrina.simulator.calls import Context, Reply
from vitrina.simulator.paypal import bank, shapes, wire
from vitrina.simulator.paypal.shapes import AUTHORIZATION, CAPTURE, ORDER, REFUND
from vitrina.simulator.paypal.wire import Shown, look, operate, refusal, told
from vitrina.simulator.store import Json

bp = Blueprint("paypal_api", __name__, url_prefix="/v2")

UNIT_TEXTS = {
    "reference_id": 256,
    "custom_id": 127,
    "invoice_id": 127,
    "description": 127,
    "soft_descriptor": 22,
}
_PATCHED = re.compile(r"/purchase_units/@reference_id=='([^']+)'/(custom_id|description|amount)")


def _show(context: Context, shown: Shown) -> Json:
    return shapes.show(context.tx, context.url, *shown)


def _kept(context: Context, kind: str, object_id: str) -> Json:
    found = context.tx.get(kind, object_id)
    if found is None:
        raise refusal(404, "INVALID_RESOURCE_ID")
    return found


# orders -----------------------------------------------------------------------------------------


@bp.post("/checkout/orders")
def create_order() -> Response:
    def work(context: Context) -> Shown:
        order = _new_order(context, told())
        context.tx.put(ORDER, order)
        return ORDER, order["id"]

    return operate("paypal.orders.create", work, _show, status=201, again=200)


def _new_order(context: Context, said: Json) -> Json:
    units = said.get("purchase_units")
    if said.get("intent") not in ("CAPTURE", "AUTHORIZE"):
        raise refusal(400, "MISSING_REQUIRED_PARAMETER", variant="orders", field="/intent")
    if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
        raise refusal(400, "MISSING_REQUIRED_PARAMETER", variant="orders", field="/purchase_units")
    unit = _unit(units[0])
    wallet = (said.get("payment_source") or {}).get("paypal") or {}
    pages = wallet.get("experience_context") or said.get("application_context") or {}
    now = context.tx.now()
    return {
        "id": wire.new_id(),
        "intent": said["intent"],
        "status": "PAYER_ACTION_REQUIRED" if wallet else "CREATED",
        "unit": unit,
        "reference": unit.get("custom_id", ""),
        "pages": {name: str(pages.get(name, "")) for name in ("return_url", "cancel_url")},
        "locale": str(pages.get("locale", "en-US")),
        "approved": False,
        "choice": "",
        "attempts": 0,
        "created": now,
        "updated": now,
    }


def _unit(said: Json) -> Json:
    """The purchase unit as it is kept. Raises Refusal."""
    unit: Json = {
        "reference_id": "default",
        "amount": wire.money(said.get("amount"), variant="orders"),
    }
    for name, longest in UNIT_TEXTS.items():
        value = said.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise refusal(400, "INVALID_PARAMETER_SYNTAX", variant="orders", field=f"/{name}")
        unit[name] = value
    return unit


@bp.get("/checkout/orders/<order_id>")
def get_order(order_id: str) -> Response:
    def work(context: Context) -> Reply:
        return Reply(shapes.order(context.tx, context.url, bank.order_of(context.tx, order_id)))

    return look("paypal.orders.get", work)


@bp.patch("/checkout/orders/<order_id>")
def patch_order(order_id: str) -> Response:
    """Change a text of the purchase unit, or lower its amount."""

    def work(context: Context) -> Reply:
        order = bank.order_of(context.tx, order_id)
        if order["status"] == "COMPLETED":
            raise refusal(422, "ORDER_ALREADY_COMPLETED")
        for change in wire.changes():
            path = _PATCHED.fullmatch(str(change.get("path")))
            if path is None or path[1] != order["unit"]["reference_id"]:
                raise refusal(422, "NOT_PATCHABLE")
            _patch(order, path[2], change)
        context.tx.put(ORDER, order)
        return Reply(None, 204)

    return look("paypal.orders.patch", work)


def _patch(order: Json, name: str, change: Json) -> None:
    if change.get("op") not in ("add", "replace"):
        raise refusal(422, "NOT_PATCHABLE")
    changed = _unit({**order["unit"], name: change.get("value")})
    more = wire.minor(changed["amount"]) > wire.minor(order["unit"]["amount"])
    if order["approved"] and more:
        raise refusal(422, "AMOUNT_CHANGE_NOT_ALLOWED")
    order["unit"] = changed


@bp.post("/checkout/orders/<order_id>/authorize")
def authorize_order(order_id: str) -> Response:
    def work(context: Context) -> Shown:
        bank.authorize(context, bank.order_of(context.tx, order_id))
        return ORDER, order_id

    return operate("paypal.orders.authorize", work, _show, status=201, again=200)


@bp.post("/checkout/orders/<order_id>/capture")
def capture_order(order_id: str) -> Response:
    def work(context: Context) -> Shown:
        bank.capture_order(context, bank.order_of(context.tx, order_id))
        return ORDER, order_id

    return operate("paypal.orders.capture", work, _show, status=201, again=200)


# payments ---------------------------------------------------------------------------------------


@bp.get("/payments/authorizations/<held_id>")
def get_authorization(held_id: str) -> Response:
    return _look_at("paypal.authorizations.get", AUTHORIZATION, held_id)


@bp.post("/payments/authorizations/<held_id>/capture")
def capture_authorization(held_id: str) -> Response:
    def work(context: Context) -> Shown:
        held, said = _kept(context, AUTHORIZATION, held_id), told()
        amount = wire.money(said["amount"], variant="payments") if "amount" in said else None
        final = said.get("final_capture") is True
        taken = bank.capture_authorization(context, held, amount or held["amount"], final=final)
        return CAPTURE, taken["id"]

    return operate("paypal.authorizations.capture", work, _show, status=201)


@bp.post("/payments/authorizations/<held_id>/void")
def void_authorization(held_id: str) -> Response:
    def work(context: Context) -> Reply:
        bank.void(context, _kept(context, AUTHORIZATION, held_id))
        return Reply(_show(context, (AUTHORIZATION, held_id)))

    return look("paypal.authorizations.void", work)


@bp.get("/payments/captures/<capture_id>")
def get_capture(capture_id: str) -> Response:
    return _look_at("paypal.captures.get", CAPTURE, capture_id)


@bp.post("/payments/captures/<capture_id>/refund")
def refund_capture(capture_id: str) -> Response:
    def work(context: Context) -> Shown:
        taken, said = _kept(context, CAPTURE, capture_id), told()
        amount = wire.money(said["amount"], variant="payments") if "amount" in said else None
        return REFUND, bank.refund(context, taken, amount, said)["id"]

    return operate("paypal.captures.refund", work, _show, status=201)


@bp.get("/payments/refunds/<refund_id>")
def get_refund(refund_id: str) -> Response:
    return _look_at("paypal.refunds.get", REFUND, refund_id)


def _look_at(operation: str, kind: str, object_id: str) -> Response:
    def work(context: Context) -> Reply:
        _kept(context, kind, object_id)
        return Reply(_show(context, (kind, object_id)))

    return look(operation, work)

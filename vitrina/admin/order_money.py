"""The money of an order: taking what is authorized, letting it go, giving it back by line.

And that of a parcel which came back from the door unpaid.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from vitrina.admin.desk import Answer, done, me, money_of, note
from vitrina.checkout import actions as checkout
from vitrina.checkout import handing_back
from vitrina.core.db import committing, session
from vitrina.core.errors import DomainError, Invalid
from vitrina.core.money import Money
from vitrina.core.permissions import Permission
from vitrina.orders import queries, refunds, refusing
from vitrina.orders.models import Order, OrderLine
from vitrina.shipping.models import ShipmentState
from vitrina.web import once
from vitrina.web.access import requires
from vitrina.web.messages.words import sentence, status_of

bp = Blueprint("admin_order_money", __name__, url_prefix="/admin/orders")
GONE = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)


@bp.post("/<number>/capture")
@requires(Permission.ORDERS_CAPTURE)
def capture(number: str) -> Answer:
    """Take the whole or a part of the authorized money; the worker asks the provider."""
    order = queries.by_number(number)
    amount = money_of(request.form.get("capture_amount"), "capture_amount", order.currency)
    with committing():
        payment = checkout.capture(order, amount, by=me().actor)
        taken = order.money(payment.capturing or 0)
        note("order.capture", f"order:{number}", amount=taken.text)
    return done(_("The money is being taken."), "admin_orders.show", number=number)


@bp.post("/<number>/release")
@requires(Permission.ORDERS_CAPTURE)
def release(number: str) -> Answer:
    """Let the authorized money go."""
    with committing():
        checkout.release(queries.by_number(number), by=me().actor)
        note("order.release", f"order:{number}")
    return done(_("The authorized money is let go."), "admin_orders.show", number=number)


@bp.post("/<number>/refusal")
@requires(Permission.ORDERS_CANCEL)
def refuse(number: str) -> Answer:
    """End an order that came back from the door unpaid."""
    order = queries.by_number(number)
    with committing():
        refusing.refuse(order, _pieces(order, "stock"), by=me().actor)
        note("order.refuse", f"order:{number}")
    return done(_("The order is over."), "admin_orders.show", number=number)


@dataclass(frozen=True, slots=True)
class Wish:
    """What staff typed: pieces to pay back and to put back by line, the delivery, an amount."""

    back: Mapping[int, int]
    restock: Mapping[int, int]
    shipping: bool
    amount: Money | None
    reason: str


@bp.get("/<number>/refunds")
@requires(Permission.ORDERS_REFUND)
def refund_page(number: str) -> Answer:
    """What can go back, line by line."""
    return _page(queries.by_number(number), {}, None)


@bp.post("/<number>/refunds")
@requires(Permission.ORDERS_REFUND)
def refund(number: str) -> Answer:
    """Work out the sum; once it was seen and confirmed, give it back."""
    order, typed = queries.by_number(number), request.form.to_dict()
    try:
        wish = _read(order)
        total = _total(order, wish)
    except DomainError as error:
        return _page(order, typed, None, sentence(error)), status_of(error)
    if typed.get("step") != "refund" or typed.get("confirmed") != str(total.minor):
        return _page(order, typed, total)
    if not wish.reason:
        return _page(order, typed, total, _("Say why the money goes back.")), 422
    try:
        with committing():
            if once.is_first(me().actor):
                _refund(order, wish)
    except DomainError as error:
        session.rollback()
        return _page(queries.by_number(number), typed, total, sentence(error)), status_of(error)
    if handing_back.waiting(queries.by_number(number)):
        return done(_("The money is to be sent back by you."), "admin_orders.show", number=number)
    return done(_("The money goes back to the buyer."), "admin_orders.show", number=number)


@bp.post("/<number>/refunds/<int:refund_id>/confirmation")
@requires(Permission.ORDERS_REFUND)
def confirm_refund(number: str, refund_id: int) -> Answer:
    """Staff have sent back the money of a transfer, of a cheque, or from the door."""
    with committing():
        if once.is_first(me().actor):
            sent = handing_back.confirm(queries.by_number(number), refund_id, by=me().actor)
            if sent is not None:
                note("order.refund_sent", f"order:{number}", amount=sent.text)
    return done(_("It was sent back; the buyer is told."), "admin_orders.show", number=number)


def _refund(order: Order, wish: Wish) -> None:
    owed = checkout.refund(
        order,
        wish.amount,
        pieces_back=wish.back,
        shipping=wish.shipping,
        reason=wish.reason,
        by=me().actor,
        restock=wish.restock,
    )
    sent = order.money(sum(one.amount for one in owed))
    note("order.refund", f"order:{order.number}", amount=sent.text, reason=wish.reason)


def _read(order: Order) -> Wish:
    """Raises Invalid for what is no number, InvalidAmount."""
    return Wish(
        back=_pieces(order, "back"),
        restock=_pieces(order, "stock"),
        shipping=request.form.get("shipping") == "y",
        amount=money_of(request.form.get("amount"), "amount", order.currency),
        reason=request.form.get("refund_reason", "").strip()[:300],
    )


def _pieces(order: Order, name: str) -> dict[int, int]:
    found = {}
    for line in order.lines:
        text = request.form.get(f"{name}-{line.id}", "").strip()
        if text and (not text.isascii() or not text.isdigit() or len(text) > 6):
            raise Invalid(field=f"{name}-{line.id}")
        if text and int(text):
            found[line.id] = int(text)
    return found


def _total(order: Order, wish: Wish) -> Money:
    """What would go back. Raises NotReturnable, and Invalid for nothing at all."""
    parts = refunds.parts_of(order, wish.back, shipping=wish.shipping)
    total = wish.amount or order.money(sum(part.amount for part in parts))
    if total.minor <= 0:
        raise Invalid(field="amount")
    return total


def _page(order: Order, typed: Mapping[str, str], total: Money | None, error: str = "") -> str:
    gone, delivery = refunds.returned(order.id), refunds.delivery_part(order)
    return render_template(
        "admin/orders/refund.html",
        order=order,
        rows=[_row(order, line, gone.get(line.id, 0), typed) for line in order.lines],
        delivery=order.money(delivery.amount) if delivery else None,
        refundable=refunds.refundable(order),
        typed=typed,
        total=total,
        error=error,
    )


def _row(order: Order, line: OrderLine, back: int, typed: Mapping[str, str]) -> dict[str, object]:
    """A line with what is left of it: to be paid back, and to be put back on the shelf."""
    left = line.quantity - back
    worth = refunds.parts_of(order, {line.id: left}) if left else []
    shipped = sum(
        part.quantity
        for shipment in order.shipments
        if shipment.state in GONE
        for part in shipment.lines
        if part.order_line_id == line.id
    )
    return {
        "id": line.id,
        "title": f"{line.title}, {line.variant_label}" if line.variant_label else line.title,
        "left": left,
        "worth": order.money(sum(part.amount for part in worth)),
        "shelf": shipped - line.restocked,
        "back": typed.get(f"back-{line.id}", ""),
        "stock": typed.get(f"stock-{line.id}", ""),
    }

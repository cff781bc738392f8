"""What staff do with orders: send, cancel, give money back. The worker tells the provider."""

from collections.abc import Iterable
from typing import Annotated, Any

from flask import request
from pydantic import Field

from vitrina.api import once
from vitrina.api.access import requires
from vitrina.api.kit import Answer, endpoint
from vitrina.api.orders import find, orders
from vitrina.api.orders_out import OrderOut, order_out
from vitrina.api.schemas import AmountIn, Id, In, Quantity, Text
from vitrina.api.tokens import current_user
from vitrina.checkout import actions as checkout
from vitrina.checkout import handing_back
from vitrina.core import audit
from vitrina.core.db import committing, session
from vitrina.core.money import Money, total
from vitrina.core.permissions import Permission
from vitrina.orders import actions, queries, refusing
from vitrina.orders.models import Order


class PiecesIn(In):
    """Pieces of a line of the order."""

    line_id: Id
    quantity: Quantity


Pieces = Annotated[list[PiecesIn], Field(min_length=1, max_length=500)]


class ShipmentIn(In):
    """What leaves; without ``lines`` all that is left.

    ``even_unpaid``: also when the rest of a changed order is still to be paid.
    """

    carrier: Text
    tracking_number: Annotated[str, Field(max_length=120)] = ""
    lines: Pieces | None = None
    even_unpaid: bool = False


class CancellationIn(In):
    reason: Text = ""


class RefusalIn(In):
    """``restock``: pieces that are good to be sold again; without it all that came back."""

    restock: Annotated[list[PiecesIn], Field(max_length=500)] | None = None


class CaptureIn(In):
    """How much of the authorized sum is taken; without an amount all that is owed."""

    amount: AmountIn | None = None


class RefundIn(In):
    """What goes back: ``lines`` and the delivery (``shipping``) at what was paid for them, or an
    ``amount``, or both, when it is another sum than the lines make; without any, all that is left.
    ``restock``: pieces that have been sent and come back onto the shelf.
    """

    amount: AmountIn | None = None
    lines: Pieces | None = None
    shipping: bool = False
    reason: Text = ""
    restock: Pieces | None = None


@endpoint(
    orders, "POST", "/orders/<key>/shipments",
    summary="Send a parcel of an order", access=requires(Permission.ORDERS_SHIP),
    body=ShipmentIn, answer=OrderOut, status=201, idempotent=True, errors=(404, 409),
)  # fmt: skip
def ship(key: str, body: ShipmentIn) -> Answer:
    order = find(key)
    lines = None if body.lines is None else _by_line(body.lines)
    with committing():
        once.seal()
        shipment = actions.ship(
            order,
            lines,
            carrier=body.carrier,
            tracking_number=body.tracking_number,
            even_unpaid=body.even_unpaid,
            by=_by(),
        )
        _note("order.ship", order, parcel=shipment.number)
    return _changed(order)


@endpoint(
    orders, "POST", "/orders/<key>/cancellation",
    summary="Cancel an order", access=requires(Permission.ORDERS_CANCEL),
    body=CancellationIn, body_optional=True, answer=OrderOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def cancel(key: str, body: CancellationIn) -> Answer:
    """Its stock is free again, and what was paid goes back."""
    order = find(key)
    with committing():
        once.seal()
        actions.cancel(order, reason=body.reason, by=_by())
        _note("order.cancel", order, reason=body.reason)
    return _changed(order)


@endpoint(
    orders, "POST", "/orders/<key>/payment",
    summary="Note that the money of a transfer, or of a parcel at the door, is here",
    description="Also after its time: the order is sold if its stock is still there.",
    access=requires(Permission.ORDERS_WRITE), answer=OrderOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def receive_payment(key: str) -> Answer:
    order = find(key)
    with committing():
        once.seal()
        checkout.receive_payment(order, by=_by())
        _note("order.mark_paid", order)
    return _changed(order)


@endpoint(
    orders, "POST", "/orders/<key>/refusal",
    summary="End an order that came back from the door unpaid",
    access=requires(Permission.ORDERS_CANCEL), body=RefusalIn, body_optional=True,
    answer=OrderOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def refuse(key: str, body: RefusalIn) -> Answer:
    """What it holds is free again, and its pieces are for sale."""
    order = find(key)
    restock = None if body.restock is None else _by_line(body.restock)
    with committing():
        once.seal()
        refusing.refuse(order, restock, by=_by())
        _note("order.refuse", order)
    return _changed(order)


@endpoint(
    orders, "POST", "/orders/<key>/capture",
    summary="Take the authorized money of an order",
    description="The worker asks the provider right after; the rest of the sum is given up.",
    access=requires(Permission.ORDERS_CAPTURE), body=CaptureIn, body_optional=True,
    answer=OrderOut, status=202, idempotent=True, errors=(404, 409),
)  # fmt: skip
def capture(key: str, body: CaptureIn) -> Answer:
    order = find(key)
    amount = None if body.amount is None else body.amount.money(order.currency, "amount")
    with committing():
        once.seal()
        payment = checkout.capture(order, amount, by=_by())
        taken = order.money(payment.capturing or 0)
        _note("order.capture", order, amount=taken.text, currency=taken.currency)
    return _changed(order)


@endpoint(
    orders, "POST", "/orders/<key>/refunds",
    summary="Give money back", access=requires(Permission.ORDERS_REFUND),
    body=RefundIn, body_optional=True, answer=OrderOut, status=201, idempotent=True,
    errors=(404, 409),
)  # fmt: skip
def refund(key: str, body: RefundIn) -> Answer:
    order = find(key)
    named = bool(body.lines) or body.shipping
    amount = None if named else _refundable(order)
    if body.amount is not None:
        amount = body.amount.money(order.currency, "amount")
    restock = None if body.restock is None else _by_line(body.restock)
    with committing():
        once.seal()
        owed = checkout.refund(
            order,
            amount,
            pieces_back=_by_line(body.lines or ()),
            shipping=body.shipping,
            reason=body.reason,
            by=_by(),
            restock=restock,
        )
        sent = order.money(sum(one.amount for one in owed))
        _note("order.refund", order, amount=sent.text, currency=sent.currency)
    return _changed(order)


@endpoint(
    orders, "POST", "/orders/<key>/refunds/<int:refund_id>/confirmation",
    summary="Say that a refund which staff send was sent",
    description="Of money that came by transfer, by cheque or at the door: only now it counts as "
    "given back, and the buyer is told. Saying it again changes nothing.",
    access=requires(Permission.ORDERS_REFUND), answer=OrderOut, idempotent=True, errors=(404, 409),
)  # fmt: skip
def confirm_refund(key: str, refund_id: int) -> Answer:
    order = find(key)
    with committing():
        once.seal()
        sent = handing_back.confirm(order, refund_id, by=_by())
        if sent is not None:
            _note("order.refund_sent", order, amount=sent.text, currency=sent.currency)
    return _changed(order)


def _by() -> str:
    user = current_user()
    return user.actor if user else "system"


def _note(action: str, order: Order, **after: Any) -> None:
    audit.note(_by(), action, f"order:{order.number}", {}, after, ip=request.remote_addr or "")


def _changed(order: Order) -> Answer:
    number = order.number
    session.expire_all()
    return Answer(order_out(queries.by_number(number)))


def _by_line(pieces: Iterable[PiecesIn]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in pieces:
        found[one.line_id] = found.get(one.line_id, 0) + one.quantity
    return found


def _refundable(order: Order) -> Money:
    return total((payment.refundable for payment in order.payments), order.currency)

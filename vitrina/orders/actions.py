"""What is done with orders once they are placed (placing is checkout's)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from vitrina.core import clock
from vitrina.core.db import rows_changed, session
from vitrina.core.events import record
from vitrina.inventory import actions as inventory
from vitrina.orders import downloads, queries, refunds
from vitrina.orders.errors import (
    CannotCancel,
    CannotShip,
    InvalidNote,
    NothingToShip,
    NotRestockable,
    RestUnpaid,
)
from vitrina.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    ShipmentDelivered,
    ShipmentShipped,
)
from vitrina.orders.models import ORDER, Order, OrderLine, OrderState, OrderVerb
from vitrina.orders.returns.closing import close_open
from vitrina.orders.rules import (
    coupon_references,
    left_to_ship,
)
from vitrina.orders.tables import OrderNote
from vitrina.payments import actions as payments
from vitrina.payments import registry
from vitrina.payments.ledger import actions as ledger
from vitrina.payments.ledger import rules as books
from vitrina.payments.ledger.models import EntryKind
from vitrina.payments.models import Payment, PaymentState, Refund
from vitrina.promotions import actions as promotions
from vitrina.shipping import actions as parcels
from vitrina.shipping.models import Shipment, ShipmentState

GONE = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)


def mark_paid(order: Order, *, by: str) -> None:
    """All the money of a locked order is here: it is sold, and its files may be fetched.

    What gift cards and store credit hold ready for it is taken now.
    """
    verb = OrderVerb.REVIVE if order.state is OrderState.EXPIRED else OrderVerb.PAY
    order.paid_at, order.expires_at = clock.now(), None
    ORDER.move(order, verb, by=by)
    for payment in order.payments:
        if payment.is_credit and payment.state is PaymentState.AUTHORIZED:
            payments.take_credit(payment, by=by)
    _enter_sale(order)
    digital = [line for line in order.lines if not line.requires_shipping and line.variant_id]
    if digital:
        inventory.hand_out(order.number, [line.variant_id or 0 for line in digital], by=by)
        downloads.grant(digital)
    record(OrderPaid(order_id=order.id, number=order.number))


def _enter_sale(order: Order) -> None:
    sold = books.sale(
        total=order.total, discount=order.discount, shipping=order.shipping, tax=order.tax
    )
    ledger.book(EntryKind.SALE, order.number, order.currency, sold, order_id=order.id)


def may_cancel(order: Order) -> bool:
    """Whether an order can be called off: nothing of it has left."""
    is_here = not any(shipment.state in GONE for shipment in order.shipments)
    return ORDER.can(order, OrderVerb.CANCEL) and is_here


def cancel(order: Order, *, reason: str, by: str) -> list[Refund]:
    """Stop an order of which nothing has left, give its stock and coupons back, and its money.

    Returns the refunds that are owed; the worker sends them to the provider. Raises CannotCancel,
    also for a buyer who has fetched a file of it (Directive 2011/83/EU, Art. 16 m).
    """
    order = queries.lock(order.id)
    if not by.startswith(("staff:", "system", "provider:")) and downloads.is_fetched(order):
        raise CannotCancel(number=order.number, state="downloaded")
    if not may_cancel(order):
        raise CannotCancel(number=order.number, state=str(order.state))
    for shipment in order.shipments:
        if shipment.state is ShipmentState.PACKING:
            parcels.cancel(shipment, by=by, note=reason)
    ORDER.move(order, OrderVerb.CANCEL, by=by, note=reason)
    order.expires_at = None
    close_open(order.id, by=by)
    free(order, by=by)
    downloads.revoke(line.id for line in order.lines)
    whole = refunds.refundable(order)
    owed = refunds.owe(order, whole, reason=reason, by=by) if whole else []
    refunds.forgo(order)
    record(OrderCancelled(order_id=order.id, number=order.number, reason=reason))
    return owed


def replace(order: Order, *, by_number: str, by: str) -> None:
    """Put aside an unpaid order, because its buyer confirmed the cart anew. Nobody is told."""
    ORDER.move(order, OrderVerb.CANCEL, by=by, note=f"replaced by {by_number}")
    order.expires_at = None
    free(order, by=by)


def expire(order: Order, *, by: str) -> None:
    """The time of a locked, unpaid order is over: what it held is free again."""
    ORDER.move(order, OrderVerb.EXPIRE, by=by)
    order.expires_at = None
    free(order, by=by)
    record(OrderExpired(order_id=order.id, number=order.number))


def free(order: Order, *, by: str) -> None:
    """Give back what an order holds: payments, stock, coupons, gift cards. Twice is as once.

    In this order, which is that of the locks (docs/locking.md).
    """
    for payment in order.attempts:
        payments.abandon(payment, by=by, note=str(order.state))
    inventory.release(order.number, by=by)
    for reference in coupon_references(order.number, len(order.attempts)):
        promotions.give_back(reference)
    for held in order.credits:
        payments.abandon(held, by=by, note=str(order.state))


def ship(
    order: Order,
    lines: Mapping[int, int] | None = None,
    *,
    carrier: str,
    tracking_number: str = "",
    even_unpaid: bool = False,
    by: str,
) -> Shipment:
    """Send a parcel: pieces by order line (``{line_id: pieces}``), or all that is left.

    ``even_unpaid``: staff send it although the rest of a changed order is still to be paid. Raises
    CannotShip (not paid, and not one that is paid at the door), RestUnpaid, NothingToShip,
    NotReserved.
    """
    order = queries.lock(order.id)
    if not may_ship(order, even_unpaid=True):
        raise CannotShip(number=order.number, state=str(order.state))
    if not may_ship(order, even_unpaid=even_unpaid):
        raise RestUnpaid(number=order.number, amount=order.outstanding.text)
    left = unshipped(order)
    pieces = dict(left if lines is None else lines)
    for line_id, quantity in pieces.items():
        if not 0 < quantity <= left.get(line_id, 0):
            raise NothingToShip(line_id=line_id, wanted=quantity, left=left.get(line_id, 0))
    shipment = parcels.open_shipment(order.id, order.number, pieces, by=by)
    parcels.ship(shipment, carrier=carrier, tracking_number=tracking_number, by=by)
    inventory.ship(order.number, _by_variant(order.lines, pieces), by=by)
    if pieces == left:
        ORDER.move(order, OrderVerb.SHIP, by=by)
        order.expires_at = None
    session.flush()
    session.expire(order, ["shipments"])
    record(ShipmentShipped(order_id=order.id, number=order.number, shipment_id=shipment.id))
    return shipment


def close_shipping(order: Order, *, by: str) -> None:
    """An order of which only what has left is wanted any more is shipped, or even delivered."""
    gone = [one for one in order.shipments if one.state in GONE]
    if not gone or unshipped(order) or not ORDER.can(order, OrderVerb.SHIP):
        return
    ORDER.move(order, OrderVerb.SHIP, by=by)
    order.expires_at = None
    if all(one.state is ShipmentState.DELIVERED for one in gone):
        ORDER.move(order, OrderVerb.DELIVER, by=by)


def unshipped(order: Order) -> dict[int, int]:
    """The pieces of each line (by id) that have to be sent and have not left."""
    return left_to_ship(
        {line.id: line.wanted for line in order.lines if line.requires_shipping},
        (
            (line.order_line_id, line.quantity)
            for shipment in order.shipments
            if shipment.state is not ShipmentState.CANCELLED
            for line in shipment.lines
        ),
    )


def owes_rest(order: Order) -> bool:
    """Whether a paid order costs more since it was changed, and the rest is not paid at the door.

    An order that its carrier brings the money for is never waited for.
    """
    if order.paid_at is None or order.state is OrderState.CANCELLED:
        return False
    if order.outstanding.minor <= 0:
        return False
    return not any(_is_paid_at_the_door(payment) for payment in order.attempts)


def _is_paid_at_the_door(payment: Payment) -> bool:
    is_open = payment.state is PaymentState.PENDING
    return is_open and registry.get(payment.provider).info.ships_unpaid


def may_ship(order: Order, *, even_unpaid: bool = False) -> bool:
    """Whether an order is to leave: it is paid, or will be at the door.

    ``even_unpaid``: also one that was changed, and whose rest is still to be paid.
    """
    if order.state is OrderState.PAID:
        return not order.is_given_back and (even_unpaid or not owes_rest(order))
    is_new = order.state is OrderState.AWAITING_PAYMENT
    return is_new and any(_is_paid_at_the_door(payment) for payment in order.attempts)


def _by_variant(lines: Sequence[OrderLine], pieces: Mapping[int, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for line in lines:
        if line.variant_id is not None and pieces.get(line.id):
            found[line.variant_id] = found.get(line.variant_id, 0) + pieces[line.id]
    return found


def deliver(shipment: Shipment, *, by: str, at: datetime | None = None) -> None:
    """A parcel has arrived, now or ``at``; with the last one, the order is. Raises WrongState."""
    order = queries.lock(shipment.order_id)
    session.refresh(shipment, ["state"])  # somebody else may have told it before the lock
    parcels.deliver(shipment, by=by, at=at)
    arrived = all(
        one.state in (ShipmentState.DELIVERED, ShipmentState.CANCELLED) for one in order.shipments
    )
    if arrived and ORDER.can(order, OrderVerb.DELIVER):
        ORDER.move(order, OrderVerb.DELIVER, by=by)
    record(ShipmentDelivered(order_id=order.id, number=order.number, shipment_id=shipment.id))


def add_note(order: Order, text: str, *, by: str, is_customer: bool = False) -> OrderNote:
    """Write something down beside an order. Raises InvalidNote when it is empty or too long."""
    words = text.strip()
    if not 0 < len(words) <= 2000:
        raise InvalidNote(field="note")
    note = OrderNote(order_id=order.id, by=by, text=words, is_customer=is_customer)
    session.add(note)
    return note


def adopt(email: str, user_id: int) -> int:
    """Give a customer the guest orders of an e-mail that is proven theirs; returns how many."""
    return rows_changed(
        sa.update(Order)
        .where(sa.func.lower(Order.email) == email.lower(), Order.user_id.is_(None))
        .values(user_id=user_id),
        quiet=True,
    )


def restock(order: Order, pieces: Mapping[int, int], *, by: str) -> None:
    """Put pieces that had left (``{line_id: pieces}``) back on the shelf, each once.

    What is not sent, such as a file with a number, left when it was paid. Raises NotRestockable for
    more than have left and are not back yet.
    """
    left = {line.id: line for line in order.lines}
    gone = {line.id: line.quantity for line in order.lines if not line.requires_shipping}
    if order.paid_at is None:
        gone = {}
    for shipment in order.shipments:
        for part in shipment.lines if shipment.state in GONE else ():
            gone[part.order_line_id] = gone.get(part.order_line_id, 0) + part.quantity
    for line_id, quantity in pieces.items():
        line, sent = left.get(line_id), gone.get(line_id, 0)
        taken = rows_changed(
            sa.update(OrderLine)
            .where(
                OrderLine.id == line_id,
                OrderLine.order_id == order.id,
                OrderLine.restocked + quantity <= sent,
            )
            .values(restocked=OrderLine.restocked + quantity),
            quiet=True,
        )
        if line is None or quantity <= 0 or not taken:
            back = sent - line.restocked if line else 0
            raise NotRestockable(field="restock", line_id=line_id, wanted=quantity, left=back)
        session.expire(line, ["restocked"])
        if line.variant_id:
            inventory.restock(line.variant_id, quantity, order.number, by=by)

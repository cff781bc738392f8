"""Mails about orders, in the order's language; each is written once, however often this runs."""

from datetime import timedelta
from typing import Any

from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import enqueue, on, task
from vitrina.core.money import Money
from vitrina.notifications import views
from vitrina.notifications.actions import write
from vitrina.notifications.drawing import SOURCE
from vitrina.notifications.queries import is_written
from vitrina.orders import queries
from vitrina.orders.edits import queries as edits
from vitrina.orders.edits.events import OrderEdited
from vitrina.orders.events import (
    OrderCancelled,
    OrderExpired,
    OrderPaid,
    OrderPlaced,
    PaymentFailed,
    PaymentRefunded,
    RestPaid,
    ShipmentDelivered,
    ShipmentShipped,
)
from vitrina.orders.models import Order
from vitrina.payments.models import Refund

PATIENCE = timedelta(minutes=3)
"""How long a declined buyer is left to try again before a mail says so."""


@on(OrderPlaced)
def placed(event: OrderPlaced) -> None:
    """Confirm an order that is paid later; the others are confirmed when they are paid."""
    if event.pay_later:
        order = queries.by_id(event.order_id)
        _tell("order_placed", order, f"order_placed:{order.number}", drawing=SOURCE)


@on(OrderPaid)
def paid(event: OrderPaid) -> None:
    """Confirm the order; to one that was confirmed when it was placed, say that the money came."""
    order = queries.by_id(event.order_id)
    if is_written(f"order_placed:{order.number}"):
        key = f"payment_received:{order.number}"
        _tell("payment_received", order, key, amount=order.total_money)
    else:
        _tell("order_confirmation", order, f"order_confirmation:{order.number}", drawing=SOURCE)


@on(OrderEdited)
def edited(event: OrderEdited) -> None:
    """Say what the order is now, and where to pay the rest or that money goes back."""
    order, edit = queries.by_id(event.order_id), edits.find(event.edit_id)
    if edit is not None:
        due = order.money(edit.due) if edit.due else None
        back = order.money(edit.back) if edit.back and edit.was_sold else None
        _tell("order_changed", order, f"order_changed:{edit.id}", due=due, back=back)


@on(RestPaid)
def rest_paid(event: RestPaid) -> None:
    """Say that the rest of a changed order came."""
    order = queries.by_id(event.order_id)
    paid = next(one for one in order.payments if one.id == event.payment_id)
    key = f"payment_received:{order.number}:{paid.id}"
    _tell("payment_received", order, key, amount=order.money(paid.captured))


@on(PaymentFailed)
def payment_failed(event: PaymentFailed) -> None:
    """Let a buyer whose payment was declined try again before a mail is written."""
    enqueue(
        tell_of_failure,
        {"order_id": event.order_id},
        run_at=clock.now() + PATIENCE,
        key=f"payment_failed:{event.order_id}",
    )


@task
def tell_of_failure(payload: dict[str, Any]) -> None:
    """Say once that a payment was declined, if the order still waits and nothing else was tried."""
    with committing():
        order = queries.by_id(int(payload["order_id"]))
        tried = order.attempts[-1].state if order.attempts else None
        if order.state == "awaiting_payment" and tried in ("failed", "cancelled"):
            key = f"payment_failed:{order.number}"
            _tell("payment_failed", order, key, until=order.expires_at)


@on(OrderCancelled)
def cancelled(event: OrderCancelled) -> None:
    """Say that the order was cancelled."""
    order = queries.by_id(event.order_id)
    _tell("cancelled", order, f"cancelled:{order.number}", is_expired=False)


@on(OrderExpired)
def expired(event: OrderExpired) -> None:
    """Say that an order that was confirmed unpaid is over; of the others nobody was told."""
    order = queries.by_id(event.order_id)
    if is_written(f"order_placed:{order.number}"):
        _tell("cancelled", order, f"cancelled:{order.number}", is_expired=True)


@on(ShipmentShipped)
def shipped(event: ShipmentShipped) -> None:
    """Say that a parcel is on its way, with its tracking."""
    _tell_parcel("shipped", event.order_id, event.shipment_id)


@on(ShipmentDelivered)
def delivered(event: ShipmentDelivered) -> None:
    """Say that a parcel has arrived."""
    _tell_parcel("delivered", event.order_id, event.shipment_id)


@on(PaymentRefunded)
def refunded(event: PaymentRefunded) -> None:
    """Say that money is on its way back."""
    order = queries.by_id(event.order_id)
    refund = session.get(Refund, event.refund_id)
    if refund is not None:
        amount = Money(refund.amount, order.currency)
        as_credit = refund.account_id is not None
        _tell("refunded", order, f"refunded:{refund.id}", amount=amount, as_credit=as_credit)


def _tell_parcel(template: str, order_id: int, shipment_id: int) -> None:
    order = queries.by_id(order_id)
    parcel = next((found for found in order.shipments if found.id == shipment_id), None)
    if parcel is not None:
        view = views.of_shipment(order, parcel)
        _tell(template, order, f"{template}:{parcel.number}", shipment=view)


def _tell(template: str, order: Order, key: str, **context: Any) -> None:
    write(
        template,
        to=order.email,
        locale=order.locale,
        key=key,
        context={"order": views.of_order(order), **context},
        subject_ref=f"order:{order.number}",
    )

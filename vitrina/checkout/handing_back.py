"""Refunds that people send: of transfers, cheques, and cash from the door.

No provider is asked. They wait until staff say that the money was sent; only then is it booked, and
the buyer told.
"""

from vitrina.checkout.edit_money import is_by_hand as is_paid_by_hand
from vitrina.checkout.settling import settle_refund
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.orders import queries
from vitrina.orders.models import Order
from vitrina.payments.errors import NotSentByHand, PaymentNotFound
from vitrina.payments.models import Payment, Refund, RefundState
from vitrina.payments.provider import Outcome, Status


def is_by_hand(payment: Payment, refund: Refund) -> bool:
    """Whether staff send a refund of ``payment``; what becomes credit needs nobody."""
    return refund.account_id is None and is_paid_by_hand(payment)


def waiting(order: Order) -> list[Refund]:
    """The refunds of an order that staff have yet to send, the oldest first."""
    found = [
        refund
        for payment in order.payments
        for refund in payment.refunds
        if refund.state is RefundState.PENDING and is_by_hand(payment, refund)
    ]
    return sorted(found, key=lambda refund: refund.id)


def confirm(order: Order, refund_id: int, *, by: str) -> Money | None:
    """Staff have sent a refund of ``order``; returns how much, or None when it was said before.

    Raises PaymentNotFound for what is no refund of the order, NotSentByHand.
    """
    order = queries.lock(order.id)
    found = session.get(Refund, refund_id, populate_existing=True)
    payment = next((one for one in order.payments if found and one.id == found.payment_id), None)
    if found is None or payment is None:
        raise PaymentNotFound(refund_id=refund_id)
    if found.state is RefundState.FAILED or not is_by_hand(payment, found):
        raise NotSentByHand(state=str(found.state))
    if found.state is RefundState.SUCCEEDED:
        return None
    settle_refund(found.id, Outcome(Status.REFUNDED, ref=found.key), by=by)
    return order.money(found.amount)

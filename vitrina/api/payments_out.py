"""How the API shows the payments of an order."""

from datetime import datetime

from vitrina.api.schemas import Amount, Out
from vitrina.checkout import handing_back
from vitrina.core.money import Money
from vitrina.orders.models import Order
from vitrina.payments.models import Payment


class RefundOut(Out):
    """``by_hand``: staff send it, and it is ``pending`` until they say that they have."""

    id: int
    by_hand: bool
    amount: Amount
    status: str
    reason: str
    created_at: datetime


class CardOut(Out):
    """What a provider tells of a card."""

    brand: str
    last4: str


class PaymentOut(Out):
    """An attempt to pay. ``failure``: why no money came of it.

    ``provider`` is ``gift_card`` or ``store_credit`` where no bank was asked. ``disputed`` was
    taken back by the buyer's bank. ``capturing``: what staff decided to take of an authorized sum.
    """

    provider: str
    status: str
    amount: Amount
    capturing: Amount | None
    captured: Amount
    refunded: Amount
    disputed: Amount
    card: CardOut | None
    failure: str
    refunds: list[RefundOut]


def payments_out(order: Order) -> list[PaymentOut]:
    """The attempts to pay an order, the oldest first."""
    return [
        PaymentOut(
            provider=payment.provider,
            status=str(payment.state),
            amount=payment.money,
            capturing=None if payment.capturing is None else order.money(payment.capturing),
            captured=order.money(payment.captured),
            refunded=order.money(payment.refunded),
            disputed=order.money(payment.disputed),
            card=_card(payment),
            failure=payment.failure,
            refunds=[
                RefundOut(
                    id=refund.id,
                    by_hand=handing_back.is_by_hand(payment, refund),
                    amount=Money(refund.amount, payment.currency),
                    status=str(refund.state),
                    reason=refund.reason,
                    created_at=refund.created_at,
                )
                for refund in payment.refunds
            ],
        )
        for payment in order.payments
    ]


def _card(payment: Payment) -> CardOut | None:
    card = payment.card or {}
    if not card.get("last4"):
        return None
    return CardOut(brand=str(card.get("brand") or ""), last4=str(card["last4"]))

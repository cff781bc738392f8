"""What does not add up in orders: for ``vitrina doctor``."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from vitrina.core import clock
from vitrina.core.db import session
from vitrina.orders.edits.models import OrderEdit
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.orders.queries import BOUGHT
from vitrina.orders.tables import OrderTax
from vitrina.payments import queries as payments
from vitrina.payments import registry
from vitrina.payments.models import Payment, PaymentState, Refund, RefundState

ENDED = (OrderState.AWAITING_PAYMENT, OrderState.EXPIRED, OrderState.CANCELLED)


def find_discrepancies() -> list[str]:
    """Orders whose sums or money are wrong, one line each."""
    return [
        *_sums(),
        *_taxes(),
        *_unpaid_but_sold(),
        *_paid_but_not_sold(),
        *_credit_of_the_ended(),
    ]


WAITING_LONG = timedelta(hours=2)
"""How long after its time an order, a payment or a refund may wait before somebody should look."""


ANSWERED = timedelta(days=7)
SENT_BY_HAND = timedelta(days=14)
"""How long a refund may wait for its provider, and for staff who send it (the law of the EU)."""


def find_waiting() -> list[str]:
    """What has been in between for too long: the reconciler should have ended it."""
    before = clock.now() - WAITING_LONG
    orders = session.execute(
        sa.select(Order.number, Order.expires_at)
        .where(Order.state == OrderState.AWAITING_PAYMENT, Order.expires_at < before)
        .order_by(Order.id)
    )
    by_hand = payments.is_sent_by_hand(registry.by_hand())
    refunds = session.execute(
        sa.select(Refund.id, Refund.payment_id, by_hand)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Refund.state == RefundState.PENDING,
            Refund.created_at
            < sa.case((by_hand, clock.now() - SENT_BY_HAND), else_=before - ANSWERED),
        )
        .order_by(Refund.id)
    )
    return [
        *(f"order {row[0]}: waits for its money since {row[1]:%Y-%m-%d %H:%M}" for row in orders),
        *(
            f"refund {row[0]} of payment {row[1]}: "
            + ("not sent back for two weeks" if row[2] else "not settled for a week")
            for row in refunds
        ),
    ]


def _sums() -> list[str]:
    lines = (
        sa.select(
            OrderLine.order_id,
            sa.func.sum(OrderLine.unit_price * OrderLine.quantity).label("listed"),
        )
        .group_by(OrderLine.order_id)
        .subquery()
    )
    listed = sa.func.coalesce(lines.c.listed, 0)
    rows = session.execute(
        sa.select(Order.number, Order.subtotal, listed)
        .outerjoin(lines, lines.c.order_id == Order.id)
        .where(listed != Order.subtotal)
        .order_by(Order.id)
    )
    return [f"order {row[0]}: subtotal is {row[1]}, its lines add up to {row[2]}" for row in rows]


def _taxes() -> list[str]:
    taxes = (
        sa.select(OrderTax.order_id, sa.func.sum(OrderTax.tax).label("tax"))
        .group_by(OrderTax.order_id)
        .subquery()
    )
    added = sa.func.coalesce(taxes.c.tax, 0)
    rows = session.execute(
        sa.select(Order.number, Order.tax, added)
        .outerjoin(taxes, taxes.c.order_id == Order.id)
        .where(added != Order.tax)
        .order_by(Order.id)
    )
    return [f"order {row[0]}: tax is {row[1]}, its rates add up to {row[2]}" for row in rows]


def _money() -> Any:
    return (
        sa.select(
            Payment.order_id,
            sa.func.sum(Payment.captured).label("captured"),
            sa.func.sum(Payment.refunded + Payment.refunding).label("back"),
        )
        .group_by(Payment.order_id)
        .subquery()
    )


def _edits() -> Any:
    """By how much the total of each order was changed after it was paid."""
    return (
        sa.select(OrderEdit.order_id, sa.func.sum(OrderEdit.delta).label("delta"))
        .where(OrderEdit.was_sold)
        .group_by(OrderEdit.order_id)
        .subquery()
    )


def _unpaid_but_sold() -> list[str]:
    """What a paid order came to when it was paid came in; what an edit added may come later."""
    money, edits = _money(), _edits()
    captured = sa.func.coalesce(money.c.captured, 0)
    sold = Order.total - sa.func.coalesce(edits.c.delta, 0)
    rows = session.execute(
        sa.select(Order.number, Order.state, sold, captured)
        .outerjoin(money, money.c.order_id == Order.id)
        .outerjoin(edits, edits.c.order_id == Order.id)
        .where(Order.state.in_(BOUGHT), Order.paid_at.is_not(None), captured < sold)
        .order_by(Order.id)
    )
    return [f"order {row[0]}: {row[1]}, but {row[3]} of {row[2]} came in" for row in rows]


def _paid_but_not_sold() -> list[str]:
    money = _money()
    rows = session.execute(
        sa.select(Order.number, Order.state, money.c.captured, money.c.back)
        .join(money, money.c.order_id == Order.id)
        .where(Order.state.in_(ENDED), money.c.captured > money.c.back)
        .order_by(Order.id)
    )
    return [
        f"order {row[0]}: {row[1]}, but {row[2]} came in and {row[3]} went back" for row in rows
    ]


def _credit_of_the_ended() -> list[str]:
    """Gift cards and store credit that are held for orders which cost nothing any more."""
    rows = session.execute(
        sa.select(Order.number, Order.state, Payment.id, Payment.amount)
        .join(Payment, Payment.order_id == Order.id)
        .where(
            Order.state.in_((OrderState.EXPIRED, OrderState.CANCELLED)),
            Payment.account_id.is_not(None),
            Payment.state == PaymentState.AUTHORIZED,
        )
        .order_by(Payment.id)
    )
    return [
        f"order {row[0]}: {row[1]}, but payment {row[2]} still holds {row[3]} of a gift card"
        " or store credit"
        for row in rows
    ]

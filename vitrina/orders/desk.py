"""Figures of the orders, for the staff's first look of the day."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.orders.models import Order, OrderState


@dataclass(frozen=True, slots=True)
class Figures:
    """Orders to ship and unpaid; paid orders since ``since``, and their sum by currency."""

    to_ship: int
    unpaid: int
    sold: int
    sales: tuple[Money, ...]


def figures(since: datetime) -> Figures:
    """The figures since a moment; two statements."""
    counted = session.execute(sa.select(Order.state, sa.func.count()).group_by(Order.state))
    by_state = {state: number for state, number in counted}  # noqa: C416
    rows = session.execute(
        sa.select(Order.currency, sa.func.count(), sa.func.sum(Order.total))
        .where(
            Order.paid_at >= since,
            Order.state.in_((OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED)),
        )
        .group_by(Order.currency)
        .order_by(Order.currency)
    ).all()
    return Figures(
        to_ship=by_state.get(OrderState.PAID, 0),
        unpaid=by_state.get(OrderState.AWAITING_PAYMENT, 0),
        sold=sum(row[1] for row in rows),
        sales=tuple(Money(int(row[2]), row[0]) for row in rows),
    )

"""Figures of the orders for the staff's first look of the day, and their numbers by id."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Figures:
    """Orders to ship and unpaid."""

    to_ship: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders that were paid in a time, and by currency what they brought.

    What was given back of them since is not in it.
    """

    orders: int
    sums: tuple[Money, ...]


def figures() -> Figures:
    """What waits now; one statement."""
    is_sent = sa.exists().where(OrderLine.order_id == Order.id, OrderLine.requires_shipping)
    to_ship, unpaid = session.execute(
        sa.select(
            sa.func.count().filter(Order.state == OrderState.PAID, is_sent),
            sa.func.count().filter(Order.state == OrderState.AWAITING_PAYMENT),
        )
        .select_from(Order)
        .where(Order.state.in_((OrderState.PAID, OrderState.AWAITING_PAYMENT)))
    ).one()
    return Figures(to_ship=to_ship, unpaid=unpaid)


def sales(since: datetime, until: datetime) -> Sales:
    """What was sold from ``since`` to just before ``until``; one statement."""
    given_back = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.refunded), 0))
        .where(Payment.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Order.currency, sa.func.count(), sa.func.sum(Order.total - given_back))
        .where(
            Order.paid_at >= since,
            Order.paid_at < until,
            Order.state.in_((OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED)),
        )
        .group_by(Order.currency)
        .order_by(Order.currency)
    ).all()
    return Sales(
        orders=sum(row[1] for row in rows),
        sums=tuple(Money(int(row[2]), row[0]) for row in rows),
    )


def numbers_of(order_ids: Collection[int]) -> dict[int, str]:
    """The numbers of orders by their ids."""
    if not order_ids:
        return {}
    rows = session.execute(sa.select(Order.id, Order.number).where(Order.id.in_(order_ids)))
    return {row.id: row.number for row in rows}


def buyers_of(order_ids: Collection[int]) -> dict[int, str]:
    """The e-mail addresses of the buyers of orders, by the orders' ids."""
    if not order_ids:
        return {}
    rows = session.execute(sa.select(Order.id, Order.email).where(Order.id.in_(order_ids)))
    return {row.id: row.email for row in rows}

"""Looking orders up. What is not yours does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.catalog.models.products import DigitalFile
from vitrina.core.db import session
from vitrina.orders.errors import OrderNotFound
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.orders.tables import DownloadGrant
from vitrina.payments.models import Payment
from vitrina.shipping.models import Shipment

BOUGHT = (OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED)

_SUMMARY = (
    selectinload(Order.lines),
    selectinload(Order.payments),
    selectinload(Order.shipments).selectinload(Shipment.lines),
)
_WHOLE = (
    *_SUMMARY,
    selectinload(Order.adjustments),
    selectinload(Order.taxes),
    selectinload(Order.transitions),
    selectinload(Order.notes),
    selectinload(Order.payments).selectinload(Payment.refunds),
)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What staff look for. ``text`` is a part of a number, an e-mail or a name."""

    state: OrderState | None = None
    text: str = ""
    user_id: int | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first; ``next_before`` is the ``before`` of the next page."""

    orders: Sequence[Order]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Download:
    """A file of a paid line, and how often it may still be fetched."""

    line_id: int
    file_id: int
    name: str
    size: int
    left: int
    expires_at: datetime


def by_number(number: str) -> Order:
    """The order with all that belongs to it. Raises OrderNotFound."""
    return _one(Order.number == number, number=number)


def by_id(order_id: int) -> Order:
    """The order with all that belongs to it. Raises OrderNotFound."""
    return _one(Order.id == order_id, id=order_id)


def head(order_id: int) -> Order:
    """The order's own row, without what belongs to it. Raises OrderNotFound."""
    found = session.get(Order, order_id)
    if found is None:
        raise OrderNotFound(id=order_id)
    return found


def of_customer(user_id: int, number: str) -> Order:
    """A customer's own order, whole. Raises OrderNotFound, also for somebody else's."""
    return _one(Order.number == number, Order.user_id == user_id, number=number)


def find_for_guest(number: str, email: str) -> Order:
    """The order of that number and e-mail. A wrong number and a wrong e-mail answer alike."""
    return _one(
        Order.number == number.strip().upper(),
        sa.func.lower(Order.email) == email.strip().lower(),
        number=number[:20],
    )


def _one(*conditions: Any, **facts: Any) -> Order:
    found = session.scalar(sa.select(Order).where(*conditions).options(*_WHOLE))
    if found is None:
        raise OrderNotFound(**facts)
    return found


def find_by_key(checkout_key: str) -> Order | None:
    """The order that was placed with this checkout key."""
    return session.scalar(
        sa.select(Order)
        .where(Order.checkout_key == checkout_key)
        .options(selectinload(Order.payments))
    )


def number_exists(number: str) -> bool:
    """Whether an order has that number already."""
    return session.scalar(sa.select(Order.id).where(Order.number == number)) is not None


def lock(order_id: int) -> Order:
    """The order as it is now, locked until the commit. Raises OrderNotFound."""
    found = session.get(Order, order_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise OrderNotFound(id=order_id)
    return found


def lock_whole(order_id: int) -> Order:
    """As :func:`lock`, with all that belongs to the order, as it is now. Raises OrderNotFound."""
    lock(order_id)
    found = session.scalar(
        sa.select(Order)
        .where(Order.id == order_id)
        .options(*_WHOLE)
        .execution_options(populate_existing=True)
    )
    assert found is not None  # it is locked
    return found


def cart_of_payment(payment_id: int) -> int | None:
    """The cart from which the order of a payment was placed, if it is still there."""
    return session.scalar(
        sa.select(Order.cart_id)
        .join(Payment, Payment.order_id == Order.id)
        .where(Payment.id == payment_id)
    )


def put_off(order_id: int, until: datetime) -> None:
    """Look at an overdue order later: something went wrong with it, and others wait too."""
    session.execute(sa.update(Order).where(Order.id == order_id).values(expires_at=until))


def lock_by_payment(payment_id: int) -> Order:
    """The order of a payment, locked until the commit. Raises OrderNotFound."""
    found = session.scalar(
        sa.select(Order)
        .join(Payment, Payment.order_id == Order.id)
        .where(Payment.id == payment_id)
        .with_for_update(of=Order)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise OrderNotFound(payment_id=payment_id)
    return found


def overdue(now: datetime, *, limit: int) -> Sequence[int]:
    """Orders that wait for their money although their time is over."""
    return session.scalars(
        sa.select(Order.id)
        .where(Order.state == OrderState.AWAITING_PAYMENT, Order.expires_at < now)
        .order_by(Order.expires_at)
        .limit(limit)
    ).all()


def history(
    user_id: int,
    *,
    before: int | None = None,
    limit: int = 20,
    state: OrderState | None = None,
    query: str = "",
) -> OrderPage:
    """A customer's orders, newest first, with lines, payments and parcels."""
    return listing(
        OrderFilter(state=state, text=query, user_id=user_id), before=before, limit=limit
    )


def listing(wanted: OrderFilter, *, before: int | None = None, limit: int = 50) -> OrderPage:
    """Orders that fit, newest first, a constant number of statements. ``before`` is an order id."""
    query = sa.select(Order).where(*_conditions(wanted))
    if before is not None:
        query = query.where(Order.id < before)
    rows = session.scalars(
        query.order_by(Order.id.desc()).limit(limit + 1).options(*_SUMMARY)
    ).all()
    more = len(rows) > limit
    return OrderPage(rows[:limit], rows[limit - 1].id if more else None)


def count(wanted: OrderFilter) -> int:
    """How many orders fit."""
    return (
        session.scalar(sa.select(sa.func.count()).select_from(Order).where(*_conditions(wanted)))
        or 0
    )


def _conditions(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.user_id is not None:
        found.append(Order.user_id == wanted.user_id)
    if wanted.state is not None:
        found.append(Order.state == wanted.state)
    if wanted.placed_from is not None:
        found.append(Order.created_at >= wanted.placed_from)
    if wanted.placed_to is not None:
        found.append(Order.created_at < wanted.placed_to)
    if text := wanted.text.strip():
        line = sa.exists().where(
            OrderLine.order_id == Order.id, OrderLine.title.icontains(text, autoescape=True)
        )
        found.append(
            sa.or_(
                Order.number.icontains(text, autoescape=True),
                Order.email.icontains(text, autoescape=True),
                line,
            )
        )
    return found


def products_of(order_id: int) -> dict[int, int]:
    """How many pieces of each product (of those that still exist) an order has."""
    counted = (
        sa.select(OrderLine.product_id, sa.func.sum(OrderLine.quantity))
        .where(OrderLine.order_id == order_id, OrderLine.product_id.is_not(None))
        .group_by(OrderLine.product_id)
    )
    return {int(product or 0): int(pieces) for product, pieces in session.execute(counted)}


def was_ordered(product_id: int) -> bool:
    """Whether any order, of any state, holds the product."""
    return bool(session.scalar(sa.select(sa.exists().where(OrderLine.product_id == product_id))))


def bought(user_id: int, product_id: int) -> bool:
    """Whether the customer has a paid order with the product."""
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    OrderLine.product_id == product_id,
                    OrderLine.order_id == Order.id,
                    Order.user_id == user_id,
                    Order.state.in_(BOUGHT),
                )
            )
        )
    )


def downloads(order_id: int) -> list[Download]:
    """The files the buyer of an order may fetch."""
    rows = session.execute(
        sa.select(DownloadGrant, DigitalFile)
        .join(OrderLine, OrderLine.id == DownloadGrant.order_line_id)
        .join(DigitalFile, DigitalFile.id == DownloadGrant.file_id)
        .where(OrderLine.order_id == order_id, DownloadGrant.revoked_at.is_(None))
        .order_by(DownloadGrant.id)
    )
    return [
        Download(g.order_line_id, f.id, f.name, f.size, g.most - g.used, g.expires_at)
        for g, f in rows
    ]

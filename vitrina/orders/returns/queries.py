"""Looking returns up, and what may still come back. What is not yours does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.core import store
from vitrina.core.db import session
from vitrina.orders import downloads, refunds
from vitrina.orders.calling_off import left_to_call_off
from vitrina.orders.models import HELD, Order, OrderState
from vitrina.orders.returns import rules
from vitrina.orders.returns.errors import ReturnNotFound
from vitrina.orders.returns.models import OPEN, Return, ReturnLine, ReturnState
from vitrina.orders.tables import DownloadGrant
from vitrina.shipping.models import ShipmentState
from vitrina.tax.vat import EU

_WHOLE = (
    selectinload(Return.lines).selectinload(ReturnLine.order_line),
    selectinload(Return.transitions),
    selectinload(Return.refunds),
    selectinload(Return.order),
    selectinload(Return.replacement),
)
_GONE = (ShipmentState.SHIPPED, ShipmentState.DELIVERED)


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """Returns, newest first; ``next_before`` is the ``before`` of the next page."""

    returns: Sequence[Return]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Ways:
    """What may still be sent back of an order, and until when (None: it has not arrived).

    ``left``: pieces by order line; ``withdrawable``: with those that have not left yet.
    ``returns_until`` is the end of the shop's own window, and ``withdraws_until`` that of the right
    of withdrawal.
    """

    left: dict[int, int]
    withdrawable: dict[int, int]
    returns_until: date | None
    withdraws_until: date | None
    can_return: bool
    can_withdraw: bool


def by_number(number: str) -> Return:
    """A return with all that belongs to it. Raises ReturnNotFound."""
    return _one(Return.number == number[:20].upper(), number=number[:20])


def of_order_by_number(order: Order, number: str) -> Return:
    """A return of this very order. Raises ReturnNotFound, also for another order's."""
    return _one(
        Return.number == number[:20].upper(), Return.order_id == order.id, number=number[:20]
    )


def _one(*conditions: Any, **facts: Any) -> Return:
    found = session.scalar(sa.select(Return).where(*conditions).options(*_WHOLE))
    if found is None:
        raise ReturnNotFound(**facts)
    return found


def lock(return_id: int) -> Return:
    """The return as it is now, locked until the commit; the caller has locked its order."""
    return session.get_one(Return, return_id, with_for_update=True, populate_existing=True)


def of_order(order_id: int) -> Sequence[Return]:
    """The returns of an order with their lines, the oldest first."""
    return session.scalars(
        sa.select(Return).where(Return.order_id == order_id).options(*_WHOLE).order_by(Return.id)
    ).all()


def of_customer(user_id: int, *, limit: int = 50) -> Sequence[Return]:
    """The latest returns of a customer's orders, newest first."""
    return session.scalars(
        sa.select(Return)
        .join(Order, Order.id == Return.order_id)
        .where(Order.user_id == user_id)
        .options(*_WHOLE)
        .order_by(Return.id.desc())
        .limit(limit)
    ).all()


def listing(
    *,
    state: ReturnState | None = None,
    text: str = "",
    user_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> ReturnPage:
    """Returns that fit, newest first; ``text``: a part of a number or of the buyer's e-mail.

    ``user_id``: of this customer's orders alone.
    """
    query = sa.select(Return).join(Order, Order.id == Return.order_id)
    if state is not None:
        query = query.where(Return.state == state)
    if user_id is not None:
        query = query.where(Order.user_id == user_id)
    if words := text.strip():
        columns = (Return.number, Order.number, Order.email)
        query = query.where(sa.or_(*(c.icontains(words, autoescape=True) for c in columns)))
    if before is not None:
        query = query.where(Return.id < before)
    rows = session.scalars(query.order_by(Return.id.desc()).limit(limit + 1).options(*_WHOLE)).all()
    return ReturnPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def waiting() -> int:
    """How many returns wait for staff: to be answered, or to be looked at."""
    states = (ReturnState.REQUESTED, ReturnState.RECEIVED)
    return (
        session.scalar(
            sa.select(sa.func.count()).select_from(Return).where(Return.state.in_(states))
        )
        or 0
    )


def number_exists(number: str) -> bool:
    """Whether a return has that number already."""
    return session.scalar(sa.select(Return.id).where(Return.number == number)) is not None


def ways(order: Order, now: datetime) -> Ways:
    """What of an order may still come back at the moment ``now``; three statements."""
    arrived = arrived_at(order)
    days = store.current().return_days
    returns_until = rules.last_return_day(arrived, days)
    withdraws_until = rules.last_withdrawal_day(arrived)
    left = left_to_return(order)
    withdrawable = left_to_withdraw(order, left)
    in_law = is_consumer_law(order) and rules.is_in_time(withdraws_until, now)
    return Ways(
        left=left,
        withdrawable=withdrawable,
        returns_until=returns_until,
        withdraws_until=withdraws_until,
        can_return=bool(left) and days > 0 and rules.is_in_time(returns_until, now),
        can_withdraw=in_law and bool(withdrawable),
    )


def left_to_withdraw(order: Order, left: Mapping[int, int]) -> dict[int, int]:
    """The pieces of each line (by id) that a consumer may withdraw from: unsent ones and ``left``.

    ``left`` is what :func:`left_to_return` says. An unpaid order is withdrawn from as a whole.
    """
    if is_unsent(order) and order.paid_at is None:
        return {line.id: line.wanted for line in order.lines if line.wanted}
    found = dict(left)
    for line_id, pieces in left_to_call_off(order).items():
        found[line_id] = found.get(line_id, 0) + pieces
    return found


def left_to_return(order: Order) -> dict[int, int]:
    """The pieces of each line (by id) that were sent and are neither back nor on their way back."""
    sent = _sent(order)
    if not sent:
        return {}
    rows = session.execute(
        sa.select(ReturnLine, Return.state)
        .join(Return, Return.id == ReturnLine.return_id)
        .where(
            Return.order_id == order.id,
            Return.state.in_((*OPEN, ReturnState.INSPECTED)),
        )
    )
    backs = [
        rules.Back(line.order_line_id, line.quantity, line.received, line.refunded, state in OPEN)
        for line, state in rows
    ]
    off = {line.id: line.called_off for line in order.lines}
    gone = {one: pieces - off[one] for one, pieces in refunds.returned(order.id).items()}
    return rules.left_to_return(sent, backs, gone)


def _sent(order: Order) -> dict[int, int]:
    """The pieces of each line that the buyer has: sent ones, and files that nobody has fetched."""
    found: dict[int, int] = {}
    for shipment in order.shipments:
        if shipment.state in _GONE:
            for packed in shipment.lines:
                found[packed.order_line_id] = found.get(packed.order_line_id, 0) + packed.quantity
    files = [line for line in order.lines if not line.requires_shipping]
    if files and order.paid_at is not None and order.state is not OrderState.CANCELLED:
        fetched = fetched_lines([line.id for line in files])
        found.update({line.id: line.quantity for line in files if line.id not in fetched})
    return found


def fetched_lines(line_ids: Sequence[int]) -> set[int]:
    """Those of the lines of which a file was downloaded."""
    return set(
        session.scalars(
            sa.select(DownloadGrant.order_line_id).where(
                DownloadGrant.order_line_id.in_(line_ids), DownloadGrant.used > 0
            )
        )
    )


def arrived_at(order: Order) -> datetime | None:
    """When the last parcel arrived; of files alone, when they were paid. None: not all is there."""
    wanted = sum(line.wanted for line in order.lines if line.requires_shipping)
    if not wanted:
        return order.paid_at
    gone = [one for one in order.shipments if one.state in _GONE]
    arrivals = [one.delivered_at for one in gone if one.delivered_at is not None]
    packed = sum(line.quantity for one in gone for line in one.lines)
    is_all = packed >= wanted and len(arrivals) == len(gone)
    return max(arrivals) if is_all and arrivals else None


def is_unsent(order: Order) -> bool:
    """Whether it is bought and nothing has left, so that a withdrawal simply cancels the order.

    A file that was fetched has left. An order whose payment failed binds nobody: there is nothing
    to withdraw from.
    """
    is_bought = order.state is OrderState.PAID or (
        order.state is OrderState.AWAITING_PAYMENT
        and any(payment.state in HELD for payment in order.payments)
    )
    has_left = any(one.state in _GONE for one in order.shipments)
    return is_bought and not has_left and not downloads.is_fetched(order)


def is_consumer_law(order: Order) -> bool:
    """Whether the European right of withdrawal applies: the shop or the buyer is in the EEA."""
    address = order.shipping_address or order.billing_address or {}
    return not {store.current().country, str(address.get("country", ""))}.isdisjoint(EU | rules.EEA)

"""Looking up questions to the shop."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.core.db import session
from vitrina.support.errors import TicketNotFound
from vitrina.support.models import Ticket, TicketState


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some questions; ``next_cursor`` is what to ask for the following ones."""

    items: Sequence[Ticket]
    next_cursor: int | None


def by_number(number: str) -> Ticket:
    """A question with its messages. Raises TicketNotFound."""
    found = session.scalar(
        sa.select(Ticket).where(Ticket.number == number).options(selectinload(Ticket.messages))
    )
    if found is None:
        raise TicketNotFound()
    return found


def listing(
    *,
    state: TicketState | None = None,
    query: str = "",
    cursor: int | None = None,
    limit: int = 50,
) -> TicketPage:
    """Questions for staff, newest first, by state and by a part of number, name, e-mail, order."""
    wanted = sa.select(Ticket).order_by(Ticket.id.desc()).options(selectinload(Ticket.messages))
    if state is not None:
        wanted = wanted.where(Ticket.state == state)
    if text := query.strip():
        columns = (Ticket.number, Ticket.name, Ticket.email, Ticket.order_number)
        wanted = wanted.where(sa.or_(*(c.icontains(text, autoescape=True) for c in columns)))
    if cursor is not None:
        wanted = wanted.where(Ticket.id < cursor)
    found = session.scalars(wanted.limit(limit + 1)).all()
    return TicketPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def count_open() -> int:
    """How many wait for an answer."""
    counted = sa.select(sa.func.count(Ticket.id)).where(Ticket.state == TicketState.OPEN)
    return session.scalar(counted) or 0

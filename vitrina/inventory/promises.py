"""Reservation rows: which pieces are promised to which order. Used by the actions only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.core import clock, db
from vitrina.core.db import rows_changed, session
from vitrina.inventory.models import Reservation, ReservationState, StockItem
from vitrina.inventory.rules import Take

OPEN = (ReservationState.HELD, ReservationState.COMMITTED)
_QUIET = {"synchronize_session": False}


def write(reference: str, takes: Sequence[Take], expires_at: datetime | None) -> None:
    """Write the promises of ``takes`` in one statement."""
    if not takes:
        return
    state = ReservationState.HELD if expires_at else ReservationState.COMMITTED
    now = clock.now()
    insert: Any = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
    statement = insert(Reservation).values(
        [
            {
                "reference": reference,
                "item_id": take.item_id,
                "variant_id": take.variant_id,
                "quantity": take.quantity,
                "backordered": take.backordered,
                "state": state,
                "expires_at": expires_at,
                "created_at": now,
            }
            for take in takes
        ]
    )
    # A released promise of the same order (its card was declined) is made again in its row.
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["reference", "item_id"],
            set_={
                "quantity": Reservation.quantity + new.quantity,
                "backordered": Reservation.backordered + new.backordered,
                "state": new.state,
                "expires_at": new.expires_at,
            },
        ),
        execution_options=_QUIET,
    )


def lock(reference: str, states: Sequence[ReservationState] = OPEN) -> Sequence[Reservation]:
    """The open promises of ``reference`` in order of their stock items, locked until the commit."""
    return session.scalars(
        sa.select(Reservation)
        .where(Reservation.reference == reference, Reservation.state.in_(states))
        .order_by(Reservation.item_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def lock_waiting(variant_ids: Iterable[int]) -> None:
    """Lock the promises that wait for pieces of these variants, until the commit.

    For whoever is going to change a count: promises come before stock items (docs/locking.md).
    """
    wanted = sorted(set(variant_ids))
    for start in range(0, len(wanted), 500):
        items = sa.select(StockItem.id).where(StockItem.variant_id.in_(wanted[start : start + 500]))
        session.execute(
            sa.select(Reservation.id)
            .where(
                Reservation.item_id.in_(items),
                Reservation.backordered > 0,
                Reservation.state.in_(OPEN),
            )
            .order_by(Reservation.item_id, Reservation.id)
            .with_for_update()
        )


def keep(reference: str) -> int:
    """Turn the held promises of ``reference`` into lasting ones; returns how many there were."""
    return rows_changed(
        sa.update(Reservation)
        .where(Reservation.reference == reference, Reservation.state == ReservationState.HELD)
        .values(state=ReservationState.COMMITTED, expires_at=None),
        quiet=True,
    )


def extend(reference: str, until: datetime) -> None:
    """Let the held promises of ``reference`` last until a moment."""
    session.execute(
        sa.update(Reservation)
        .where(Reservation.reference == reference, Reservation.state == ReservationState.HELD)
        .values(expires_at=until),
        execution_options=_QUIET,
    )


def end(reference: str) -> None:
    """Close all open promises of ``reference``."""
    session.execute(
        sa.update(Reservation)
        .where(Reservation.reference == reference, Reservation.state.in_(OPEN))
        .values(state=ReservationState.RELEASED, quantity=0, backordered=0, expires_at=None),
        execution_options=_QUIET,
    )


def allot(item: StockItem, pieces: int) -> int:
    """Give new pieces to the oldest orders that wait for them; returns how many were given.

    The caller changes the counts of the stock item, and has called :func:`lock_waiting` before it
    locked that. A promise that was made since, and that somebody is ending now, is passed over.
    """
    waiting = session.scalars(
        sa.select(Reservation)
        .where(
            Reservation.item_id == item.id,
            Reservation.backordered > 0,
            Reservation.state.in_(OPEN),
        )
        .order_by(Reservation.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    left = pieces
    for row in waiting:
        part = min(left, row.backordered)
        if part <= 0:
            break
        row.backordered -= part
        row.quantity += part
        left -= part
    session.flush()
    return pieces - left

"""Looking at stock. Nothing here takes any."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from vitrina.catalog.models.products import Variant
from vitrina.core.db import session
from vitrina.inventory.models import (
    Location,
    Reservation,
    ReservationState,
    StockItem,
    StockMovement,
)
from vitrina.inventory.rules import Availability, Shelf

__all__ = [
    "Availability",
    "availability",
    "find_discrepancies",
    "levels",
    "movements",
    "promised",
    "shelves",
]


def availability(variant_ids: Iterable[int]) -> dict[int, Availability]:
    """What can be bought of each variant, in one SELECT. Unknown ids are left out."""
    wanted = list(set(variant_ids))
    if not wanted:
        return {}
    rows = session.execute(
        sa.select(
            Variant.id,
            Variant.track_stock,
            Variant.backorder,
            sa.func.coalesce(sa.func.sum(StockItem.on_hand - StockItem.reserved), 0),
        )
        .select_from(Variant)
        .outerjoin(_open_items(), StockItem.variant_id == Variant.id)
        .where(Variant.id.in_(wanted))
        .group_by(Variant.id, Variant.track_stock, Variant.backorder)
    )
    return {
        row[0]: Availability(row[0], tracked=row[1], available=int(row[3]), backorder=row[2])
        for row in rows
    }


def shelves(variant_ids: Iterable[int]) -> list[Shelf]:
    """Each variant at each active location (one row without an item where there is none)."""
    rows = session.execute(
        sa.select(
            Variant.id,
            Variant.product_id,
            Variant.sku,
            Variant.track_stock,
            Variant.backorder,
            StockItem.id,
            StockItem.on_hand - StockItem.reserved,
            Location.priority,
        )
        .select_from(Variant)
        .outerjoin(_open_items(), StockItem.variant_id == Variant.id)
        .where(Variant.id.in_(list(variant_ids)))
    )
    return [
        Shelf(r[0], r[1], r[2] or "", r[3], r[4], r[5], int(r[6] or 0), int(r[7] or 0))
        for r in rows
    ]


def promised(references: Iterable[str]) -> dict[int, int]:
    """How many pieces of each variant are held under the references, at active locations."""
    rows = session.execute(
        sa.select(Reservation.variant_id, sa.func.sum(Reservation.quantity))
        .join(StockItem, StockItem.id == Reservation.item_id)
        .join(Location, sa.and_(StockItem.location_id == Location.id, Location.is_active.is_(True)))
        .where(
            Reservation.reference.in_(list(references)),
            Reservation.state == ReservationState.HELD,
        )
        .group_by(Reservation.variant_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def _open_items() -> Any:
    """Stock items at active locations, to be outer-joined to variants."""
    return sa.join(
        StockItem,
        Location,
        sa.and_(StockItem.location_id == Location.id, Location.is_active.is_(True)),
    )


def levels(variant_ids: Iterable[int]) -> dict[int, list[tuple[Location, StockItem]]]:
    """The stock items of each variant with their locations, for staff."""
    found: dict[int, list[tuple[Location, StockItem]]] = {}
    rows = session.execute(
        sa.select(Location, StockItem)
        .join(StockItem, StockItem.location_id == Location.id)
        .where(StockItem.variant_id.in_(list(variant_ids)))
        .order_by(Location.priority, Location.id)
    )
    for location, item in rows:
        found.setdefault(item.variant_id, []).append((location, item))
    return found


def movements(variant_id: int, *, limit: int = 50) -> Sequence[StockMovement]:
    """The latest movements of a variant, newest first."""
    return session.scalars(
        sa.select(StockMovement)
        .join(StockItem, StockItem.id == StockMovement.item_id)
        .where(StockItem.variant_id == variant_id)
        .order_by(StockMovement.id.desc())
        .limit(limit)
    ).all()


def find_discrepancies() -> list[str]:
    """What does not add up: counts against movements, promises against counts. One line each."""
    moved = _sums(
        StockMovement,
        on_hand=StockMovement.on_hand_delta,
        reserved=StockMovement.reserved_delta,
        backordered=StockMovement.backordered_delta,
    )
    promised = _sums(
        Reservation, reserved=Reservation.quantity, backordered=Reservation.backordered
    )
    books = (
        ("on_hand", "movements", moved.c.on_hand, StockItem.on_hand),
        ("reserved", "movements", moved.c.reserved, StockItem.reserved),
        ("backordered", "movements", moved.c.backordered, StockItem.backordered),
        ("promised", "reservations", promised.c.reserved, StockItem.reserved),
        ("owed", "reservations", promised.c.backordered, StockItem.backordered),
    )
    pairs = [(sa.func.coalesce(total, 0), count) for _, _, total, count in books]
    rows = session.execute(
        sa.select(StockItem.id, StockItem.variant_id, *chain.from_iterable(pairs))
        .outerjoin(moved, moved.c.item_id == StockItem.id)
        .outerjoin(promised, promised.c.item_id == StockItem.id)
        .where(
            sa.or_(
                *(total != count for total, count in pairs),
                StockItem.reserved > StockItem.on_hand,
            )
        )
        .order_by(StockItem.id)
    ).all()
    return [
        f"stock item {row[0]} (variant {row[1]}): {name} is {count}, its {source} add up to {total}"
        for row in rows
        for (name, source, _, _), total, count in zip(books, row[2::2], row[3::2], strict=True)
        if total != count
    ]


def _sums(
    ledger: type[StockMovement | Reservation], **columns: InstrumentedAttribute[int]
) -> sa.Subquery:
    """The sums of ``columns`` for each stock item that ``ledger`` has rows of."""
    sums = (sa.func.sum(column).label(name) for name, column in columns.items())
    return sa.select(ledger.item_id, *sums).group_by(ledger.item_id).subquery()

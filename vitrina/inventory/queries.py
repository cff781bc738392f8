"""Looking at stock. Nothing here takes any."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from vitrina.catalog.models.products import Variant
from vitrina.core.db import session
from vitrina.inventory.models import (
    Location,
    Reservation,
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
    moved = (
        sa.select(
            StockMovement.item_id,
            sa.func.sum(StockMovement.on_hand_delta).label("on_hand"),
            sa.func.sum(StockMovement.reserved_delta).label("reserved"),
            sa.func.sum(StockMovement.backordered_delta).label("backordered"),
        )
        .group_by(StockMovement.item_id)
        .subquery()
    )
    promised = (
        sa.select(
            Reservation.item_id,
            sa.func.sum(Reservation.quantity).label("reserved"),
            sa.func.sum(Reservation.backordered).label("backordered"),
        )
        .group_by(Reservation.item_id)
        .subquery()
    )
    none = sa.literal(0)
    sums = {
        "on_hand": (sa.func.coalesce(moved.c.on_hand, none), StockItem.on_hand, "movements"),
        "reserved": (sa.func.coalesce(moved.c.reserved, none), StockItem.reserved, "movements"),
        "backordered": (
            sa.func.coalesce(moved.c.backordered, none),
            StockItem.backordered,
            "movements",
        ),
        "promised": (
            sa.func.coalesce(promised.c.reserved, none),
            StockItem.reserved,
            "reservations",
        ),
        "owed": (
            sa.func.coalesce(promised.c.backordered, none),
            StockItem.backordered,
            "reservations",
        ),
    }
    columns = [column for total, count, _ in sums.values() for column in (total, count)]
    wrong = sa.or_(*(total != count for total, count, _ in sums.values()))
    rows = session.execute(
        sa.select(StockItem.id, StockItem.variant_id, *columns)
        .outerjoin(moved, moved.c.item_id == StockItem.id)
        .outerjoin(promised, promised.c.item_id == StockItem.id)
        .where(sa.or_(wrong, StockItem.reserved > StockItem.on_hand))
        .order_by(StockItem.id)
    ).all()
    found = []
    for row in rows:
        for index, (name, (_, _, source)) in enumerate(sums.items()):
            added, count = row[2 + 2 * index], row[3 + 2 * index]
            if added != count:
                found.append(
                    f"stock item {row[0]} (variant {row[1]}): {name} is {count}, "
                    f"its {source} add up to {added}"
                )
    return found

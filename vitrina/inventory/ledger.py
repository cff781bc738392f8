"""The only code that changes a count: each change is guarded, and leaves its movement.

Rows are always changed in the order of their primary key, so that two orders of the same things
wait for each other instead of blocking each other for ever (docs/locking.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from vitrina.catalog.models.products import Variant
from vitrina.core import clock, db, store
from vitrina.core.db import rows_changed, session
from vitrina.core.events import record
from vitrina.inventory.errors import LocationNotFound
from vitrina.inventory.events import BackInStock, StockLow, StockRanOut, StockReturned
from vitrina.inventory.models import Location, MovementKind, StockItem, StockMovement, StockRequest

_QUIET = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one stock item: what is added to (or taken from) each of its counts."""

    item_id: int
    variant_id: int
    kind: MovementKind
    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


def apply(changes: Iterable[Change], *, reference: str, by: str, note: str = "") -> Change | None:
    """Make the changes and write their movements.

    Returns the first change that the counts do not allow, None when all were made. After a refusal
    the caller must roll back: what came before it has been changed.
    """
    made = sorted(changes, key=lambda change: change.item_id)
    for change in made:
        if not change_count(change):
            return change
    write(made, reference=reference, by=by, note=note)
    return None


def change_count(change: Change) -> bool:
    """One conditional UPDATE: false when a count would fall below zero or be oversold."""
    item = StockItem
    conditions = [item.id == change.item_id]
    if change.on_hand < 0:
        conditions.append(item.on_hand >= -change.on_hand)
    if change.reserved < 0:
        conditions.append(item.reserved >= -change.reserved)
    if change.backordered < 0:
        conditions.append(item.backordered >= -change.backordered)
    if change.available < 0:
        conditions.append(item.on_hand - item.reserved >= -change.available)
    changed = rows_changed(
        sa.update(item)
        .where(*conditions)
        .values(
            on_hand=item.on_hand + change.on_hand,
            reserved=item.reserved + change.reserved,
            backordered=item.backordered + change.backordered,
        ),
        quiet=True,
    )
    return bool(changed)


def write(changes: Sequence[Change], *, reference: str, by: str, note: str) -> None:
    """Write the movements of changes that were made."""
    if not changes:
        return
    now = clock.now()
    session.execute(
        sa.insert(StockMovement),
        [
            {
                "item_id": change.item_id,
                "kind": change.kind,
                "on_hand_delta": change.on_hand,
                "reserved_delta": change.reserved,
                "backordered_delta": change.backordered,
                "reference": reference,
                "by": by,
                "note": note,
                "at": now,
            }
            for change in changes
        ],
    )


def tell(differences: Mapping[int, int]) -> None:
    """Record what a change that was just made means to shoppers and staff.

    ``differences``: how many pieces more (or less) can be bought, by variant. What is left is read
    after the change, while its rows are locked, so of two buyers the last one tells.
    """
    if not any(differences.values()):
        return
    left, products = available(differences)
    low = store.current().low_stock
    returned: list[int] = []
    for variant_id, now in left.items():
        was, product_id = now - differences[variant_id], products[variant_id]
        if was > 0 >= now:
            record(StockRanOut(variant_id=variant_id, product_id=product_id))
        elif was <= 0 < now:
            record(StockReturned(variant_id=variant_id, product_id=product_id))
            returned.append(variant_id)
        if was > low >= now:
            record(StockLow(variant_id=variant_id, product_id=product_id, available=max(now, 0)))
        if was != now and min(was, now) <= low:
            store.touch_catalogue()
    if returned:
        _tell_waiting(returned, products)


def _tell_waiting(variant_ids: list[int], products: dict[int, int]) -> None:
    told = session.execute(
        sa.update(StockRequest)
        .where(StockRequest.variant_id.in_(variant_ids), StockRequest.told_at.is_(None))
        .values(told_at=clock.now())
        .returning(StockRequest.id, StockRequest.variant_id),
        execution_options=_QUIET,
    ).all()
    for request_id, variant_id in told:
        record(
            BackInStock(
                request_id=request_id, variant_id=variant_id, product_id=products[variant_id]
            )
        )


def available(variant_ids: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
    """What is available of each variant at active locations, and which product each is of."""
    rows = session.execute(
        sa.select(
            Variant.id,
            Variant.product_id,
            sa.func.coalesce(
                sa.func.sum(
                    sa.case(
                        (Location.is_active.is_(True), StockItem.on_hand - StockItem.reserved),
                        else_=0,
                    )
                ),
                0,
            ),
        )
        .outerjoin(StockItem, StockItem.variant_id == Variant.id)
        .outerjoin(Location, Location.id == StockItem.location_id)
        .where(Variant.id.in_(list(variant_ids)))
        .group_by(Variant.id, Variant.product_id)
    ).all()
    return {row[0]: int(row[2]) for row in rows}, {row[0]: row[1] for row in rows}


def products(variant_ids: Iterable[int]) -> dict[int, int]:
    """Which product each variant is of."""
    wanted, found = list(variant_ids), {}
    for start in range(0, len(wanted), 500):
        query = sa.select(Variant.id, Variant.product_id)
        for row in session.execute(query.where(Variant.id.in_(wanted[start : start + 500]))):
            found[row[0]] = row[1]
    return found


def location_id(code: str | None = None) -> int:
    """The location of that code, or the first one. A shop without any gets its main one now."""
    query = sa.select(Location.id).order_by(Location.priority, Location.id).limit(1)
    query = query.where(Location.code == code) if code else query.where(Location.is_active)
    found = session.scalar(query)
    if found is not None:
        return found
    if code:
        raise LocationNotFound(code=code)
    db.insert_missing(Location, [{"code": "main", "name": "Main"}], unique=["code"])
    return location_id("main")


def items(variant_ids: Iterable[int], location: int) -> dict[int, StockItem]:
    """The stock items at a location by variant, locked until the commit; made when missing."""
    wanted = sorted(set(variant_ids))
    found = _locked(wanted, location)
    missing = [variant_id for variant_id in wanted if variant_id not in found]
    if missing:
        rows: list[dict[str, Any]] = [
            {"variant_id": variant_id, "location_id": location} for variant_id in missing
        ]
        for start in range(0, len(rows), 500):
            some = rows[start : start + 500]
            db.insert_missing(StockItem, some, unique=["variant_id", "location_id"])
        found |= _locked(missing, location)
    return found


def _locked(variant_ids: list[int], location: int) -> dict[int, StockItem]:
    found: dict[int, StockItem] = {}
    for start in range(0, len(variant_ids), 500):
        rows = session.scalars(
            sa.select(StockItem)
            .where(
                StockItem.location_id == location,
                StockItem.variant_id.in_(variant_ids[start : start + 500]),
            )
            .order_by(StockItem.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found |= {item.variant_id: item for item in rows}
    return found

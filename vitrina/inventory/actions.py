"""What is done with stock: counted, received, promised, shipped, brought back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from vitrina.catalog.events import ProductChanged
from vitrina.core import clock, db, store
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.inventory import ledger, promises, taking
from vitrina.inventory.errors import InvalidQuantity, NotReserved, StockReserved
from vitrina.inventory.ledger import Change
from vitrina.inventory.models import (
    MovementKind,
    Reservation,
    ReservationState,
    StockItem,
    StockRequest,
)

MOST = 1_000_000
FORGOTTEN = timedelta(minutes=45)
"""How long after its end a promise is given up, although nobody has said what became of it."""


def set_on_hand(
    variant_id: int, quantity: int, *, by: str, note: str = "", location: str | None = None
) -> None:
    """Say how many pieces were counted at a location (the first one by default).

    Raises InvalidQuantity, and StockReserved when more than that is promised to orders.
    """
    _check(quantity)
    item = _item(variant_id, location)
    _adjust(item, quantity - item.on_hand, by=by, note=note)


def adjust(variant_id: int, delta: int, *, by: str, note: str, location: str | None = None) -> None:
    """Correct a count by ``delta``, which may be negative, and say why.

    Raises InvalidQuantity, and StockReserved when what is left would be less than is promised.
    """
    _check(abs(delta))
    _adjust(_item(variant_id, location), delta, by=by, note=note)


def restock(variant_id: int, quantity: int, reference: str, *, by: str) -> None:
    """Take pieces of a shipped order back onto the shelf. Raises InvalidQuantity."""
    _check(quantity)
    _add(_item(variant_id), quantity, MovementKind.RETURNED, by=by, reference=reference)


def set_many(quantities: Mapping[int, int], *, by: str, note: str = "") -> list[int]:
    """Say how many pieces there are of many variants at the first location, in few statements.

    Returns the variants that were left as they are, because more of them is promised to orders.
    Shoppers and the search hear of it as changes of the products.
    """
    for quantity in quantities.values():
        _check(quantity)
    promises.lock_waiting(quantities)
    items = ledger.items(quantities, ledger.location_id())
    kept = [v for v, quantity in quantities.items() if quantity < items[v].reserved]
    changed = {
        item: quantities[variant]
        for variant, item in items.items()
        if variant not in kept and quantities[variant] != item.on_hand
    }
    owed = [item for item in changed if item.backordered]
    for item in owed:  # its new pieces go to those who wait first
        _adjust(item, changed.pop(item) - item.on_hand, by=by, note=note)
    if changed:
        _set_counts(changed, by=by, note=note)
    return kept


def _set_counts(counts: Mapping[StockItem, int], *, by: str, note: str) -> None:
    changes = [
        Change(item.id, item.variant_id, MovementKind.ADJUSTED, count - item.on_hand)
        for item, count in counts.items()
    ]
    rows = [{"id": item.id, "on_hand": count} for item, count in counts.items()]
    session.execute(sa.update(StockItem), sorted(rows, key=lambda row: row["id"]))
    ledger.write(changes, reference="", by=by, note=note)
    products = ledger.products(change.variant_id for change in changes)
    record(ProductChanged(product_ids=sorted(set(products.values()))))
    store.touch_catalogue()


def lock(variant_ids: Iterable[int]) -> None:
    """Take the shelves of these variants now, in the order of their keys, until the commit.

    For whoever is going to give some back before taking others (docs/locking.md).
    """
    session.execute(
        sa.select(StockItem.id)
        .where(StockItem.variant_id.in_(list(variant_ids)))
        .order_by(StockItem.id)
        .with_for_update()
    )


def reserve(
    reference: str, wanted: Mapping[int, int], *, expires_at: datetime | None, by: str
) -> None:
    """Promise ``{variant_id: pieces}`` to ``reference``, all of it or nothing.

    Without ``expires_at`` the promise is for good. Untracked variants need none. Raises
    NotEnoughStock with a line for each variant that is short; the caller then rolls back.
    """
    for quantity in wanted.values():
        _check(quantity)
    takes = taking.take(wanted, reference, by=by)
    promises.write(reference, takes, expires_at)
    taken: dict[int, int] = {}
    for take in takes:
        taken[take.variant_id] = taken.get(take.variant_id, 0) - take.quantity
    ledger.tell(taken)


def commit(reference: str, *, by: str) -> bool:
    """Keep what is promised to ``reference`` for good, because it is paid or accepted.

    Returns whether there was an unexpired promise; false also when it was kept before.
    """
    return promises.keep(reference) > 0


def is_promised(reference: str) -> bool:
    """Whether anything is promised to ``reference`` now."""
    return bool(promises.lock(reference))


def release(reference: str, *, by: str) -> None:
    """Give what is promised to ``reference`` back to everybody. Nothing happens when nothing is."""
    rows = promises.lock(reference)
    if not rows:
        return
    changes = [
        Change(
            row.item_id,
            row.variant_id,
            MovementKind.RELEASED,
            reserved=-row.quantity,
            backordered=-row.backordered,
        )
        for row in rows
    ]
    _apply(changes, reference=reference, by=by)
    promises.end(reference)
    given: dict[int, int] = {}
    for change in changes:
        given[change.variant_id] = given.get(change.variant_id, 0) + change.available
    ledger.tell(given)


def ship(reference: str, quantities: Mapping[int, int], *, by: str) -> None:
    """Let promised pieces leave: ``{variant_id: pieces}`` go from the shelf and the promise.

    Variants without any promise under ``reference`` are not tracked, and leave no trace. Raises
    NotReserved when more is to leave than is ready (the rest is on back-order).
    """
    rows = promises.lock(reference, (*promises.OPEN, ReservationState.SHIPPED))
    changes: list[Change] = []
    for variant_id, quantity in quantities.items():
        here = [row for row in rows if row.variant_id == variant_id]
        ready = sum(row.quantity for row in here)
        if here and ready < quantity:
            raise NotReserved(variant_id=variant_id, wanted=quantity, ready=ready)
        changes += _take_from(here, quantity)
    _apply(changes, reference=reference, by=by)


def hand_out(reference: str, variant_ids: Iterable[int], *, by: str) -> None:
    """Let what is ready of these variants leave without a parcel, such as numbered files."""
    wanted = set(variant_ids)
    changes: list[Change] = []
    for row in promises.lock(reference):
        if row.variant_id in wanted:
            changes += _take_from([row], row.quantity)
    _apply(changes, reference=reference, by=by)


def _take_from(rows: Iterable[Reservation], quantity: int) -> list[Change]:
    changes, left = [], quantity
    for row in rows:
        part = min(left, row.quantity)
        if part:
            row.quantity -= part
            left -= part
            changes.append(Change(row.item_id, row.variant_id, MovementKind.SHIPPED, -part, -part))
        if row.quantity == row.backordered == 0:
            row.state = ReservationState.SHIPPED
    return changes


def release_expired(limit: int = 100) -> int:
    """Give back promises whose end has long passed; returns how many references there were.

    An order's own expiry asks the payment provider first and comes long before. This is for what
    nobody answers for, because a provider is down for hours.
    """
    references = session.scalars(
        sa.select(Reservation.reference)
        .where(
            Reservation.state == ReservationState.HELD,
            Reservation.expires_at < clock.now() - FORGOTTEN,
        )
        .distinct()
        .limit(limit)
    ).all()
    for reference in sorted(references):
        release(reference, by="system")
    return len(references)


def request_notice(variant_id: int, email: str, locale: str) -> None:
    """Remember that ``email`` wants to be told when the variant is back. Asking twice is once."""
    asked = {"variant_id": variant_id, "email": email.lower(), "locale": locale}
    db.insert_missing(StockRequest, [asked], unique=["variant_id", "email"])
    session.execute(
        sa.update(StockRequest)
        .where(StockRequest.variant_id == variant_id, StockRequest.email == email.lower())
        .values(told_at=None, locale=locale)
    )


def _check(quantity: int) -> None:
    if type(quantity) is not int or not 0 <= quantity <= MOST:
        raise InvalidQuantity(field="quantity", quantity=quantity)


def _item(variant_id: int, location: str | None = None) -> StockItem:
    promises.lock_waiting([variant_id])
    return ledger.items([variant_id], ledger.location_id(location))[variant_id]


def _adjust(item: StockItem, delta: int, *, by: str, note: str) -> None:
    if item.on_hand + delta < item.reserved:
        raise StockReserved(
            variant_id=item.variant_id, reserved=item.reserved, wanted=item.on_hand + delta
        )
    _add(item, delta, MovementKind.ADJUSTED, by=by, note=note)


def _add(
    item: StockItem, delta: int, kind: MovementKind, *, by: str, note: str = "", reference: str = ""
) -> None:
    """Change what is on hand by ``delta``; new pieces go to back-orders first."""
    if not delta:
        return
    given = promises.allot(item, delta) if delta > 0 and item.backordered else 0
    change = Change(item.id, item.variant_id, kind, delta, given, -given)
    _apply([change], reference=reference, by=by, note=note)
    session.expire(item)
    ledger.tell({item.variant_id: change.available})


def _apply(changes: Sequence[Change], *, reference: str, by: str, note: str = "") -> None:
    refused = ledger.apply(changes, reference=reference, by=by, note=note)
    if refused is not None:
        raise NotReserved(variant_id=refused.variant_id, item_id=refused.item_id)

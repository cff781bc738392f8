"""Counts that come from elsewhere: a file of another system, a number for all places together."""

from collections.abc import Mapping

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.inventory import actions, ledger, promises
from vitrina.inventory.errors import StockReserved
from vitrina.inventory.models import StockItem
from vitrina.inventory.queries import levels


def set_total(variant_id: int, quantity: int, *, by: str, note: str = "") -> None:
    """Say how many pieces there are in all places: more of them are put into the first one, fewer
    are taken from the first that have some free.

    Raises InvalidQuantity, and StockReserved when more is promised to orders than would be left.
    """
    promises.lock_waiting([variant_id])
    actions.lock([variant_id])
    places = levels([variant_id]).get(variant_id, [])
    for _, item in places:
        session.refresh(item)
    missing = sum(item.on_hand for _, item in places) - quantity
    if missing <= 0:
        actions.adjust(variant_id, -missing, by=by, note=note)
        return
    for place, item in places:
        part = min(missing, item.available)
        actions.adjust(variant_id, -part, by=by, note=note, location=place.code)
        missing -= part
    if missing:
        reserved = sum(item.reserved for _, item in places)
        raise StockReserved(variant_id=variant_id, reserved=reserved, wanted=quantity)


def take_over(counts: Mapping[int, int], *, by: str) -> list[int]:
    """Follow what a file from elsewhere counts, at the first location.

    The first time its count is taken as it is, after that only what the file itself changed: what
    was sold since is not on the shelf again because the same file comes once more. Returns the
    variants that were left as they are, because more is promised to orders. Raises InvalidQuantity.
    """
    promises.lock_waiting(counts)
    items = ledger.items(counts, ledger.location_id())
    wanted = {v: count + _since_import(items[v]) for v, count in counts.items()}
    kept = [v for v, quantity in wanted.items() if quantity < items[v].reserved]
    changed = {v: quantity for v, quantity in wanted.items() if v not in kept}
    actions.set_many(changed, by=by, note="import")
    said = [
        {"id": items[v].id, "imported": count}
        for v, count in counts.items()
        if v not in kept and items[v].imported != count
    ]
    if said:
        session.execute(sa.update(StockItem), sorted(said, key=lambda row: row["id"]))
    return kept


def _since_import(item: StockItem) -> int:
    return 0 if item.imported is None else item.on_hand - item.imported

"""The shop as it would be without its guard: it looks at the stock, and then writes what is left.

``python -m tests.race.server`` serves like ``vitrina serve``. It shows that the race in
``test_last_pieces.py`` would notice.
"""

import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace

import sqlalchemy as sa

from vitrina.api import orders
from vitrina.cart import today
from vitrina.cli.main import main
from vitrina.core.db import committing, session
from vitrina.inventory import ledger, queries, taking
from vitrina.inventory.ledger import Change
from vitrina.inventory.models import StockItem
from vitrina.inventory.queries import Availability
from vitrina.inventory.rules import Shelf

_seen = threading.local()


def look_first() -> AbstractContextManager[None]:
    """Look at the stock before the transaction in which it is written."""
    rows = session.execute(sa.select(StockItem.id, StockItem.on_hand, StockItem.reserved))
    _seen.items = {row[0]: (row[1], row[2]) for row in rows}
    session.rollback()
    return committing()


def shelves_as_seen(variant_ids: Iterable[int]) -> list[Shelf]:
    """The shelves, with the pieces that were there when somebody looked."""
    found = []
    for shelf in queries.shelves(variant_ids):
        on_hand, reserved = _seen.items[shelf.item_id]
        found.append(replace(shelf, available=on_hand - reserved))
    return found


def availability_as_seen(variant_ids: Iterable[int]) -> dict[int, Availability]:
    """What could be bought when somebody looked; as it is while nobody has."""
    found = queries.availability(variant_ids)
    if getattr(_seen, "items", None) is None:
        return found
    left = {shelf.variant_id: shelf.available for shelf in shelves_as_seen(found)}
    return {id_: replace(one, available=left[id_]) for id_, one in found.items()}


def write_what_is_left(change: Change) -> bool:
    """Write the count that follows from what was seen, whatever it is by now."""
    _, reserved = _seen.items[change.item_id]
    session.execute(
        sa.update(StockItem)
        .where(StockItem.id == change.item_id)
        .values(reserved=reserved + change.reserved),
        execution_options={"synchronize_session": False},
    )
    return True


WITHOUT_GUARD = (
    (orders, "committing", look_first),
    (today, "availability", availability_as_seen),
    (taking, "shelves", shelves_as_seen),
    (ledger, "change_count", write_what_is_left),
)

if __name__ == "__main__":
    for module, name, instead in WITHOUT_GUARD:
        assert hasattr(module, name)  # else nothing would be taken out
        setattr(module, name, instead)
    main(["serve", "--without-worker"])

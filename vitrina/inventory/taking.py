"""Taking pieces from the shelves for an order, against everybody else who wants them."""

from collections.abc import Iterable, Mapping, Sequence

from vitrina.core.db import session
from vitrina.inventory import ledger
from vitrina.inventory.errors import NotEnoughStock
from vitrina.inventory.ledger import Change
from vitrina.inventory.models import MovementKind
from vitrina.inventory.queries import shelves
from vitrina.inventory.rules import Shelf, Take, plan

ATTEMPTS = 3


def take(wanted: Mapping[int, int], reference: str, *, by: str) -> list[Take]:
    """Take ``{variant_id: pieces}`` from the shelves, and say from which.

    What is read first is only a plan; each conditional UPDATE decides. When another buyer was
    quicker and there is a second location or a back-order, it is planned anew. Raises
    NotEnoughStock; the caller then rolls back.
    """
    for _ in range(ATTEMPTS):
        read = shelves(wanted)
        planned = plan(read, wanted)
        if planned.short:
            raise _shortage(planned.short, read, wanted)
        takes = _with_items(planned.takes)
        another_way = _has_another_way(read)
        refused = _try(takes, reference, by=by, again=another_way)
        if refused is None:
            return takes
        if not another_way:
            break
    read = shelves(wanted)
    short = plan(read, wanted).short or dict.fromkeys(wanted, 0)
    raise _shortage(short, read, wanted)


def _try(takes: Sequence[Take], reference: str, *, by: str, again: bool) -> Change | None:
    """Change the counts; returns the change that another buyer was quicker with, if any.

    ``again``: there is another way to try, so a refusal must leave the counts as they were.
    """
    changes = [
        Change(
            take.item_id or 0,
            take.variant_id,
            MovementKind.RESERVED,
            reserved=take.quantity,
            backordered=take.backordered,
        )
        for take in takes
    ]
    if not again:
        return ledger.apply(changes, reference=reference, by=by)
    savepoint = session.begin_nested()
    refused = ledger.apply(changes, reference=reference, by=by)
    if refused is None:
        savepoint.commit()
    else:
        savepoint.rollback()
    return refused


def _with_items(takes: Iterable[Take]) -> list[Take]:
    """Back-orders of variants that were never counted get their stock item now."""
    found = list(takes)
    missing = [take.variant_id for take in found if take.item_id is None]
    if not missing:
        return found
    items = ledger.items(missing, ledger.location_id())
    return [
        take
        if take.item_id
        else Take(take.variant_id, items[take.variant_id].id, take.quantity, take.backordered)
        for take in found
    ]


def _has_another_way(read: Sequence[Shelf]) -> bool:
    variants = [shelf.variant_id for shelf in read]
    return len(variants) > len(set(variants)) or any(shelf.backorder for shelf in read)


def _shortage(
    short: Mapping[int, int], read: Sequence[Shelf], wanted: Mapping[int, int]
) -> NotEnoughStock:
    skus = {shelf.variant_id: shelf.sku for shelf in read}
    lines = [
        {
            "variant_id": variant_id,
            "sku": skus.get(variant_id, ""),
            "wanted": wanted[variant_id],
            "available": available,
        }
        for variant_id, available in short.items()
    ]
    return NotEnoughStock(lines=lines)

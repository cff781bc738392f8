"""Decisions about stock: what can be sold, and from which shelf it is taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_PIECES = 999
"""What one line of a cart or an order may hold at most."""


@dataclass(frozen=True, slots=True)
class Availability:
    """What can be bought of a variant now, over all active locations."""

    variant_id: int
    tracked: bool
    available: int
    backorder: bool

    def covers(self, quantity: int) -> bool:
        """Whether ``quantity`` pieces can be sold."""
        return not self.tracked or self.backorder or self.available >= quantity

    @property
    def most(self) -> int:
        """The most that can be put into one line."""
        if not self.tracked or self.backorder:
            return MOST_PIECES
        return min(self.available, MOST_PIECES)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A variant at a location, as it was read. ``item_id`` is None where there is no row yet."""

    variant_id: int
    product_id: int
    sku: str
    tracked: bool
    backorder: bool
    item_id: int | None
    available: int
    priority: int


@dataclass(frozen=True, slots=True)
class Take:
    """Take ``quantity`` from a stock item, and note ``backordered`` more as owed."""

    variant_id: int
    item_id: int | None
    quantity: int
    backordered: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """From where to take what; ``short`` says what cannot be had: ``{variant_id: available}``."""

    takes: tuple[Take, ...]
    short: Mapping[int, int]


def plan(shelves: Iterable[Shelf], wanted: Mapping[int, int]) -> Plan:
    """How to take ``wanted`` (``{variant_id: pieces}``) from the shelves.

    One location that has it all is better than two; else the locations are emptied in order of
    priority. Variants that may be backordered take what is there and owe the rest; untracked ones
    take nothing. The takes are in order of the primary key.
    """
    by_variant: dict[int, list[Shelf]] = {variant_id: [] for variant_id in wanted}
    for shelf in shelves:
        by_variant[shelf.variant_id].append(shelf)
    takes: list[Take] = []
    short: dict[int, int] = {}
    for variant_id, quantity in wanted.items():
        here = sorted(by_variant[variant_id], key=lambda s: (s.priority, s.item_id or 0))
        if here and not here[0].tracked:
            continue
        found = _from(here, quantity)
        missing = quantity - sum(take.quantity for take in found)
        if missing and here and here[0].backorder:
            found = _owe(found, here[0], missing)
        elif missing:
            short[variant_id] = sum(max(shelf.available, 0) for shelf in here)
        takes += found
    takes.sort(key=lambda take: take.item_id or 0)
    return Plan(tuple(takes), short)


def _from(shelves: list[Shelf], quantity: int) -> list[Take]:
    whole = next((s for s in shelves if s.item_id and s.available >= quantity), None)
    if whole is not None:
        return [Take(whole.variant_id, whole.item_id, quantity)]
    takes, left = [], quantity
    for shelf in shelves:
        part = min(left, shelf.available)
        if part > 0:
            takes.append(Take(shelf.variant_id, shelf.item_id, part))
            left -= part
    return takes


def _owe(takes: list[Take], first: Shelf, missing: int) -> list[Take]:
    """Note what is missing at a shelf that gives something anyway, else at the first one."""
    if takes:
        head = takes[0]
        return [Take(head.variant_id, head.item_id, head.quantity, missing), *takes[1:]]
    return [Take(first.variant_id, first.item_id, 0, missing)]

"""A cart's decisions: what merging makes, and what has changed since a line was put in. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vitrina.core.money import Money
from vitrina.inventory.rules import MOST_PIECES

MOST_LINES = 200
MOST_CODES = 5
MOST_SAVED_CARTS = 20
MOST_WISHES = 500
DAYS_KEPT = 30


class ChangeKind(StrEnum):
    """What is no longer as it was when a line was put in."""

    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    ONLY_LEFT = "only_left"
    SOLD_OUT = "sold_out"
    NOT_SOLD = "not_sold"
    NO_SHIPPING = "no_shipping"


BLOCKING = frozenset(
    {ChangeKind.ONLY_LEFT, ChangeKind.SOLD_OUT, ChangeKind.NOT_SOLD, ChangeKind.NO_SHIPPING}
)
UNSOLD = frozenset({ChangeKind.SOLD_OUT, ChangeKind.NOT_SOLD})


@dataclass(frozen=True, slots=True)
class Change:
    """Something a buyer must know. Prices come with ``before`` and ``now``, ONLY_LEFT with
    ``available``, NO_SHIPPING with ``country``. A blocking one has to be settled before checkout.
    """

    kind: ChangeKind
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_blocking(self) -> bool:
        """Whether the cart cannot be bought like this."""
        return self.kind in BLOCKING


def changes(
    *,
    for_sale: bool,
    most: int,
    quantity: int,
    seen: Money,
    now: Money | None,
) -> tuple[Change, ...]:
    """What changed for a line: ``most`` can be bought today, at ``now`` a piece.

    A price seen in another currency is not compared.
    """
    if not for_sale or now is None:
        return (Change(ChangeKind.NOT_SOLD),)
    found = []
    if most <= 0:
        found.append(Change(ChangeKind.SOLD_OUT))
    elif most < quantity:
        found.append(Change(ChangeKind.ONLY_LEFT, {"available": most}))
    if seen.currency == now.currency and seen != now:
        kind = ChangeKind.PRICE_UP if now > seen else ChangeKind.PRICE_DOWN
        found.append(Change(kind, {"before": seen, "now": now}))
    return tuple(found)


def merged_quantity(own: int, other: int, most: int) -> int:
    """How many pieces two carts have of a variant together.

    They add up to what can be bought (``most``) and to 999, but merging never makes fewer than
    one of the carts had: the cart then says that less is left.
    """
    return min(max(min(own + other, most), own, other), MOST_PIECES)


def merged_codes(own: Iterable[str], other: Iterable[str]) -> list[str]:
    """The codes of both carts, each once, at most five."""
    return list(dict.fromkeys([*own, *other]))[:MOST_CODES]

"""How many pieces of each print lie in the drawer: some many, some three, some none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from vitrina.cli.demo.isoline import BY
from vitrina.inventory import actions as inventory
from vitrina.inventory.queries import levels

OPENING = 80
"""Pieces of everything when the shop opened; orders take from them."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """A variant, as far as its stock depends on it."""

    variant_id: int
    edition: int
    framed: bool


def fill(drawers: Sequence[Drawer]) -> None:
    """Lay out the opening stock."""
    stock = {drawer.variant_id: OPENING for drawer in drawers}
    inventory.set_many(stock, by=BY, note="opening stock")


def count(drawers: Sequence[Drawer], seed: int) -> None:
    """Today's count of everything, beside what is promised to orders."""
    dice = Random(f"stock {seed}")
    free = {drawer.variant_id: _free(drawer, dice) for drawer in drawers}
    inventory.set_many(_with_promised(free), by=BY, note="stock-taking")


def _free(drawer: Drawer, dice: Random) -> int:
    """How many pieces should be free to buy today."""
    lot = dice.random()
    if lot < 0.05:
        return 0
    if lot < 0.17:
        return dice.randint(1, 5)
    return dice.randint(11, 18) if drawer.framed else dice.randint(12, max(16, drawer.edition // 3))


def _with_promised(free: Mapping[int, int]) -> dict[int, int]:
    counted = dict(free)
    for variant_id, places in levels(free).items():
        counted[variant_id] += sum(item.reserved for _, item in places)
    return counted

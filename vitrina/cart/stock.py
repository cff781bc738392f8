"""What a cart can buy: also what its own unpaid order holds, which ordering again puts aside."""

from collections.abc import Mapping
from dataclasses import replace

from vitrina.inventory.rules import Availability
from vitrina.orders.replacing import pieces_held


def with_own(
    stock: Mapping[int, Availability], cart_id: int, wanted: Mapping[int, int]
) -> dict[int, Availability]:
    """``stock`` by variant, with the cart's own pieces where there is not enough for ``wanted``.

    No statement where there is enough of everything.
    """
    short = {id_ for id_, one in stock.items() if not one.covers(wanted.get(id_, 0))}
    own = pieces_held(cart_id) if short else {}
    return {
        id_: replace(one, available=one.available + own[id_]) if id_ in short & own.keys() else one
        for id_, one in stock.items()
    }

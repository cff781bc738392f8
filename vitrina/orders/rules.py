"""Decisions about orders: links for guests, what may still be done, what is left to send."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta

from vitrina.core import signing

DOWNLOAD_DAYS = timedelta(days=30)
DOWNLOADS = 5


def link_token(number: str) -> str:
    """The token that opens the order's page to whoever has the link."""
    return signing.sign("order", number)


def reads_link(number: str, token: str | None) -> bool:
    """Whether ``token`` was made for this order."""
    found = signing.read("order", token)
    return found is not None and hmac.compare_digest(found.encode(), number.encode())


def download_token(line_id: int, file_id: int) -> str:
    """The token of a download link; the same line and file always give the same."""
    return signing.sign("download", f"{line_id}:{file_id}")


def coupon_reference(number: str, attempt: int) -> str:
    """Under which name the ``attempt``-th payment of an order (1, 2, ...) uses its coupons.

    A failed attempt gives them back, and what was given back under a name stays given back.
    """
    return number if attempt <= 1 else f"{number}/{attempt}"


def left_to_ship(bought: Mapping[int, int], packed: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What of each line has not left yet.

    ``bought``: pieces by line id, of lines that are sent; ``packed``: (line id, pieces) in parcels.
    """
    left = dict(bought)
    for line_id, quantity in packed:
        if line_id in left:
            left[line_id] -= quantity
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}

"""Decisions about orders: links for guests, what may still be done, what is left to send."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

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


def coupon_references(number: str, attempts: int) -> list[str]:
    """All names under which an order with so many attempts may have used its coupons."""
    tried = [coupon_reference(number, attempt) for attempt in range(1, max(1, attempts) + 1)]
    return [*tried, late_reference(number)]


def late_reference(number: str) -> str:
    """Under which name an order uses its coupons whose money came after its time."""
    return f"{number}/late"


def left_to_ship(bought: Mapping[int, int], packed: Iterable[tuple[int, int]]) -> dict[int, int]:
    """What of each line has not left yet.

    ``bought``: pieces by line id, of lines that are sent; ``packed``: (line id, pieces) in parcels.
    """
    left = dict(bought)
    for line_id, quantity in packed:
        if line_id in left:
            left[line_id] -= quantity
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}


@dataclass(frozen=True, slots=True)
class RefundPart:
    """What goes back of a line (``line_id`` None: of the delivery), in minor units."""

    line_id: int | None
    quantity: int
    amount: int
    tax: int


def share(whole: int, pieces: int, of: int) -> int:
    """What ``pieces`` of ``of`` cost when all of them cost ``whole``, half a unit rounded up."""
    return int((Decimal(whole) * pieces / of).quantize(Decimal(1), ROUND_HALF_UP))


def line_part(
    *, line_id: int, total: int, tax: int, bought: int, back: int, more: int
) -> RefundPart:
    """What ``more`` pieces of a line give back, when ``back`` of the ``bought`` ones went before.

    Shares are differences of rounded sums, so that all pieces together give exactly the line's
    ``total`` and ``tax``, in whatever steps they come back.
    """
    return RefundPart(
        line_id,
        more,
        share(total, back + more, bought) - share(total, back, bought),
        share(tax, back + more, bought) - share(tax, back, bought),
    )


def tax_in(amount: int, parts: Sequence[RefundPart], *, left: int, tax_left: int) -> int:
    """The tax in a refund of ``amount``, when ``left`` (``tax_left`` of it tax) is not back yet.

    It is the tax of its parts, and what they do not name has its share of the rest. The last
    refund takes all the tax that is left, and no refund leaves more tax than money to the others.
    """
    if amount >= left:
        return tax_left
    least = max(tax_left - (left - amount), 0)
    named = min(sum(part.tax for part in parts), tax_left)
    unnamed = amount - sum(part.amount for part in parts)
    if unnamed <= 0:
        return max(min(named, amount), least)
    more = share(tax_left - named, unnamed, left - (amount - unnamed))
    return max(min(named + more, amount), least)


def cut(parts: Iterable[RefundPart], amount: int) -> tuple[list[RefundPart], list[RefundPart]]:
    """Split parts into those that make up ``amount`` (or less) and the rest.

    The part in which the cut falls is divided; its pieces go with the first half.
    """
    first: list[RefundPart] = []
    rest: list[RefundPart] = []
    for part in parts:
        room = amount - sum(one.amount for one in first)
        if rest or part.amount > room:
            here = 0 if rest else max(room, 0)
            if here:
                tax = share(part.tax, here, part.amount)
                first.append(RefundPart(part.line_id, part.quantity, here, tax))
                rest.append(RefundPart(part.line_id, 0, part.amount - here, part.tax - tax))
            else:
                rest.append(part)
        else:
            first.append(part)
    return first, rest

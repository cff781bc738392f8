"""Decisions about returns: what may still come back, until when, and what it is worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from vitrina.orders.rules import RefundPart, share

WITHDRAWAL_DAYS = 14
"""Directive 2011/83/EU, Article 9."""

EEA = frozenset({"IS", "LI", "NO"})
SATURDAY = 5
MOST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Back:
    """What one return says of a line: announced, arrived, refunded; and whether it is open."""

    line_id: int
    quantity: int
    received: int
    refunded: int
    is_open: bool


def left_to_return(
    sent: Mapping[int, int], backs: Iterable[Back], refunded: Mapping[int, int]
) -> dict[int, int]:
    """The pieces of each line (by id) that can still be sent back; lines without any are left out.

    ``sent``: pieces that have left. Those of an open return count as it announced them, those of a
    finished one as they arrived: what never came may be sent later. ``refunded``: pieces whose
    money went back, by a return or without one.
    """
    left = dict(sent)
    by_return: dict[int, int] = {}
    for back in backs:
        if back.line_id in left:
            left[back.line_id] -= back.quantity if back.is_open else back.received
            by_return[back.line_id] = by_return.get(back.line_id, 0) + back.refunded
    for line_id, pieces in refunded.items():
        if line_id in left:
            left[line_id] -= max(0, pieces - by_return.get(line_id, 0))
    return {line_id: pieces for line_id, pieces in left.items() if pieces > 0}


def last_return_day(arrived: datetime | None, days: int) -> date | None:
    """The last day of the shop's own return window; None while the goods have not arrived."""
    return None if arrived is None else (arrived + timedelta(days=days)).date()


def last_withdrawal_day(arrived: datetime | None) -> date | None:
    """The last day on which a consumer may withdraw; None while the goods have not arrived.

    A period that ends on a weekend ends on the working day after it (Regulation 1182/71, Art. 3).
    """
    last = last_return_day(arrived, WITHDRAWAL_DAYS)
    if last is not None and last.weekday() >= SATURDAY:
        last += timedelta(days=7 - last.weekday())
    return last


def is_in_time(last: date | None, now: datetime) -> bool:
    """Whether it is not yet over; a day lasts until it is over everywhere on earth."""
    return last is None or (now - timedelta(hours=12)).date() <= last


def part_back(full: RefundPart, deducted: int) -> RefundPart:
    """What goes back of a line's stored sums when ``deducted`` is kept for its condition.

    Raises ValueError when more would be kept than the pieces are worth.
    """
    if not 0 <= deducted <= full.amount:
        raise ValueError("more than the pieces are worth")
    if not deducted:
        return full
    amount = full.amount - deducted
    tax = share(full.tax, amount, full.amount)
    return RefundPart(full.line_id, full.quantity, amount, tax)


def is_whole(ordered: Mapping[int, int], back: Mapping[int, int]) -> bool:
    """Whether ``back`` (pieces by line) is all that was ``ordered``."""
    return all(back.get(line_id, 0) == pieces for line_id, pieces in ordered.items())


def is_safe_label(url: str) -> bool:
    """Whether the address of a label is empty, or one that is opened without harm."""
    if not url:
        return True
    if len(url) > 500 or any(ord(sign) < 33 for sign in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)

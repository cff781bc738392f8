"""The shop's clock. Tests set it; everything else only reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_offset = timedelta(0)
_fixed: datetime | None = None


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return _fixed if _fixed is not None else datetime.now(UTC) + _offset


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stop the clock at ``moment`` (timezone-aware) for the length of the block."""
    global _fixed
    before, _fixed = _fixed, moment
    try:
        yield
    finally:
        _fixed = before


@contextmanager
def later(**delta: float) -> Iterator[None]:
    """Move the clock on by a timedelta's arguments (``minutes=16``) for the length of the block."""
    global _offset
    before, _offset = _offset, _offset + timedelta(**delta)
    try:
        yield
    finally:
        _offset = before

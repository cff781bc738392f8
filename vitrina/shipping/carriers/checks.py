"""Checks that the settings of several carriers share. Each raises ValueError."""

from collections.abc import Sequence

MOST_MINOR = 10**11

Rows = tuple[tuple[int, int], ...]


def amount(name: str, value: object) -> int:
    """``value`` as minor units, zero or more."""
    if type(value) is not int or not 0 <= value <= MOST_MINOR:
        raise ValueError(f"{name}: a whole number of minor units, zero or more")
    return value


def rows(name: str, value: Sequence[Sequence[object]]) -> Rows:
    """A table of pairs ``[limit, price]`` whose limits rise."""
    table = []
    for row in value:
        if not isinstance(row, list | tuple) or len(row) != 2:
            raise ValueError(f"{name}: rows of two numbers, a limit and a price")
        limit, price = row
        if type(limit) is not int or limit < 0:
            raise ValueError(f"{name}: a limit is a whole number, zero or more")
        table.append((limit, amount(name, price)))
    if not table:
        raise ValueError(f"{name}: at least one row")
    limits = [limit for limit, _ in table]
    if limits != sorted(set(limits)):
        raise ValueError(f"{name}: each limit is higher than the one before")
    return tuple(table)

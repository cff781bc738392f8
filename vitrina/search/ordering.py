"""In which order a list stands, and how a cursor goes on in it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from vitrina.search import choosing, rules
from vitrina.search.errors import BrokenCursor
from vitrina.search.models import Entry, EntryPrice


class Order:
    """The columns of an order, with the product's id at the end so that no two are equal."""

    def __init__(self, sort: str, columns: Sequence[tuple[Any, str, bool, type]]) -> None:
        self.sort = sort
        self.columns = columns
        self.by = [column.desc() if falling else column for column, _, falling, _ in columns]

    def cursor(self, row: Any) -> str:
        """The cursor that goes on after ``row``."""
        values = [getattr(row, name) for _, name, _, _ in self.columns]
        return rules.write_cursor(self.sort, [_plain(value) for value in values])

    def after(self, values: Sequence[object]) -> Any:
        """Rows behind ``values`` in this order."""
        tests: list[Any] = []
        same: list[Any] = []
        for (column, _, falling, _), value in zip(self.columns, values, strict=True):
            tests.append(sa.and_(*same, column < value if falling else column > value))
            same.append(column == value)
        return sa.or_(*tests)


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value)


def order_of(choice: choosing.Choice, sort: str) -> Order:
    """The columns of ``sort``; ``relevance`` is the order of a query."""
    score = choice.chosen.c.score
    last = (Entry.product_id, "product_id", True, int)
    columns: dict[str, Sequence[tuple[Any, str, bool, type]]] = {
        "relevance": [(score, "score", True, int), last],
        "featured": [
            (Entry.position, "position", False, int),
            (Entry.sold, "sold", True, int),
            last,
        ],
        "newest": [(Entry.published_at, "published_at", True, str), last],
        "price_asc": [(EntryPrice.low, "low", False, int), last],
        "price_desc": [(EntryPrice.low, "low", True, int), last],
        "rating": [
            (Entry.rating, "rating", True, int),
            (Entry.rating_count, "rating_count", True, int),
            last,
        ],
    }
    return Order(sort, columns[sort])


def rows_after(order: Order, cursor: str) -> Any:
    """The condition of going on at ``cursor``. Raises BrokenCursor."""
    values = rules.read_cursor(cursor, order.sort, [kind for _, _, _, kind in order.columns])
    return order.after([_moment(one) if isinstance(one, str) else one for one in values])


def _moment(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise BrokenCursor(field="cursor") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

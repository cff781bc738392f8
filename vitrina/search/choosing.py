"""Which products a list shows, as SQL: scope, filters, and the counts beside the filters."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from vitrina.catalog.models.groups import CollectionProduct
from vitrina.core.db import session
from vitrina.search import text
from vitrina.search.models import Entry, EntryCategory, EntryFacet, EntryPrice
from vitrina.search.results import Listing
from vitrina.search.understanding import Understood

MOST_FACETS = 12
MOST_VALUES = 30
SCOPE = frozenset({"category", "collection", "query"})


@dataclass(slots=True)
class Choice:
    """The conditions of a list by name, and the sets of products that follow from them.

    A set leaves out the conditions of a name, so that a filter can count without itself.
    """

    ask: Listing
    understood: Understood | None
    conditions: dict[str, Any] = field(default_factory=dict)
    _sets: dict[frozenset[str], Any] = field(default_factory=dict)
    _matched: Any = None

    def __post_init__(self) -> None:
        ask = self.ask
        if self.understood is not None:
            matched = text.matching(self.understood.terms).cte("matched")
            self._matched = matched.prefix_with("MATERIALIZED")
        elif ask.query.strip():
            self.conditions["query"] = sa.false()  # No letter was typed: nothing has it.
        if ask.category_id is not None:
            below = sa.select(EntryCategory.product_id).where(
                EntryCategory.category_id == ask.category_id
            )
            self.conditions["category"] = Entry.product_id.in_(below)
        if ask.collection_id is not None:
            inside = sa.select(CollectionProduct.product_id).where(
                CollectionProduct.collection_id == ask.collection_id
            )
            self.conditions["collection"] = Entry.product_id.in_(inside)
        if ask.min_price is not None or ask.max_price is not None:
            low, high = ask.min_price or 0, ask.max_price
            above = EntryPrice.low >= low
            self.conditions["price"] = (
                above if high is None else sa.and_(above, EntryPrice.low <= high)
            )
        if ask.in_stock:
            self.conditions["stock"] = Entry.in_stock.is_(True)
        if ask.min_rating is not None:
            self.conditions["rating"] = Entry.rating >= ask.min_rating * 100
        for name, values in list(ask.facets.items())[:MOST_FACETS]:
            if values:
                with_value = sa.select(EntryFacet.product_id).where(
                    EntryFacet.name == name, EntryFacet.value.in_(values[:MOST_VALUES])
                )
                self.conditions[f"facet:{name}"] = Entry.product_id.in_(with_value)

    @property
    def scope(self) -> Any:
        """The products of the category, collection and query, before any filter."""
        return self.without(*(set(self.conditions) - SCOPE))

    @property
    def chosen(self) -> Any:
        """The products of the list."""
        return self.without()

    @property
    def is_whole_catalogue(self) -> bool:
        return self._matched is None and not self.conditions

    def without(self, *names: str) -> Any:
        """The products by all conditions but those; each set is worked out once a statement."""
        left_out = frozenset(names) & frozenset(self.conditions)
        if left_out not in self._sets:
            score = sa.literal(0) if self._matched is None else self._matched.c.score
            statement = (
                sa.select(
                    Entry.product_id, EntryPrice.low, sa.cast(score, sa.BigInteger).label("score")
                )
                .join(EntryPrice, EntryPrice.product_id == Entry.product_id)
                .where(EntryPrice.currency == self.ask.currency)
            )
            if self._matched is not None:
                statement = statement.join(
                    self._matched, self._matched.c.product_id == Entry.product_id
                )
            kept = [test for name, test in self.conditions.items() if name not in left_out]
            made = statement.where(*kept).cte(f"chosen{len(self._sets)}")
            self._sets[left_out] = made.prefix_with("MATERIALIZED")
        return self._sets[left_out]


@dataclass(slots=True)
class Value:
    """A facet value in scope; ``count`` follows from the filters of the other names."""

    labels: dict[str, Any]
    position: int
    count: int


@dataclass(slots=True)
class Counts:
    """Everything that is counted for a list, by one statement."""

    total: int = 0
    lowest: int | None = None
    highest: int | None = None
    categories: dict[int, int] = field(default_factory=dict)
    facets: dict[str, dict[str, Value]] = field(default_factory=dict)


def count(choice: Choice) -> Counts:
    """Total, price span, categories and facet values of a list: one SELECT."""
    nothing = sa.literal("")
    chosen, priced = choice.chosen, choice.without("price")
    placed = choice.without("category")
    parts = [
        _row("total", nothing, nothing, sa.func.count()).select_from(chosen),
        _row("price", nothing, nothing, sa.func.max(priced.c.low), sa.func.min(priced.c.low)),
        _row("category", nothing, sa.cast(EntryCategory.category_id, sa.String), sa.func.count())
        .join(placed, placed.c.product_id == EntryCategory.product_id)
        .group_by(EntryCategory.category_id),
        _scope_facets(choice),
    ]
    filtered = [name for name in choice.conditions if name not in SCOPE]
    if filtered:
        parts.append(_facet_counts("count", chosen))
    for name in filtered:
        if name.startswith("facet:"):
            own = name.removeprefix("facet:")
            part = _facet_counts("count_own", choice.without(name))
            parts.append(part.where(EntryFacet.name == own))
    return _told(session.execute(sa.union_all(*parts)).all(), choice, bool(filtered))


def _row(kind: str, name: Any, value: Any, number: Any, position: Any = None) -> Any:
    return sa.select(
        sa.literal(kind).label("kind"),
        name.label("name"),
        value.label("value"),
        sa.func.coalesce(number, -1).label("number"),
        (sa.literal(0) if position is None else sa.func.coalesce(position, -1)).label("position"),
        sa.literal("").label("labels"),
    )


def _scope_facets(choice: Choice) -> Any:
    """Each value in scope with its count, and labels and place as one of its products has them."""
    counted = sa.select(
        EntryFacet.name,
        EntryFacet.value,
        sa.func.count().label("number"),
        sa.func.min(EntryFacet.product_id).label("sample"),
    ).group_by(EntryFacet.name, EntryFacet.value)
    if not choice.is_whole_catalogue:
        scope = choice.scope
        counted = counted.join(scope, scope.c.product_id == EntryFacet.product_id)
    found = counted.subquery("scoped")
    one = sa.orm.aliased(EntryFacet)
    return sa.select(
        sa.literal("scope").label("kind"),
        found.c.name,
        found.c.value,
        found.c.number,
        one.position,
        sa.cast(one.labels, sa.Text).label("labels"),
    ).join(
        one,
        sa.and_(
            one.product_id == found.c.sample,
            one.name == found.c.name,
            one.value == found.c.value,
        ),
    )


def _facet_counts(kind: str, chosen: Any) -> Any:
    return (
        _row(kind, EntryFacet.name, EntryFacet.value, sa.func.count())
        .join(chosen, chosen.c.product_id == EntryFacet.product_id)
        .group_by(EntryFacet.name, EntryFacet.value)
    )


def _told(rows: Sequence[Any], choice: Choice, filtered: bool) -> Counts:
    counts = Counts()
    own = {name.removeprefix("facet:") for name in choice.conditions if name.startswith("facet:")}
    numbers: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.kind == "total":
            counts.total = row.number
        elif row.kind == "price" and row.number >= 0:
            counts.lowest, counts.highest = row.position, row.number
        elif row.kind == "category":
            counts.categories[int(row.value)] = row.number
        elif row.kind == "scope":
            labels = json.loads(row.labels) if row.labels else {}
            number = 0 if filtered else row.number
            value = Value(labels, row.position, number)
            counts.facets.setdefault(row.name, {})[row.value] = value
        elif row.kind == "count_own" or (row.kind == "count" and row.name not in own):
            numbers[row.name, row.value] = row.number
    for (name, value_), number in numbers.items():
        if value_ in counts.facets.get(name, {}):
            counts.facets[name][value_].count = number
    return counts

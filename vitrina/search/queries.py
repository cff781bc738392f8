"""Lists of products for every face: pages, cards, suggestions. Only the index is read."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries as catalog
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.search import choosing, rules, text
from vitrina.search.errors import UnknownSort
from vitrina.search.models import Entry, EntryCategory, EntryFacet, EntryPrice
from vitrina.search.ordering import order_of, rows_after
from vitrina.search.results import (
    SORTS,
    Card,
    CardImage,
    CategoryCount,
    CategoryHit,
    Facet,
    FacetValue,
    Listing,
    Page,
    Suggestions,
)
from vitrina.search.sheets import text_in
from vitrina.search.understanding import understand

__all__ = [
    "SORTS",
    "Card",
    "CardImage",
    "CategoryCount",
    "CategoryHit",
    "Facet",
    "FacetValue",
    "Listing",
    "Page",
    "Suggestions",
    "cards",
    "listing",
    "related",
    "shelf",
    "suggest",
]

MOST_ROWS = 100
MOST_PAGES = 10_000
LAST_FACETS = ("type", "vendor")
_NUMBER = re.compile(r"(\d+)")


def listing(ask: Listing) -> Page:
    """A page of products with its filters; two SELECTs, five at most when words are looked for.

    Raises UnknownSort, and BrokenCursor for a cursor that is not one of this order.
    """
    if ask.sort not in SORTS:
        raise UnknownSort(field="sort", sort=ask.sort)
    ask = replace(ask, limit=max(1, min(ask.limit, MOST_ROWS)))
    page = max(1, min(ask.page, MOST_PAGES))
    understood = understand(ask.query)
    choice = choosing.Choice(ask, understood)
    by_relevance = understood is not None and ask.sort == "featured"
    order = order_of(choice, "relevance" if by_relevance else ask.sort)
    after = rows_after(order, ask.cursor) if ask.cursor else None
    counts = choosing.count(choice)
    statement = _rows(choice, ask.currency).order_by(*order.by).limit(ask.limit + 1)
    if after is not None:
        statement = statement.where(after)
    else:
        statement = statement.offset((page - 1) * ask.limit)
    rows = session.execute(statement).all() if counts.total else []
    shown = rows[: ask.limit]
    more = len(rows) > ask.limit
    return Page(
        cards=tuple(_card(row, ask.locale, ask.currency) for row in shown),
        total=counts.total,
        next_cursor=order.cursor(shown[-1]) if more else None,
        facets=_facets(counts, ask),
        categories=tuple(CategoryCount(*pair) for pair in sorted(counts.categories.items())),
        price_span=_span(counts, ask.currency),
        corrected_query=understood.corrected if understood else None,
        page=page,
        pages=max(1, -(-counts.total // ask.limit)),
    )


# Cards


def _columns(score: Any) -> Any:
    return sa.select(
        Entry.product_id,
        Entry.slug,
        Entry.card,
        Entry.in_stock,
        Entry.rating,
        Entry.rating_count,
        Entry.sold,
        Entry.position,
        Entry.published_at,
        EntryPrice.low,
        EntryPrice.high,
        EntryPrice.compare_at,
        score.label("score"),
    ).join(EntryPrice, EntryPrice.product_id == Entry.product_id)


def _rows(choice: choosing.Choice, currency: str) -> Any:
    chosen = choice.chosen
    return (
        _columns(chosen.c.score)
        .join(chosen, chosen.c.product_id == Entry.product_id)
        .where(EntryPrice.currency == currency)
    )


def _card(row: Any, locale: str, currency: str) -> Card:
    texts = row.card
    images = tuple(_image(image, locale) for image in texts["images"])
    reduced = row.compare_at is not None
    badge = "reduced" if reduced else None
    return Card(
        product_id=row.product_id,
        slug=row.slug,
        title=text_in(texts["title"], locale),
        hint=text_in(texts["hint"], locale),
        sizes=text_in(texts["sizes"], locale),
        price=Money(row.low, currency),
        price_high=Money(row.high, currency),
        compare_at=Money(row.compare_at, currency) if reduced else None,
        image=images[0] if images else None,
        images=images,
        rating=row.rating / 100 if row.rating_count else None,
        rating_count=row.rating_count,
        in_stock=row.in_stock,
        badge=badge if row.in_stock else "sold_out",
        walls=tuple((one["width_cm"], text_in(one["label"], locale)) for one in texts["walls"]),
    )


def _image(image: dict[str, Any], locale: str) -> CardImage:
    return CardImage(
        key=image["key"],
        mime=image["mime"],
        width=image["width"],
        height=image["height"],
        alt=text_in(image["alt"], locale),
        colour=image["colour"],
        renditions=tuple(image["renditions"]),
    )


def cards(product_ids: Sequence[int], locale: str, currency: str) -> list[Card]:
    """The cards of the products that are for sale, in the order asked for; one SELECT."""
    if not product_ids:
        return []
    statement = _columns(sa.literal(0)).where(
        EntryPrice.currency == currency, Entry.product_id.in_(list(product_ids))
    )
    found = {row.product_id: _card(row, locale, currency) for row in session.execute(statement)}
    return [found[one] for one in dict.fromkeys(product_ids) if one in found]


def shelf(ask: Listing) -> list[Card]:
    """The first ``limit`` products of a list, without its filters; one SELECT."""
    choice = choosing.Choice(ask, None)
    order = order_of(choice, ask.sort)
    statement = _rows(choice, ask.currency).order_by(*order.by).limit(ask.limit)
    return [_card(row, ask.locale, ask.currency) for row in session.execute(statement)]


def related(product_id: int, locale: str, currency: str, limit: int = 4) -> list[Card]:
    """Products that share most categories, and the kind, with this one; one SELECT."""
    mine = sa.select(EntryCategory.category_id).where(EntryCategory.product_id == product_id)
    shelves = sa.select(EntryCategory.product_id, sa.literal(2).label("points")).where(
        EntryCategory.category_id.in_(mine)
    )
    other = sa.orm.aliased(EntryFacet)
    kinds = (
        sa.select(other.product_id, sa.literal(3).label("points"))
        .join(EntryFacet, sa.and_(other.name == EntryFacet.name, other.value == EntryFacet.value))
        .where(EntryFacet.product_id == product_id, EntryFacet.name == "type")
    )
    both = sa.union_all(shelves, kinds).subquery()
    near = (
        sa.select(both.c.product_id, sa.func.sum(both.c.points).label("points"))
        .where(both.c.product_id != product_id)
        .group_by(both.c.product_id)
        .subquery()
    )
    away = sa.func.abs(Entry.product_id - product_id)
    statement = (
        _columns(near.c.points)
        .join(near, near.c.product_id == Entry.product_id)
        .where(EntryPrice.currency == currency)
        .order_by(Entry.in_stock.desc(), near.c.points.desc(), Entry.sold.desc(), away)
        .limit(limit)
    )
    return [_card(row, locale, currency) for row in session.execute(statement)]


# Filters


def _span(counts: choosing.Counts, currency: str) -> tuple[Money, Money] | None:
    if counts.lowest is None or counts.highest is None:
        return None
    return Money(counts.lowest, currency), Money(counts.highest, currency)


def _facets(counts: choosing.Counts, ask: Listing) -> tuple[Facet, ...]:
    """Options first, those of most products before others; then kind and vendor."""

    def weight(name: str) -> tuple[bool, int, str]:
        values = counts.facets[name].values()
        return name in LAST_FACETS, -sum(value.count for value in values), name

    return tuple(
        _facet(name, counts.facets[name], ask) for name in sorted(counts.facets, key=weight)
    )


def _facet(name: str, values: dict[str, choosing.Value], ask: Listing) -> Facet:
    chosen = set(ask.facets.get(name, ()))
    named = (value.labels["name"] for value in values.values() if "name" in value.labels)
    names: dict[str, str] = next(named, {})
    default = "" if name in LAST_FACETS else name
    return Facet(
        name,
        text_in(names, ask.locale) or default,
        tuple(
            FacetValue(
                value,
                text_in(values[value].labels.get("value", {}), ask.locale) or value,
                values[value].count,
                value in chosen,
            )
            for value in sorted(values, key=lambda one: (values[one].position, _natural(one)))
        ),
    )


def _natural(value: str) -> list[tuple[bool, int, str]]:
    """``9`` before ``10``, words by letters."""
    return [
        (not part.isdigit(), int(part) if part.isdigit() and len(part) < 18 else 0, part.casefold())
        for part in _NUMBER.split(value)
        if part
    ]


# Suggestions


def suggest(query: str, locale: str, currency: str, limit: int = 5) -> Suggestions:
    """Queries, categories and products for what was typed so far; six SELECTs at most."""
    typed = rules.words(query)[: rules.MOST_WORDS]
    understood = understand(query)
    if understood is None:
        return Suggestions((), (), ())
    words = rules.words(understood.corrected) if understood.corrected else typed
    endings = text.completions(words[-1:], limit=4).get(words[-1], [])
    queries = [" ".join([*words[:-1], ending]) for ending in endings]
    matched = text.matching(understood.terms).subquery("matched")
    statement = (
        _columns(matched.c.score)
        .join(matched, matched.c.product_id == Entry.product_id)
        .where(EntryPrice.currency == currency)
        .order_by(matched.c.score.desc(), Entry.sold.desc(), Entry.product_id.desc())
        .limit(limit)
    )
    products = tuple(_card(row, locale, currency) for row in session.execute(statement))
    asked = " ".join(typed)
    return Suggestions(
        tuple(one for one in queries if one != asked)[:4] if products else (),
        _categories(words, locale),
        products,
    )


def _categories(words: Sequence[str], locale: str) -> tuple[CategoryHit, ...]:
    found = []
    for category in catalog.categories():
        title = category.text("title", locale)
        own = rules.words(title)
        if all(any(one.startswith(rules.stem(word) or word) for one in own) for word in words):
            found.append(CategoryHit(title, category.path))
    return tuple(found[:3])

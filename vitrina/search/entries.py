"""From a product's sheet to the rows of the index. Pure: values in, rows out."""

from collections.abc import Iterable
from typing import Any

from vitrina.catalog.rich_text import plain
from vitrina.catalog.rules.prices import Listed, Rates, listed
from vitrina.search.rules import words
from vitrina.search.sheets import Sheet, ValueSheet, text_in, texts

Row = dict[str, Any]
LONGEST_BODY = 20_000


def entry(sheet: Sheet, sold: int) -> Row:
    """The row of ``search_entries``; ``sold`` is what was sold of it so far."""
    product = sheet.product
    count = product.rating_count
    return {
        "product_id": product.id,
        "slug": product.slug,
        "card": card(sheet),
        "in_stock": sheet.in_stock,
        "rating": round(100 * product.rating_sum / count) if count else 0,
        "rating_count": count,
        "sold": sold,
        "position": product.position,
        "published_at": product.published_at or product.created_at,
    }


def card(sheet: Sheet) -> Row:
    """What a card shows and does not depend on currency, each text in every language."""
    product = sheet.product
    titles = texts(product.title, product.translations, "title")
    locales = {"", *titles, *(product.translations or {})}
    sizes = [value for value in sheet.values if value.kind == "size"]
    return {
        "title": titles,
        "hint": {locale: hint for locale in sorted(locales) if (hint := _hint(product, locale))},
        "sizes": _span(sizes),
        "walls": _walls(sizes),
        "images": sheet.images,
    }


def _hint(product: Any, locale: str) -> str:
    """The short line under a title: the first fact, or the kind of thing, or who made it."""
    translated = (product.translations or {}).get(locale, {}).get("details")
    for fact in translated or product.details or []:
        if fact.get("value"):
            return str(fact["value"])
    return str(product.product_type or product.vendor or "")


def _walls(sizes: list[ValueSheet]) -> list[Row]:
    """The sizes that say how wide they are, in their order, for a wall to scale."""
    return [
        {"width_cm": value.data["width_cm"], "label": value.names}
        for value in sizes
        if isinstance(value.data.get("width_cm"), int)
    ]


def _span(sizes: list[ValueSheet]) -> Row:
    """The smallest and the largest size in words."""
    if not sizes:
        return {}
    first, last = sizes[0].names, sizes[-1].names
    locales = {*first, *last}
    if len(sizes) == 1:
        return {locale: text_in(first, locale) for locale in sorted(locales)}
    return {
        locale: _from_to(text_in(first, locale), text_in(last, locale))
        for locale in sorted(locales)
    }


def _from_to(first: str, last: str) -> str:
    """``30 × 40 – 70 × 100 cm``: what both end in is said once, and a line breaks between them."""
    unit = last.rpartition(" ")[2]
    if not unit.isdigit() and first.endswith(f" {unit}"):
        first = first.removesuffix(f" {unit}")
    return " – ".join(one.replace(" ", "\N{NO-BREAK SPACE}") for one in (first, last))


def prices(sheet: Sheet, rates: Rates) -> list[Row]:
    """The span of prices in every currency the store sells in.

    ``compare_at`` is that of the cheapest variant, so that it stands beside its own price.
    """
    rows = []
    for currency in rates.currencies:
        found: list[Listed] = [listed(one, currency, rates) for one in sheet.prices]
        low = min(found, key=lambda one: (one.price.minor, one.compare_at is None))
        rows.append(
            {
                "product_id": sheet.product.id,
                "currency": currency,
                "low": low.price.minor,
                "high": max(one.price.minor for one in found),
                "compare_at": low.compare_at.minor if low.compare_at else None,
            }
        )
    return rows


def facets(sheet: Sheet) -> list[Row]:
    """The values by which a product is found: its options, its type and its vendor."""
    rows: dict[tuple[str, str], Row] = {}
    for value in sheet.values:
        labels: Row = {}
        if len(value.option_names) > 1:
            labels["name"] = value.option_names
        if len(value.names) > 1:
            labels["value"] = value.names
        key = (value.option, value.value)
        rows.setdefault(key, _facet(sheet, value.option, value.value, labels, value.position))
    for name, text in (("type", sheet.product.product_type), ("vendor", sheet.product.vendor)):
        if text:
            rows.setdefault((name, text), _facet(sheet, name, text, {}, 0))
    return list(rows.values())


def _facet(sheet: Sheet, name: str, value: str, labels: Row, position: int) -> Row:
    return {
        "product_id": sheet.product.id,
        "name": name,
        "value": value,
        "labels": labels,
        "position": position,
    }


def text(sheet: Sheet) -> tuple[str, str, str]:
    """Title, keywords and body as folded words, in all languages together."""
    product = sheet.product
    translations = product.translations or {}
    titles = texts(product.title, translations, "title").values()
    keywords = [product.vendor, product.product_type, *product.tags, *sheet.skus]
    keywords += sheet.category_titles
    for value in sheet.values:
        keywords += [*value.names.values()]
    bodies = [
        plain(one) for one in texts(product.description, translations, "description").values()
    ]
    for details in (product.details, *(fields.get("details") for fields in translations.values())):
        bodies += [str(fact.get("value", "")) for fact in details or []]
    return _folded(titles), _folded(keywords, once=True), _folded(bodies)[:LONGEST_BODY]


def _folded(parts: Iterable[str], *, once: bool = False) -> str:
    found = words(" ".join(parts))
    return " ".join(dict.fromkeys(found) if once else found)

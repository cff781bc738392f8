"""A list of products in words: what an address asks for, its filters, chips and pages."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_currency_symbol
from flask import request
from flask_babel import gettext as _

from vitrina.core.errors import Invalid
from vitrina.core.money import Money
from vitrina.search.queries import SORTS, Facet, Listing, Page
from vitrina.web.formats import money
from vitrina.web.messages.catalog import FACETS
from vitrina.web.visitor import visitor

PREFIX = "f."
LIMIT = 24
MOST_VALUES = 40
RATINGS = (4, 3)
Pairs = list[tuple[str, str]]


def asked(**scope: Any) -> Listing:
    """The list that the address asks for; what makes no sense in it is left out."""
    here, args = visitor(), request.args
    facets = {
        name.removeprefix(PREFIX): args.getlist(name)[:MOST_VALUES]
        for name in list(args)[:MOST_VALUES]
        if name.startswith(PREFIX) and len(name) > len(PREFIX)
    }
    sort = args.get("sort", "featured")
    return Listing(
        query=args.get("q", "").strip()[:200],
        min_price=_price(args.get("min_price", "")),
        max_price=_price(args.get("max_price", "")),
        facets=facets,
        in_stock=args.get("in_stock") == "1",
        min_rating=next((r for r in RATINGS if args.get("rating") == str(r)), None),
        sort=sort if sort in SORTS else "featured",
        currency=here.currency,
        locale=here.locale.code,
        limit=LIMIT,
        page=_page(args.get("page", "")),
        **scope,
    )


def _price(text: str) -> int | None:
    """A price as a visitor types it, in minor units of the currency."""
    try:
        amount = Money.parse(text.strip().replace(",", "."), visitor().currency)
    except Invalid:
        return None
    return amount.minor if amount.minor >= 0 else None


def _page(text: str) -> int:
    return min(int(text), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def pairs(ask: Listing) -> Pairs:
    """The address of ``ask`` without its page, as name and value."""
    found: Pairs = [("q", ask.query)] if ask.query else []
    for name, values in ask.facets.items():
        found += [(PREFIX + name, value) for value in values]
    for name in ("min_price", "max_price"):
        value = getattr(ask, name)
        if value is not None:
            found.append((name, _typed(value, ask.currency)))
    if ask.in_stock:
        found.append(("in_stock", "1"))
    if ask.min_rating is not None:
        found.append(("rating", str(ask.min_rating)))
    if ask.sort != "featured":
        found.append(("sort", ask.sort))
    return found


def _typed(minor: int, currency: str) -> str:
    """An amount as one would type it: ``40`` or ``40.50``."""
    text = Money(minor, currency).text
    return text.rstrip("0").rstrip(".") if "." in text else text


def address(path: str, wanted: Iterable[tuple[str, str]]) -> str:
    query = urlencode(list(wanted))
    return f"{path}?{query}" if query else path


def sorts(ask: Listing) -> list[tuple[str, str]]:
    return [
        ("featured", _("Best match") if ask.query else _("Featured")),
        ("newest", _("Newest")),
        ("price_asc", _("Price, lowest first")),
        ("price_desc", _("Price, highest first")),
        ("rating", _("Best rated")),
    ]


def facet_title(facet: Facet) -> str:
    """The words of a filter; options bring their own."""
    return str(FACETS.get(facet.name, facet.label))


def filters(page: Page, ask: Listing, path: str) -> dict[str, Any]:
    """The filters as ``filter_bar()`` takes them. A filter with one value only is left out."""
    groups = [
        _checks(PREFIX + facet.name, f"facet-{number}", facet_title(facet), facet.values)
        for number, facet in enumerate(page.facets, 1)
        if len(facet.values) > 1 or any(value.selected for value in facet.values)
    ]
    groups.insert(min(2, len(groups)), _price_range(page, ask))
    groups += _others(ask)
    return {
        "action": path,
        "keep": [("q", ask.query)] if ask.query else [],
        "sorts": sorts(ask),
        "sort": ask.sort,
        "total": page.total,
        "groups": groups,
    }


def _checks(name: str, id_: str, title: str, values: Iterable[Any]) -> dict[str, Any]:
    shown = sorted(values, key=lambda value: not value.selected)[:MOST_VALUES]
    kept = [value for value in values if value in shown]
    return {
        "name": name,
        "id": id_,
        "title": title,
        "kind": "checks",
        "open": False,
        "chosen": sum(value.selected for value in kept),
        "values": kept,
    }


def _price_range(page: Page, ask: Listing) -> dict[str, Any]:
    low, high = page.price_span or (None, None)
    chosen = {"from": ask.min_price, "to": ask.max_price}
    return {
        "name": "price",
        "title": _("Price"),
        "kind": "range",
        "open": False,
        "unit": get_currency_symbol(ask.currency, locale=visitor().locale.babel),
        "min": _typed(low.minor, ask.currency) if low else "0",
        "max": _typed(high.minor, ask.currency) if high else "",
        "chosen": sum(value is not None for value in chosen.values()),
        **{
            name: "" if value is None else _typed(value, ask.currency)
            for name, value in chosen.items()
        },
    }


def _others(ask: Listing) -> list[dict[str, Any]]:
    stock = [{"value": "1", "label": _("In stock now"), "count": None, "selected": ask.in_stock}]
    stars = [
        {
            "value": str(stars),
            "label": _("%(stars)s stars and more", stars=stars),
            "count": None,
            "selected": ask.min_rating == stars,
        }
        for stars in RATINGS
    ]
    found = []
    for name, title, values in (
        ("rating", _("Rating"), stars),
        ("in_stock", _("Stock"), stock),
    ):
        chosen = sum(bool(value["selected"]) for value in values)
        group = {"name": name, "id": name, "title": title, "kind": "checks", "open": False}
        found.append({**group, "chosen": chosen, "values": values})
    return found


def chips(page: Page, ask: Listing, path: str) -> list[dict[str, str]]:
    """The chosen filters, each with the address of the list without it."""
    labels = {
        (PREFIX + facet.name, value.value): value.label
        for facet in page.facets
        for value in facet.values
    }
    active = pairs(ask)
    found = []
    for pair in active:
        label = _chip(pair, labels, ask)
        if label is not None:
            rest = [other for other in active if other != pair]
            found.append({"label": label, "url": address(path, rest)})
    return found


def _chip(pair: tuple[str, str], labels: Mapping[Any, str], ask: Listing) -> str | None:
    name, value = pair
    if name.startswith(PREFIX):
        return labels.get(pair, value)
    if name == "min_price":
        return _("From %(price)s", price=money(Money(ask.min_price or 0, ask.currency)))
    if name == "max_price":
        return _("Up to %(price)s", price=money(Money(ask.max_price or 0, ask.currency)))
    if name == "in_stock":
        return _("In stock now")
    if name == "rating":
        return _("%(stars)s stars and more", stars=value)
    return None


def pagination(page: Page, ask: Listing, path: str) -> dict[str, Any]:
    """The pages as ``pagination()`` takes them."""

    def at(number: int) -> str:
        more = [("page", str(number))] if number > 1 else []
        return address(path, [*pairs(ask), *more])

    return {
        "shown": min((page.page - 1) * ask.limit + len(page.cards), page.total),
        "total": page.total,
        "next_url": at(page.page + 1) if page.page < page.pages else None,
        "previous_url": at(min(page.page - 1, page.pages)) if page.page > 1 else None,
    }


def clear_url(ask: Listing, path: str) -> str:
    return address(path, [("q", ask.query)] if ask.query else [])

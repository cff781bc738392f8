"""The front page: prints on a wall to scale, what is new, and the ways in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template

from vitrina.catalog import queries as catalog
from vitrina.core import store
from vitrina.search import queries as search
from vitrina.search.queries import Card, Listing
from vitrina.storefront.catalog_parts import (
    are_photos,
    card,
    card_picture,
    cards,
    preview_of,
    ways_in,
)
from vitrina.web.caching import public_page
from vitrina.web.links import absolute, url_for
from vitrina.web.visitor import visitor

bp = Blueprint("home", __name__)
ON_THE_WALL = 4
NEW = 8
MOST_COLLECTIONS = 6


@bp.get("/")
@public_page
def show() -> str:
    here = visitor()
    ask = Listing(locale=here.locale.code, currency=here.currency)
    featured = search.shelf(ask)
    new = search.shelf(replace(ask, sort="newest", limit=NEW))
    hung = on_wall(featured)
    return render_template(
        "storefront/catalog/home.html",
        wall=[card(one, size=size) for one, size in hung],
        featured=[] if hung else cards(featured[:NEW]),
        new=cards(new),
        photos=are_photos(new),
        ways=ways_in(catalog.categories()),
        collections=_collections(here.locale.code, here.currency),
        og_image=preview_of(featured),
        data=_data(),
    )


def on_wall(found: Sequence[Card]) -> list[tuple[Card, tuple[int, str]]]:
    """Four prints of four kinds for the wall, each in one of its sizes; none if there are fewer.

    A middle one, a large one, a small one and a middle one again: a wall wants a rhythm.
    """
    seen: set[str] = set()
    chosen: list[tuple[Card, list[tuple[int, str]]]] = []
    for one in found:
        sizes = sorted(size for size in one.walls if 10 <= size[0] <= 150)
        if sizes and one.image and one.in_stock and one.hint not in seen:
            seen.add(one.hint)
            chosen.append((one, sizes))
    if len(chosen) < ON_THE_WALL:
        return []
    places = (0.5, 1.0, 0.0, 0.5)
    return [
        (one, sizes[round(place * (len(sizes) - 1))])
        for (one, sizes), place in zip(chosen, places, strict=False)
    ]


def _collections(code: str, currency: str) -> list[dict[str, Any]]:
    """The collections that hold something, each with the picture of its first product."""
    shown = catalog.collections()[:MOST_COLLECTIONS]
    first = catalog.faces_of(one.id for one in shown)
    faces = {one.product_id: one for one in search.cards(list(first.values()), code, currency)}
    return [
        {
            "title": one.text("title", code),
            "text": one.text("description", code),
            "url": url_for("catalog.collection", slug=one.slug),
            "picture": card_picture(faces[first[one.id]].image),
        }
        for one in shown
        if first.get(one.id) in faces
    ]


def _data() -> list[dict[str, Any]]:
    """Structured data of the shop and its search."""
    shop, locale = store.current(), visitor().locale
    search_url = absolute("/search", locale) + "?q={search_term_string}"
    return [
        {
            "@context": "https://schema.org",
            "@type": "Organization",
            "name": shop.name,
            "url": absolute("/"),
            "email": shop.email,
        },
        {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": shop.name,
            "url": absolute("/", locale),
            "inLanguage": locale.tag,
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": search_url},
                "query-input": "required name=search_term_string",
            },
        },
    ]

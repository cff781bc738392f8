"""Search results, and what is suggested while somebody types."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.catalog import queries as catalog
from vitrina.search import queries as search
from vitrina.search.queries import Card, Listing
from vitrina.storefront import listing
from vitrina.storefront.catalog import render_list, shelves
from vitrina.storefront.catalog_parts import cards, media_url, top_categories
from vitrina.web.access import public
from vitrina.web.caching import public_page
from vitrina.web.formats import money
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor

bp = Blueprint("search", __name__)
POPULAR = 4


@bp.get("/search")
@public_page
def results() -> str:
    ask = listing.asked()
    page = search.listing(ask)
    tree = catalog.categories()
    if not ask.query:
        title = _("Search")
    elif page.total:
        title = _("Results for “%(query)s”", query=page.corrected_query or ask.query)
    else:
        title = _("Nothing found for “%(query)s”", query=ask.query)
    return render_list(
        page,
        ask,
        title=title,
        trail=[],
        shelves=shelves(tree, None, page),
        template="storefront/catalog/search.html",
        query=ask.query,
        search_query=ask.query,
        corrected=page.corrected_query,
        popular=[] if page.total else _popular(),
        ways=[] if page.total else top_categories(tree),
    )


def _popular() -> list[dict[str, Any]]:
    here = visitor()
    ask = Listing(locale=here.locale.code, currency=here.currency, limit=POPULAR, in_stock=True)
    return cards(search.shelf(ask))


@bp.get("/search/suggest")
@public
@limiter.limit("600/minute")
def suggest() -> Response:
    """Queries, categories and products for what was typed so far, as JSON."""
    here = visitor()
    typed = request.args.get("q", "").strip()[:80]
    found = search.suggest(typed, here.locale.code, here.currency)
    answer = jsonify(
        queries=found.queries,
        categories=[
            {"title": hit.title, "url": url_for("catalog.category", path=hit.path)}
            for hit in found.categories
        ],
        products=[_product(card) for card in found.products],
    )
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


def _product(card: Card) -> dict[str, Any]:
    small = [one for one in (card.image.renditions if card.image else ()) if not one.get("use")]
    drawn = card.image is not None and card.image.mime == "image/svg+xml"
    key = card.image.key if card.image else None
    if small and not drawn:
        key = str(min(small, key=lambda one: one.get("width", 0))["key"])
    return {
        "title": card.title,
        "url": url_for("catalog.product", slug=card.slug),
        "price": money(card.price),
        "image": media_url(key) if key else None,
    }

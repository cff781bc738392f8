"""The reviews of a product in words: stars, bars that filter, and what was said."""

from typing import Any

from flask import request

from vitrina.catalog import queries as catalog
from vitrina.catalog.models.groups import Review
from vitrina.catalog.models.products import Product
from vitrina.core import store
from vitrina.storefront.catalog_parts import rating
from vitrina.web.formats import day
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor

REVIEWS = 10
SORTS = ("newest", "highest", "lowest")


def reviews(product: Product) -> dict[str, Any]:
    """The reviews, of one rating only where the address says so."""
    args = request.args
    stars = int(args["stars"]) if args.get("stars", "") in tuple("12345") else None
    sort = args.get("reviews", "newest")
    sort = sort if sort in SORTS else "newest"
    text = args.get("reviews_page", "1")
    number = min(int(text), 500) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    bars = catalog.rating_bars(product.id)
    count = bars.get(stars, 0) if stars else sum(bars.values())
    here = url_for("catalog.product", slug=product.slug)
    offset = (max(number, 1) - 1) * REVIEWS
    found = catalog.reviews_of(product.id, rating=stars, sort=sort, limit=REVIEWS, offset=offset)
    total = sum(bars.values())
    return {
        "rating": rating(product.rating, product.rating_count),
        "bars": [
            {
                "stars": rate,
                "count": number_,
                "share": round(100 * number_ / total) if total else 0,
                "href": f"{here}#reviews" if rate == stars else f"{here}?stars={rate}#reviews",
                "current": rate == stars,
            }
            for rate, number_ in bars.items()
        ],
        "reviews": [_review(one) for one in found],
        "all_reviews_url": f"{here}#reviews" if stars else None,
        "more_reviews_url": _more(here, stars, sort, number + 1)
        if offset + REVIEWS < count
        else None,
        "review_stars": stars,
    }


def _more(here: str, stars: int | None, sort: str, number: int) -> str:
    chosen = f"&stars={stars}" if stars else ""
    return f"{here}?reviews={sort}{chosen}&reviews_page={number}#reviews"


def _review(review: Review) -> dict[str, Any]:
    reply = None
    if review.reply:
        reply = {
            "author": store.current().name,
            "date": day(review.replied_at),
            "body": review.reply,
        }
    return {
        "average": review.rating,
        "title": review.title,
        "body": review.body,
        "author": review.author,
        "date": day(review.created_at),
        "verified": review.is_verified,
        "variant": None,
        "lang": None if review.locale == visitor().locale.code else review.locale,
        "reply": reply,
    }

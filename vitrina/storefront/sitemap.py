"""For search engines: what there is, in every language, and what is none of theirs."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import sqlalchemy as sa
from flask import Blueprint, Response

from vitrina.catalog import queries as catalog
from vitrina.catalog.models.products import Product, ProductStatus
from vitrina.core.db import session
from vitrina.core.locales import LOCALES
from vitrina.web.access import public
from vitrina.web.links import absolute

bp = Blueprint("sitemap", __name__)
MOST = 16_000  # addresses in three languages each; a sitemap may hold 50,000
CLOSED = ("/admin", "/account", "/cart/", "/checkout", "/orders", "/wishlist", "/api", "/search")


def _paths() -> Iterator[tuple[str, str]]:
    """The paths of all public pages, with the day of their last change where it is known."""
    yield "/", ""
    yield "/products", ""
    for category in catalog.categories():
        yield f"/categories/{category.path}", ""
    for collection in catalog.collections():
        yield f"/collections/{collection.slug}", ""
    rows = session.execute(
        sa.select(Product.slug, Product.updated_at)
        .where(Product.status == ProductStatus.ACTIVE)
        .order_by(Product.id.desc())
        .limit(MOST)
    )
    for slug, updated_at in rows:
        yield f"/products/{slug}", updated_at.date().isoformat()


def _entries(path: str, changed: str) -> Iterator[str]:
    """The address of a page in each language, each naming its sisters."""
    sisters = "".join(
        f'<xhtml:link rel="alternate" hreflang="{one.tag}" href={quoteattr(absolute(path, one))}/>'
        for one in LOCALES.values()
    )
    day = f"<lastmod>{changed}</lastmod>" if changed else ""
    for locale in LOCALES.values():
        address = quoteattr(absolute(path, locale))[1:-1]
        yield f"<url><loc>{address}</loc>{day}{sisters}</url>"


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    spaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    )
    body = "".join(entry for path, changed in _paths() for entry in _entries(path, changed))
    text = f'<?xml version="1.0" encoding="UTF-8"?><urlset {spaces}>{body}</urlset>'
    answer = Response(text, mimetype="application/xml")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@bp.get("/robots.txt")
@public
def robots() -> Response:
    prefixes = [locale.path for locale in LOCALES.values()]
    closed = "".join(f"Disallow: {prefix}{path}\n" for prefix in prefixes for path in CLOSED)
    text = f"User-agent: *\n{closed}Sitemap: {absolute('/sitemap.xml')}\n"
    answer = Response(text, mimetype="text/plain")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer

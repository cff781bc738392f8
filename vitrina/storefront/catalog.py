"""Lists of products, and the page of one: the same bytes for everybody."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.catalog import queries as catalog
from vitrina.catalog.errors import ProductNotFound
from vitrina.catalog.models.groups import Category
from vitrina.catalog.rich_text import plain
from vitrina.search import queries as search
from vitrina.search.queries import Listing, Page
from vitrina.storefront import listing, product_page
from vitrina.storefront.catalog_parts import are_photos, cards
from vitrina.web.caching import public_page
from vitrina.web.links import absolute, url_for
from vitrina.web.visitor import visitor

bp = Blueprint("catalog", __name__)
Trail = list[tuple[str, str | None]]


@bp.get("/products")
@public_page
def products() -> str:
    """Everything there is."""
    tree = catalog.categories()
    ask = listing.asked()
    page = search.listing(ask)
    return render_list(
        page, ask, title=_("All products"), trail=[], shelves=shelves(tree, None, page)
    )


@bp.get("/categories/<path:path>")
@public_page
def category(path: str) -> str:
    here, code = catalog.category_by_path(path), visitor().locale.code
    tree = catalog.categories()
    ask = listing.asked(category_id=here.id)
    page = search.listing(ask)
    return render_list(
        page,
        ask,
        title=here.text("title", code),
        text=here.text("description", code),
        seo_title=here.text("seo_title", code),
        seo_description=here.text("seo_description", code),
        trail=trail_to(here, tree),
        shelves=shelves(tree, here, page),
    )


@bp.get("/collections/<slug>")
@public_page
def collection(slug: str) -> str:
    here, code = catalog.collection_by_slug(slug), visitor().locale.code
    ask = listing.asked(collection_id=here.id)
    return render_list(
        search.listing(ask),
        ask,
        title=here.text("title", code),
        text=here.text("description", code),
        seo_title=here.text("seo_title", code),
        seo_description=here.text("seo_description", code),
        trail=[],
        shelves=[],
    )


def render_list(
    page: Page,
    ask: Listing,
    *,
    title: str,
    trail: Trail,
    shelves: list[dict[str, Any]],
    text: str = "",
    seo_title: str = "",
    seo_description: str = "",
    template: str = "storefront/catalog/list.html",
    **more: Any,
) -> str:
    """A list with its filters, chips and pages; also of search results."""
    path = f"{request.script_root}{request.path}"
    chosen = listing.chips(page, ask, path)
    return render_template(
        template,
        title=title,
        text=text,
        page_title=seo_title or title,
        description=seo_description or plain(text, 160),
        trail=trail,
        data=[breadcrumb_data(trail)] if trail else [],
        shelves=shelves,
        items=cards(page.cards),
        photos=are_photos(page.cards),
        total=page.total,
        filters=listing.filters(page, ask, path),
        chips=chosen,
        clear_url=listing.clear_url(ask, path),
        pages=listing.pagination(page, ask, path),
        indexed=not chosen and not ask.query,
        **more,
    )


def trail_to(here: Category | None, tree: list[Category]) -> Trail:
    """The categories on the way to ``here``, itself at the end."""
    by_id, code = {one.id: one for one in tree}, visitor().locale.code
    found: Trail = []
    while here is not None:
        url = url_for("catalog.category", path=here.path)
        found.insert(0, (here.text("title", code), url))
        here = by_id.get(here.parent_id) if here.parent_id else None
    return found


def shelves(tree: list[Category], here: Category | None, page: Page) -> list[dict[str, Any]]:
    """The categories right below ``here`` (at the top of the tree: None) that hold something."""
    counts = {one.category_id: one.count for one in page.categories}
    code = visitor().locale.code
    return [
        {
            "title": one.text("title", code),
            "url": url_for("catalog.category", path=one.path),
            "count": counts[one.id],
            "current": False,
        }
        for one in tree
        if one.parent_id == (here.id if here else None) and counts.get(one.id)
    ]


def breadcrumb_data(trail: Trail) -> dict[str, Any]:
    """The way here as structured data."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": words,
                **({"item": absolute(url)} if url else {}),
            }
            for place, (words, url) in enumerate(trail, 1)
        ],
    }


@bp.get("/products/<slug>")
@public_page
def product(slug: str) -> str | Response:
    """The page of a product; its old addresses lead here for ever."""
    try:
        found = catalog.by_slug(slug)
    except ProductNotFound:
        present = catalog.moved_to(slug)
        if present is None:
            raise
        return redirect(url_for("catalog.product", slug=present), 301)
    if not found.is_published or not any(one.is_active for one in found.variants):
        raise ProductNotFound(slug=slug[:60])
    tree = catalog.categories()
    main = catalog.groups_of([found.id])[found.id].main_category_id
    trail = trail_to(next((one for one in tree if one.id == main), None), tree)
    trail.append((found.text("title", visitor().locale.code), None))
    shown = product_page.show(found)
    return render_template(
        "storefront/catalog/product.html",
        trail=trail,
        data=[product_page.data(found, shown), breadcrumb_data(trail)],
        **shown,
    )

"""What is done with whole products."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from vitrina.catalog.actions.creation import Created, create_product, create_products, taken_slugs
from vitrina.catalog.actions.grouping import fill_collections, place
from vitrina.catalog.errors import InvalidProduct, SlugTaken
from vitrina.catalog.events import ProductChanged
from vitrina.catalog.models.groups import ProductCategory
from vitrina.catalog.models.products import Product, ProductSlug, ProductStatus
from vitrina.catalog.rich_text import sanitize
from vitrina.catalog.rules.drafts import STATUSES, clean_tags, clean_translations, clean_words
from vitrina.catalog.slugs import slugify
from vitrina.core import audit, clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.store import touch_catalogue

__all__ = [
    "Created",
    "archive_product",
    "create_product",
    "create_products",
    "delete_product",
    "place_in_categories",
    "touch_product",
    "update_product",
]

WORDS = {
    "title": 300,
    "vendor": 200,
    "product_type": 200,
    "seo_title": 300,
    "seo_description": 500,
    "tax_class": 40,
}
PLAIN = frozenset({"details", "position"})


def touch_product(product: Product) -> None:
    """Raise the version of a product that was changed, and tell everybody who shows it."""
    product.version += 1
    product.updated_at = clock.now()
    session.flush()
    fill_collections([product.id])
    touch_catalogue()
    record(ProductChanged(product_ids=[product.id]))


def update_product(product: Product, *, by: str, **changes: Any) -> Product:
    """Change fields of a product: texts, slug, status, tags, details, translations, position.

    The old slug keeps leading here. When nothing differs, nothing happens. Raises InvalidProduct
    and SlugTaken; TypeError for a field that is not among them.
    """
    wanted = {name: _clean(name, value) for name, value in changes.items()}
    before = {name: _plain(getattr(product, name)) for name in wanted}
    after = {name: _plain(value) for name, value in wanted.items()}
    if before == after:
        return product
    if wanted.get("slug", product.slug) != product.slug:
        _move(product, wanted.pop("slug"))
    for name, value in wanted.items():
        setattr(product, name, value)
    if product.is_published and product.published_at is None:
        product.published_at = clock.now()
    audit.note(by, "product.update", f"product:{product.id}", before, after)
    touch_product(product)
    return product


def _clean(name: str, value: Any) -> Any:
    if name in WORDS:
        return clean_words(str(value), name, WORDS[name], required=name == "title")
    if name == "slug":
        slug = slugify(str(value))
        if not slug:
            raise InvalidProduct(field="slug", reason="missing")
        return slug
    if name == "description":
        return sanitize(str(value))
    if name == "tags":
        return list(clean_tags(value))
    if name == "translations":
        return clean_translations(value)
    if name == "status":
        if value not in STATUSES:
            raise InvalidProduct(field="status", reason="unknown")
        return ProductStatus(value)
    if name in PLAIN:
        return value
    raise TypeError(f"a product has no field {name!r} to change")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, ProductStatus) else value


def _move(product: Product, slug: str) -> None:
    """Give ``product`` another slug; the old one redirects, and a new one that once was its own
    stops doing so."""
    mine = sa.select(ProductSlug).where(
        ProductSlug.slug == slug, ProductSlug.product_id == product.id
    )
    returning = session.scalar(mine)
    if returning is not None:
        session.delete(returning)
        session.flush()
    if taken_slugs([slug]):
        raise SlugTaken(field="slug", slug=slug)
    session.add(ProductSlug(slug=product.slug, product_id=product.id))
    product.slug = slug


def archive_product(product: Product, *, by: str) -> None:
    """Take a product out of the shop and keep it for the books."""
    update_product(product, by=by, status="archived")


def delete_product(product: Product, *, by: str, was_ordered: bool) -> None:
    """Remove a product; one that was ever ordered is archived instead, so that the books hold."""
    if was_ordered:
        archive_product(product, by=by)
        return
    facts: Mapping[str, Any] = {"title": product.title, "slug": product.slug}
    audit.note(by, "product.delete", f"product:{product.id}", dict(facts), None)
    product_id = product.id
    session.expunge(product)
    session.execute(sa.delete(Product).where(Product.id == product_id))
    touch_catalogue()
    record(ProductChanged(product_ids=[product_id]))


def place_in_categories(product: Product, category_ids: list[int], *, by: str) -> None:
    """Put a product into these categories, the main one first. Raises CategoryNotFound."""
    current = list(
        session.scalars(
            sa.select(ProductCategory.category_id)
            .where(ProductCategory.product_id == product.id)
            .order_by(ProductCategory.position)
        )
    )
    if current == list(dict.fromkeys(category_ids)):
        return
    place(product.id, category_ids)
    before, after = {"category_ids": current}, {"category_ids": category_ids}
    audit.note(by, "product.place", f"product:{product.id}", before, after)
    touch_product(product)

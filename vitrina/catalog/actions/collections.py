"""Collections: chosen by hand, or filled by a rule."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries
from vitrina.catalog.actions.grouping import fill_collections
from vitrina.catalog.errors import InvalidCollection, ProductNotFound, SlugTaken
from vitrina.catalog.events import CollectionChanged
from vitrina.catalog.models.groups import Collection, CollectionProduct
from vitrina.catalog.models.products import Product
from vitrina.catalog.rich_text import sanitize
from vitrina.catalog.rules.collections import checked_rule
from vitrina.catalog.rules.drafts import clean_translations
from vitrina.catalog.slugs import slugify
from vitrina.core import audit
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.store import touch_catalogue


def create_collection(
    title: str,
    *,
    by: str,
    slug: str = "",
    description: str = "",
    seo_title: str = "",
    seo_description: str = "",
    translations: Mapping[str, Any] | None = None,
    rule: Mapping[str, Any] | None = None,
    position: int = 0,
    is_visible: bool = True,
) -> Collection:
    """Open a collection; with a ``rule`` it is filled at once.

    Raises InvalidCollection and SlugTaken.
    """
    collection = Collection(
        title=_title(title),
        slug=_slug(slug or title),
        description=sanitize(description),
        seo_title=seo_title,
        seo_description=seo_description,
        translations=clean_translations(translations or {}),
        rule=checked_rule(rule),
        position=position,
        is_visible=is_visible,
    )
    if session.scalar(sa.select(Collection.id).where(Collection.slug == collection.slug)):
        raise SlugTaken(field="slug", slug=collection.slug)
    session.add(collection)
    session.flush()
    if collection.rule is not None:
        fill_collections(queries.all_ids(), collection)
    subject = f"collection:{collection.id}"
    audit.note(by, "collection.create", subject, None, {"slug": collection.slug})
    _tell(collection)
    return collection


def set_collection_products(collection: Collection, product_ids: list[int], *, by: str) -> None:
    """Say which products, in this order, are in a collection made by hand.

    Raises InvalidCollection for one with a rule, and ProductNotFound.
    """
    if collection.rule is not None:
        raise InvalidCollection(field="products", reason="filled_by_rule")
    wanted = list(dict.fromkeys(product_ids))
    known = set(session.scalars(sa.select(Product.id).where(Product.id.in_(wanted))))
    for product_id in wanted:
        if product_id not in known:
            raise ProductNotFound(id=product_id)
    mine = CollectionProduct.collection_id == collection.id
    session.execute(sa.delete(CollectionProduct).where(mine))
    rows = [
        {"collection_id": collection.id, "product_id": product_id, "position": position}
        for position, product_id in enumerate(wanted)
    ]
    if rows:
        session.execute(sa.insert(CollectionProduct), rows)
    after = {"products": len(wanted)}
    audit.note(by, "collection.fill", f"collection:{collection.id}", None, after)
    _tell(collection)


def _title(title: str) -> str:
    words = " ".join(title.split())
    if not words or len(words) > 200:
        raise InvalidCollection(field="title", reason="too_long" if words else "missing")
    return words


def _slug(text: str) -> str:
    slug = slugify(text, 120)
    if not slug:
        raise InvalidCollection(field="slug", reason="missing")
    return slug


def _tell(collection: Collection) -> None:
    touch_catalogue()
    record(CollectionChanged(collection_ids=[collection.id]))

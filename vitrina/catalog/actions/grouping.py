"""Which products stand in which categories and collections."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from vitrina.catalog import queries
from vitrina.catalog.errors import CategoryNotFound
from vitrina.catalog.models.groups import (
    Category,
    Collection,
    CollectionProduct,
    ProductCategory,
)
from vitrina.catalog.models.products import Product, Variant
from vitrina.catalog.rules.collections import ProductFacts, belongs
from vitrina.core.db import session


def place(product_id: int, category_ids: Sequence[int]) -> None:
    """Write the categories of a product, the main one first. Raises CategoryNotFound."""
    wanted = list(dict.fromkeys(category_ids))
    known = set(session.scalars(sa.select(Category.id).where(Category.id.in_(wanted))))
    for category_id in wanted:
        if category_id not in known:
            raise CategoryNotFound(id=category_id)
    session.execute(sa.delete(ProductCategory).where(ProductCategory.product_id == product_id))
    rows = [
        {"product_id": product_id, "category_id": category_id, "position": position}
        for position, category_id in enumerate(wanted)
    ]
    if rows:
        session.execute(sa.insert(ProductCategory), rows)


def fill_collections(product_ids: Iterable[int], only: Collection | None = None) -> None:
    """Put the products into the collections whose rule they meet, and out of the others.

    ``only``: look at this collection alone.
    """
    ruled = [only] if only else list(session.scalars(sa.select(Collection)))
    ruled = [collection for collection in ruled if collection.rule is not None]
    ids = list(product_ids)
    if not ruled or not ids:
        return
    for some in queries.chunks(ids):
        _fill(some, ruled)


def _fill(product_ids: Sequence[int], ruled: Sequence[Collection]) -> None:
    facts = _facts(product_ids)
    members = sa.select(CollectionProduct.collection_id, CollectionProduct.product_id).where(
        CollectionProduct.product_id.in_(product_ids),
        CollectionProduct.collection_id.in_([collection.id for collection in ruled]),
    )
    current = {(row.collection_id, row.product_id) for row in session.execute(members)}
    wanted = {
        (collection.id, product_id)
        for collection in ruled
        for product_id, known in facts.items()
        if belongs(collection.rule or {}, known)
    }
    _write(sorted(wanted - current), sorted(current - wanted))


def _facts(product_ids: Sequence[int]) -> dict[int, ProductFacts]:
    groups = queries.groups_of(product_ids)
    reduced = sa.func.max(sa.case((Variant.compare_at > Variant.price, 1), else_=0))
    statement = (
        sa.select(
            Product.id,
            Product.tags,
            Product.vendor,
            Product.product_type,
            sa.func.min(Variant.price).label("price"),
            reduced.label("reduced"),
        )
        .join(Variant, Variant.product_id == Product.id)
        .where(Product.id.in_(product_ids), Variant.retired_at.is_(None))
        .group_by(Product.id)
    )
    return {
        row.id: ProductFacts(
            frozenset(row.tags),
            row.vendor,
            row.product_type,
            row.price,
            bool(row.reduced),
            groups[row.id].category_ids,
        )
        for row in session.execute(statement)
    }


def _write(added: Sequence[tuple[int, int]], gone: Sequence[tuple[int, int]]) -> None:
    if added:
        rows: list[dict[str, Any]] = [
            {"collection_id": collection_id, "product_id": product_id, "position": 0}
            for collection_id, product_id in added
        ]
        session.execute(sa.insert(CollectionProduct), rows)
    by_collection: dict[int, list[int]] = {}
    for collection_id, product_id in gone:
        by_collection.setdefault(collection_id, []).append(product_id)
    for collection_id, ids in by_collection.items():
        session.execute(
            sa.delete(CollectionProduct).where(
                CollectionProduct.collection_id == collection_id,
                CollectionProduct.product_id.in_(ids),
            )
        )

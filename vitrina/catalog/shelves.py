"""Where products stand and what is said of them: categories, collections, reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from vitrina.catalog.errors import CategoryNotFound, CollectionNotFound
from vitrina.catalog.models.groups import (
    Category,
    Collection,
    CollectionProduct,
    ProductCategory,
    Review,
)
from vitrina.catalog.models.products import Product, ProductStatus
from vitrina.core.db import session

CHUNK = 5000


def chunks(ids: Iterable[int], size: int = CHUNK) -> Iterable[list[int]]:
    """``ids``, each once and in order, in lists short enough for one statement."""
    unique = sorted(set(ids))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]


def categories(*, hidden: bool = False) -> list[Category]:
    """The whole tree, parents before children, siblings in order; ``hidden`` ones too if asked.

    What stands below a hidden category is hidden as well.
    """
    rows = session.scalars(sa.select(Category).order_by(Category.position, Category.title)).all()
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    ordered: list[Category] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        row = waiting.pop()
        if row.is_visible or hidden:
            ordered.append(row)
            waiting += reversed(below.get(row.id, []))
    return ordered


def category_by_path(path: str) -> Category:
    """The visible category at ``prints/ridge-field``. Raises CategoryNotFound."""
    found = session.scalar(sa.select(Category).where(Category.path == path, Category.is_visible))
    if found is None:
        raise CategoryNotFound(path=path)
    return found


def category_by_id(category_id: int) -> Category:
    """Raises CategoryNotFound."""
    found = session.get(Category, category_id)
    if found is None:
        raise CategoryNotFound(id=category_id)
    return found


def collections(*, hidden: bool = False) -> list[Collection]:
    """The collections in order; ``hidden`` ones too if asked."""
    statement = sa.select(Collection).order_by(Collection.position, Collection.id)
    if not hidden:
        statement = statement.where(Collection.is_visible)
    return list(session.scalars(statement))


def collection_by_slug(slug: str) -> Collection:
    """The visible collection. Raises CollectionNotFound."""
    found = session.scalar(
        sa.select(Collection).where(Collection.slug == slug, Collection.is_visible)
    )
    if found is None:
        raise CollectionNotFound(slug=slug)
    return found


def faces_of(collection_ids: Iterable[int]) -> dict[int, int]:
    """The product that stands first in each collection; empty collections are left out."""
    place = sa.func.row_number().over(
        partition_by=CollectionProduct.collection_id,
        order_by=(CollectionProduct.position, CollectionProduct.product_id.desc()),
    )
    ranked = (
        sa.select(
            CollectionProduct.collection_id, CollectionProduct.product_id, place.label("place")
        )
        .join(Product, Product.id == CollectionProduct.product_id)
        .where(
            CollectionProduct.collection_id.in_(sorted(set(collection_ids))),
            Product.status == ProductStatus.ACTIVE,
        )
        .subquery()
    )
    first = sa.select(ranked.c.collection_id, ranked.c.product_id).where(ranked.c.place == 1)
    return {row.collection_id: row.product_id for row in session.execute(first)}


@dataclass(frozen=True, slots=True)
class Groups:
    """Where a product stands: its categories with all their ancestors, and its collections.

    ``main_category_id`` is the first of its own categories.
    """

    category_ids: frozenset[int] = frozenset()
    collection_ids: frozenset[int] = frozenset()
    main_category_id: int | None = None


def groups_of(product_ids: Iterable[int]) -> dict[int, Groups]:
    """The groups of each product, empty ones for those in none; three statements."""
    ids = sorted(set(product_ids))
    parents = {
        row.id: row.parent_id for row in session.execute(sa.select(Category.id, Category.parent_id))
    }
    own: dict[int, list[int]] = {}
    collected: dict[int, set[int]] = {}
    for some in chunks(ids):
        placed = sa.select(ProductCategory.product_id, ProductCategory.category_id).where(
            ProductCategory.product_id.in_(some)
        )
        for product_id, category_id in session.execute(
            placed.order_by(ProductCategory.position, ProductCategory.category_id)
        ):
            own.setdefault(product_id, []).append(category_id)
        members = sa.select(CollectionProduct.product_id, CollectionProduct.collection_id).where(
            CollectionProduct.product_id.in_(some)
        )
        for product_id, collection_id in session.execute(members):
            collected.setdefault(product_id, set()).add(collection_id)
    return {
        product_id: Groups(
            _with_ancestors(own.get(product_id, ()), parents),
            frozenset(collected.get(product_id, ())),
            next(iter(own.get(product_id, ())), None),
        )
        for product_id in ids
    }


def _with_ancestors(ids: Sequence[int], parents: dict[int, int | None]) -> frozenset[int]:
    found: set[int] = set()
    for start in ids:
        node: int | None = start
        while node is not None and node not in found:
            found.add(node)
            node = parents.get(node)
    return frozenset(found)


def own_categories(product_ids: list[int]) -> dict[int, tuple[int, ...]]:
    """The own categories of each product, the main one first; one statement."""
    found: dict[int, tuple[int, ...]] = dict.fromkeys(product_ids, ())
    statement = (
        sa.select(ProductCategory.product_id, ProductCategory.category_id)
        .where(ProductCategory.product_id.in_(product_ids))
        .order_by(ProductCategory.position, ProductCategory.category_id)
    )
    for product_id, category_id in session.execute(statement):
        found[product_id] += (category_id,)
    return found


def products_in(category_ids: Iterable[int]) -> list[int]:
    """The ids of the products that stand in one of the categories themselves."""
    statement = sa.select(ProductCategory.product_id).where(
        ProductCategory.category_id.in_(sorted(set(category_ids)))
    )
    return sorted(set(session.scalars(statement)))


# Reviews


def reviews_of(
    product_id: int,
    *,
    rating: int | None = None,
    sort: str = "newest",
    before: int | None = None,
    limit: int = 10,
    offset: int = 0,
) -> list[Review]:
    """Published reviews of a product: of one ``rating`` only, or older than the id ``before``.

    ``sort``: newest, highest or lowest.
    """
    statement = sa.select(Review).where(Review.product_id == product_id, Review.is_published)
    if rating is not None:
        statement = statement.where(Review.rating == rating)
    if before is not None:
        statement = statement.where(Review.id < before)
    first = {"highest": (Review.rating.desc(),), "lowest": (Review.rating,)}.get(sort, ())
    statement = statement.order_by(*first, Review.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(statement))


def rating_bars(product_id: int) -> dict[int, int]:
    """How many published reviews gave 5, 4, 3, 2 and 1."""
    statement = (
        sa.select(Review.rating, sa.func.count().label("given"))
        .where(Review.product_id == product_id, Review.is_published)
        .group_by(Review.rating)
    )
    counts = {row.rating: row.given for row in session.execute(statement)}
    return {rating: counts.get(rating, 0) for rating in range(5, 0, -1)}

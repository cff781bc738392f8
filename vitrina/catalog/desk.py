"""What staff look for in the catalogue: drafts and archived products too, hidden reviews too."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from vitrina.catalog.errors import ReviewNotFound
from vitrina.catalog.models.groups import Review
from vitrina.catalog.models.products import Product, ProductStatus, Variant
from vitrina.core.db import session


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Products with variants and media, newest first; ``next_before`` asks for the next ones."""

    products: Sequence[Product]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Reviews with their products, newest first; ``next_before`` asks for the next ones."""

    reviews: Sequence[Review]
    next_before: int | None


def products(
    text: str = "",
    *,
    status: ProductStatus | None = None,
    before: int | None = None,
    limit: int = 50,
) -> ProductPage:
    """Products by a part of title, slug or SKU, and by status; three statements."""
    wanted = sa.select(Product).order_by(Product.id.desc())
    if words := text.strip():
        by_sku = sa.exists().where(
            Variant.product_id == Product.id,
            Variant.retired_at.is_(None),
            Variant.sku.icontains(words, autoescape=True),
        )
        columns = (Product.title, Product.slug)
        wanted = wanted.where(
            sa.or_(by_sku, *(one.icontains(words, autoescape=True) for one in columns))
        )
    if status is not None:
        wanted = wanted.where(Product.status == status)
    if before is not None:
        wanted = wanted.where(Product.id < before)
    found = session.scalars(
        wanted.limit(limit + 1).options(selectinload(Product.variants), selectinload(Product.media))
    ).all()
    return ProductPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def reviews(*, before: int | None = None, limit: int = 50) -> ReviewPage:
    """Every review, published or hidden; one statement."""
    wanted = sa.select(Review).order_by(Review.id.desc()).options(joinedload(Review.product))
    if before is not None:
        wanted = wanted.where(Review.id < before)
    found = session.scalars(wanted.limit(limit + 1)).all()
    return ReviewPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def review_by_id(review_id: int) -> Review:
    """Raises ReviewNotFound."""
    found = session.get(Review, review_id)
    if found is None:
        raise ReviewNotFound()
    return found

"""What is in the catalogue. Each function says what it loads; none of them loads row by row."""

from collections.abc import Collection as Some
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from vitrina.catalog.errors import ProductNotFound, VariantNotFound
from vitrina.catalog.models.prices import Currency, PriceChange
from vitrina.catalog.models.products import Option, Product, ProductSlug, ProductStatus, Variant
from vitrina.catalog.rules.prices import Listed, ListedInput, Rate, Rates, listed, lowest_before
from vitrina.catalog.shelves import (
    CHUNK,
    Groups,
    categories,
    category_by_id,
    category_by_path,
    chunks,
    collection_by_slug,
    collections,
    faces_of,
    groups_of,
    own_categories,
    products_in,
    rating_bars,
    reviews_of,
)
from vitrina.core import store
from vitrina.core.db import session

__all__ = [
    "Groups",
    "categories",
    "category_by_id",
    "category_by_path",
    "chunks",
    "collection_by_slug",
    "collections",
    "faces_of",
    "groups_of",
    "own_categories",
    "products_in",
    "rating_bars",
    "reviews_of",
]


def whole() -> tuple[ORMOption, ...]:
    """How a product is loaded with everything that belongs to it."""
    return (
        selectinload(Product.options).selectinload(Option.values),
        selectinload(Product.variants).selectinload(Variant.prices),
        selectinload(Product.media),
    )


def _with_parts() -> tuple[ORMOption, ...]:
    return (
        joinedload(Variant.product).selectinload(Product.media),
        joinedload(Variant.option1),
        joinedload(Variant.option2),
        joinedload(Variant.option3),
        selectinload(Variant.prices),
    )


# Products and variants


def find_by_id(product_id: int) -> Product | None:
    """The product with options, values, variants, prices and media; five statements."""
    return session.scalar(sa.select(Product).where(Product.id == product_id).options(*whole()))


def by_id(product_id: int) -> Product:
    """As :func:`find_by_id`. Raises ProductNotFound."""
    found = find_by_id(product_id)
    if found is None:
        raise ProductNotFound(id=product_id)
    return found


def locked(product_id: int) -> Product:
    """As :func:`by_id`, kept from other changes until the commit. Raises ProductNotFound."""
    statement = sa.select(Product.id).where(Product.id == product_id)
    session.execute(statement.with_for_update())
    return by_id(product_id)


def by_slug(slug: str) -> Product:
    """The product with that present slug, loaded as by :func:`by_id`. Raises ProductNotFound."""
    found = session.scalar(sa.select(Product).where(Product.slug == slug).options(*whole()))
    if found is None:
        raise ProductNotFound(slug=slug)
    return found


def by_ids(product_ids: Iterable[int]) -> list[Product]:
    """The products that exist, whole, in order of id; five statements for each 5,000."""
    found: list[Product] = []
    for some in chunks(product_ids):
        statement = sa.select(Product).where(Product.id.in_(some)).order_by(Product.id)
        found += session.scalars(statement.options(*whole())).all()
    return found


def by_slugs(slugs: Some[str]) -> dict[str, Product]:
    """The products with those present slugs, whole."""
    if not slugs:
        return {}
    statement = sa.select(Product).where(Product.slug.in_(slugs)).options(*whole())
    return {product.slug: product for product in session.scalars(statement)}


def all_ids(status: ProductStatus | None = None) -> list[int]:
    """The ids of all products, or of those in ``status``."""
    statement = sa.select(Product.id).order_by(Product.id)
    if status is not None:
        statement = statement.where(Product.status == status)
    return list(session.scalars(statement))


def active_variants(product_ids: Some[int]) -> sa.Select[int, int]:
    """SELECT id, product_id of the variants for sale of those products."""
    return sa.select(Variant.id, Variant.product_id).where(
        Variant.product_id.in_(product_ids), Variant.is_active
    )


def moved_to(slug: str) -> str | None:
    """The present slug of the product that once had this one; None when there is none."""
    return session.scalar(
        sa.select(Product.slug)
        .join(ProductSlug, ProductSlug.product_id == Product.id)
        .where(ProductSlug.slug == slug)
    )


def variant(variant_id: int) -> Variant:
    """The variant with its product, media, option values and prices. Raises VariantNotFound."""
    found = variants([variant_id]).get(variant_id)
    if found is None:
        raise VariantNotFound(id=variant_id)
    return found


def variants(ids: Iterable[int]) -> dict[int, Variant]:
    """The variants that exist, loaded as by :func:`variant`; three statements for each 5,000."""
    found: dict[int, Variant] = {}
    for some in chunks(ids):
        statement = sa.select(Variant).where(Variant.id.in_(some)).options(*_with_parts())
        found |= {one.id: one for one in session.scalars(statement)}
    return found


def owners_of_skus(skus: Some[str]) -> dict[str, int]:
    """Which product has each of the SKUs now; those nobody has are left out."""
    owners: dict[str, int] = {}
    wanted = list(skus)
    for start in range(0, len(wanted), CHUNK):
        statement = sa.select(Variant.sku, Variant.product_id).where(
            Variant.sku.in_(wanted[start : start + CHUNK]), Variant.retired_at.is_(None)
        )
        owners |= {str(sku): product_id for sku, product_id in session.execute(statement)}
    return owners


# Prices


def rates() -> Rates:
    """The store's currency and the active ones beside it; one SELECT when the store is loaded."""
    rows = session.scalars(sa.select(Currency).where(Currency.is_active))
    base = store.current().currency
    others = {
        row.code: Rate(Decimal(row.rate), row.step, row.ending) for row in rows if row.code != base
    }
    return Rates(base, others)


def listed_price(variant: Variant, currency: str, rates: Rates) -> Listed:
    """What a shopper pays for ``variant`` (prices loaded). Raises UnknownCurrency."""
    fixed = {price.currency: (price.price, price.compare_at) for price in variant.prices}
    return listed(ListedInput(variant.price, variant.compare_at, fixed), currency, rates)


def lowest_prices(variant_ids: Iterable[int]) -> dict[int, int]:
    """For each variant whose price ever changed: the lowest of the 30 days before the present one.

    Minor units of the store's currency.
    """
    history: dict[int, list[tuple[datetime, int]]] = {}
    for some in chunks(variant_ids):
        statement = (
            sa.select(PriceChange.variant_id, PriceChange.at, PriceChange.price)
            .where(PriceChange.variant_id.in_(some))
            .order_by(PriceChange.at, PriceChange.id)
        )
        for variant_id, at, price in session.execute(statement):
            history.setdefault(variant_id, []).append((at, price))
    lowest = {key: lowest_before(changes) for key, changes in history.items()}
    return {key: price for key, price in lowest.items() if price is not None}


def lowest_price_30_days(variant_id: int) -> int | None:
    """As :func:`lowest_prices` for one variant; None when its price never changed."""
    return lowest_prices([variant_id]).get(variant_id)

"""Products as they go out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale

from vitrina.api.schemas import Amount, Out, Page
from vitrina.catalog import queries as catalog
from vitrina.catalog.models.products import Media, Option, Product, Variant
from vitrina.catalog.rules.prices import Rates
from vitrina.core import locales
from vitrina.core.money import Money
from vitrina.inventory.rules import Availability
from vitrina.search.queries import Card, Facet
from vitrina.web import links
from vitrina.web.messages.catalog import FACETS


class ImageOut(Out):
    """A picture. ``width`` and ``height`` are pixels of the largest file; ``role`` is its use."""

    id: int
    url: str
    alt: str
    width: int
    height: int
    role: str


class OptionOut(Out):
    name: str
    kind: str
    values: list[str]


class VariantOut(Out):
    """One thing to buy. ``stock`` is what can be bought now; null when it is not counted."""

    id: int
    sku: str | None
    name: str
    options: dict[str, str]
    price: Amount
    compare_at: Amount | None
    stock: int | None
    in_stock: bool
    backorder: bool
    weight_g: int
    requires_shipping: bool
    image_id: int | None


class CategoryRef(Out):
    id: int
    path: str
    name: str


class ProductOut(Out):
    """A product. ``price`` is the lowest of its variants, ``stock`` the sum of theirs."""

    id: int
    slug: str
    url: str
    name: str
    description: str
    status: str
    vendor: str
    type: str
    tags: list[str]
    details: list[dict[str, Any]]
    price: Amount
    compare_at: Amount | None
    stock: int | None
    in_stock: bool
    rating: float | None
    rating_count: int
    options: list[OptionOut]
    variants: list[VariantOut]
    media: list[ImageOut]
    categories: list[CategoryRef]
    version: int
    created_at: datetime
    updated_at: datetime


class CardImageOut(Out):
    url: str
    width: int
    height: int


class CardOut(Out):
    """A product in a list. ``price`` to ``price_high``: from the lowest to the highest variant."""

    id: int
    slug: str
    url: str
    name: str
    price: Amount
    price_high: Amount
    compare_at: Amount | None
    image: CardImageOut | None
    rating: float | None
    rating_count: int
    in_stock: bool


class FacetValueOut(Out):
    value: str
    label: str
    count: int
    selected: bool


class FacetOut(Out):
    name: str
    label: str
    values: list[FacetValueOut]


class ProductPage(Page[CardOut]):
    """Products with the filters that would narrow them further."""

    facets: list[FacetOut] = []


def product_out(
    product: Product,
    available: Mapping[int, Availability],
    rates: Rates,
    *,
    currency: str,
    locale: str,
) -> ProductOut:
    """``product`` (loaded whole) in a currency and a language. One or two SELECTs (categories)."""
    variants = [
        _variant(product, one, available, rates, currency, locale)
        for one in product.variants
        if one.is_active
    ]
    cheapest = min(variants, key=lambda one: one.price.minor, default=None)
    return ProductOut(
        id=product.id,
        slug=product.slug,
        url=links.absolute(f"/products/{product.slug}"),
        name=product.text("title", locale),
        description=product.text("description", locale),
        status=str(product.status),
        vendor=product.vendor,
        type=product.product_type,
        tags=product.tags,
        details=product.facts(locale),
        price=cheapest.price if cheapest else Money.zero(currency),
        compare_at=cheapest.compare_at if cheapest else None,
        stock=_stock(variants),
        in_stock=any(one.in_stock for one in variants),
        rating=None if product.rating is None else round(product.rating, 2),
        rating_count=product.rating_count,
        options=[_option(one, locale) for one in product.options],
        variants=variants,
        media=[_image(one, locale) for one in product.media if one.key],
        categories=_categories(product, locale),
        version=product.version,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )


def _stock(variants: Sequence[VariantOut]) -> int | None:
    """How many pieces there are of all; None when one of the variants is not counted."""
    counted = [one.stock for one in variants if one.stock is not None]
    return sum(counted) if len(counted) == len(variants) else None


def _variant(
    product: Product,
    variant: Variant,
    available: Mapping[int, Availability],
    rates: Rates,
    currency: str,
    locale: str,
) -> VariantOut:
    listed = catalog.listed_price(variant, currency, rates)
    stock = available.get(variant.id)
    chosen = zip(product.options, variant.values, strict=False)
    return VariantOut(
        id=variant.id,
        sku=variant.sku,
        name=variant.label(locale),
        options={option.text(locale): value.text(locale) for option, value in chosen},
        price=listed.price,
        compare_at=listed.compare_at,
        stock=stock.available if stock is not None and stock.tracked else None,
        in_stock=stock is not None and stock.covers(1),
        backorder=variant.backorder,
        weight_g=variant.weight_g,
        requires_shipping=variant.requires_shipping,
        image_id=variant.media_id,
    )


def _option(option: Option, locale: str) -> OptionOut:
    values = [value.text(locale) for value in option.values]
    return OptionOut(name=option.text(locale), kind=str(option.kind), values=values)


def _image(media: Media, locale: str) -> ImageOut:
    alt = str(media.translations.get(locale, {}).get("alt") or media.alt)
    return ImageOut(
        id=media.id,
        url=links.absolute(f"/media/{media.key}"),
        alt=alt,
        width=media.width,
        height=media.height,
        role=media.role,
    )


def _categories(product: Product, locale: str) -> list[CategoryRef]:
    own = catalog.own_categories([product.id])[product.id]
    if not own:
        return []
    known = {category.id: category for category in catalog.categories()}
    return [
        CategoryRef(id=one, path=known[one].path, name=known[one].text("title", locale))
        for one in own
        if one in known
    ]


def card_out(card: Card) -> CardOut:
    """A card of the search."""
    image = card.image and CardImageOut(
        url=links.absolute(f"/media/{card.image.key}"),
        width=card.image.width,
        height=card.image.height,
    )
    return CardOut(
        id=card.product_id,
        slug=card.slug,
        url=links.absolute(f"/products/{card.slug}"),
        name=card.title,
        price=card.price,
        price_high=card.price_high,
        compare_at=card.compare_at,
        image=image or None,
        rating=None if card.rating is None else round(card.rating, 2),
        rating_count=card.rating_count,
        in_stock=card.in_stock,
    )


def facet_out(facet: Facet, locale: str) -> FacetOut:
    """A filter with its values, titled in ``locale``."""
    values = [FacetValueOut.model_validate(value) for value in facet.values]
    with force_locale(locales.get(locale).babel):
        label = str(FACETS.get(facet.name, facet.label))
    return FacetOut(name=facet.name, label=label, values=values)

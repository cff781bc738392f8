"""What a product is going to be: plain values, before anything is stored.

Amounts are minor units of the store's currency; weights are grams, lengths millimetres.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Translations = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ValueDraft:
    """A value of an option; ``data`` helps to draw it (``{"width_cm": 50}``)."""

    value: str
    data: Mapping[str, Any] = field(default_factory=dict)
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OptionDraft:
    """An option with its values in order. ``kind``: text, size, frame or colour."""

    name: str
    values: tuple[ValueDraft, ...]
    kind: str = "text"
    translations: Translations = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, *values: str, kind: str = "text") -> "OptionDraft":
        return cls(name, tuple(ValueDraft(value) for value in values), kind)


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """One thing to sell. ``values``: one value of each option, in the options' order.

    ``prices`` are fixed prices in other currencies: ``{"BRL": (12900, None)}`` (price, compare-at).
    ``media`` is the place of its picture in the product's media, from 0.
    """

    price: int
    values: tuple[str, ...] = ()
    sku: str | None = None
    barcode: str = ""
    compare_at: int | None = None
    cost: int | None = None
    tax_class: str | None = None
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    requires_shipping: bool = True
    track_stock: bool = True
    backorder: bool = False
    is_active: bool = True
    prices: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    media: int | None = None


@dataclass(frozen=True, slots=True)
class MediaDraft:
    """A picture: a file in the storage (``key``), or as yet only an address (``source_url``)."""

    key: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    colour: str = ""
    alt: str = ""
    role: str = ""
    source_url: str = ""
    renditions: tuple[Mapping[str, Any], ...] = ()
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A whole product. An empty ``slug`` is made from the title; ``description`` is any HTML."""

    title: str
    variants: tuple[VariantDraft, ...]
    slug: str = ""
    description: str = ""
    vendor: str = ""
    product_type: str = ""
    status: str = "active"
    tags: tuple[str, ...] = ()
    details: tuple[Mapping[str, Any], ...] = ()
    seo_title: str = ""
    seo_description: str = ""
    translations: Translations = field(default_factory=dict)
    tax_class: str = "standard"
    position: int = 0
    published_at: datetime | None = None
    options: tuple[OptionDraft, ...] = ()
    media: tuple[MediaDraft, ...] = ()
    category_ids: tuple[int, ...] = ()
    collection_ids: tuple[int, ...] = ()


# Fields that a draft and its row have in common, word for word.
PRODUCT_FIELDS = (
    "title",
    "slug",
    "description",
    "vendor",
    "product_type",
    "status",
    "seo_title",
    "seo_description",
    "tax_class",
    "position",
)
VARIANT_FIELDS = (
    "sku",
    "barcode",
    "price",
    "compare_at",
    "cost",
    "tax_class",
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "requires_shipping",
    "track_stock",
    "backorder",
    "is_active",
)
MEDIA_FIELDS = (
    "key",
    "mime",
    "width",
    "height",
    "colour",
    "alt",
    "role",
    "source_url",
)

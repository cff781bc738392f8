"""What a search is asked and what it answers: plain values for the faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vitrina.core.money import Money

SORTS = ("featured", "newest", "price_asc", "price_desc", "rating")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of products as it is asked for.

    Prices are minor units of ``currency``, compared with the price that a card shows. ``facets``:
    chosen values by name; values of one name are alternatives, names add up. ``cursor`` goes on
    where a page ended; ``page`` counts from 1.
    """

    query: str = ""
    category_id: int | None = None
    collection_id: int | None = None
    min_price: int | None = None
    max_price: int | None = None
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    in_stock: bool = False
    min_rating: int | None = None
    sort: str = "featured"
    currency: str = "EUR"
    locale: str = "en"
    limit: int = 24
    cursor: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class CardImage:
    """A picture on a card; ``renditions`` are smaller copies (key, mime, width)."""

    key: str
    mime: str
    width: int
    height: int
    alt: str
    colour: str
    renditions: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list. ``price`` is its lowest; ``badge``: sold_out, reduced or None.

    ``walls`` are its sizes as (width in cm, words), where they say how wide they are.
    """

    product_id: int
    slug: str
    title: str
    hint: str
    sizes: str
    price: Money
    price_high: Money
    compare_at: Money | None
    image: CardImage | None
    images: tuple[CardImage, ...]
    rating: float | None
    rating_count: int
    in_stock: bool
    badge: str | None
    walls: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to choose, and how many products the list would have by it."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: an option of products, or ``type`` or ``vendor`` (whose label is empty)."""

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many products of the list stand in a category."""

    category_id: int
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, and all that its filters need to be drawn.

    ``price_span``: lowest and highest price of the list without its price filter, None when it is
    empty. ``corrected_query``: what was looked for in place of a misspelt query.
    """

    cards: tuple[Card, ...]
    total: int
    next_cursor: str | None
    facets: tuple[Facet, ...]
    categories: tuple[CategoryCount, ...]
    price_span: tuple[Money, Money] | None
    corrected_query: str | None
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class CategoryHit:
    """A category whose name fits what was typed; ``path`` is its address."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What may be meant by what was typed so far."""

    queries: tuple[str, ...]
    categories: tuple[CategoryHit, ...]
    products: tuple[Card, ...]

"""News of the catalogue."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class ProductChanged(Event):
    """Products were made, changed, archived or removed; one event may name many."""

    product_ids: list[int]


@dataclass(frozen=True)
class CategoryChanged(Event):
    """Names, places or the tree of categories changed."""

    category_ids: list[int]


@dataclass(frozen=True)
class CollectionChanged(Event):
    """The words of collections changed, or which products are in them."""

    collection_ids: list[int]


@dataclass(frozen=True)
class RatesChanged(Event):
    """An exchange rate or the ending of converted prices changed."""

    currency: str

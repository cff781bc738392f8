"""News about stock. A variant is counted over all its locations."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class StockRanOut(Event):
    """The last piece that could be bought was taken."""

    variant_id: int
    product_id: int


@dataclass(frozen=True)
class StockReturned(Event):
    """There was none, and now there is some."""

    variant_id: int
    product_id: int


@dataclass(frozen=True)
class StockLow(Event):
    """The count fell to the store's ``low_stock`` or below it; ``available`` is what is left."""

    variant_id: int
    product_id: int
    available: int


@dataclass(frozen=True)
class BackInStock(Event):
    """Somebody asked to be told, and it is back. ``request_id`` is a StockRequest's."""

    request_id: int
    variant_id: int
    product_id: int

"""What stock says no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class NotEnoughStock(Conflict):
    """Less is there than was wanted.

    ``lines``: one ``{"variant_id", "sku", "wanted", "available"}`` for each variant that is short.
    """

    code = "not_enough_stock"


class StockReserved(Conflict):
    """The count cannot go below what is promised to orders (``reserved``)."""

    code = "stock_reserved"


class NotReserved(Conflict):
    """More was to leave than the order has waiting on the shelf (``wanted``, ``ready``)."""

    code = "not_reserved"


class InvalidQuantity(Invalid):
    """A count is a whole number, zero or more and at most a million."""

    code = "invalid_quantity"


class LocationNotFound(NotFound):
    code = "location_not_found"

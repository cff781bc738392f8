"""What a cart looks like today: lines with their prices and changes, ways to send it, the sum."""

from dataclasses import dataclass
from datetime import date

from vitrina.cart.models import Cart, CartLine
from vitrina.cart.rules import UNSOLD, Change, ChangeKind
from vitrina.catalog.models.products import Media, Product, Variant
from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.pricing.rules import Quote, QuoteLine


@dataclass(frozen=True, slots=True)
class CartItem:
    """A line with what it shows. ``price`` is today's for a piece, None when it is not sold.

    ``available``: how many can be bought (999 where stock is not counted). ``quoted`` is its line
    in the quote; lines that cannot be bought at all are in no quote.
    """

    line: CartLine
    variant: Variant
    product: Product
    title: str
    label: str
    image: Media | None
    available: int
    price: Money | None
    compare_at: Money | None
    changes: tuple[Change, ...]
    quoted: QuoteLine | None = None

    @property
    def is_sold(self) -> bool:
        """Whether it can be bought now, in some quantity."""
        return not any(change.kind in UNSOLD for change in self.changes)


@dataclass(frozen=True, slots=True)
class ShippingOption:
    """A way to send this cart. ``price`` is what it costs now, ``listed`` before promotions.

    ``collected``: nothing is sent, the buyer comes and fetches it.
    """

    code: str
    name: str
    price: Money
    listed: Money
    deliver_from: date
    deliver_to: date
    description: str = ""
    collected: bool = False


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart as a buyer sees it. ``problems`` are the changes that stand in the way of buying.

    ``needs_shipping`` follows from all its lines, also from those that cannot be bought now.
    ``shipping_method`` is the option that the quote counts on: the chosen one, else the cheapest
    that is delivered.
    """

    cart: Cart
    quote: Quote
    lines: tuple[CartItem, ...]
    saved: tuple[CartItem, ...]
    shipping_options: tuple[ShippingOption, ...]
    needs_shipping: bool
    destination: Destination
    problems: tuple[Change, ...]

    @property
    def count(self) -> int:
        """How many pieces are in it."""
        return sum(item.line.quantity for item in self.lines)

    @property
    def shipping(self) -> ShippingOption | None:
        """The option that the quote counts on."""
        chosen = self.quote.shipping_method
        return next((o for o in self.shipping_options if o.code == chosen), None)

    @property
    def is_undeliverable(self) -> bool:
        """Whether there is something to send, and no way to its destination."""
        return any(change.kind is ChangeKind.NO_SHIPPING for change in self.problems)

    @property
    def can_check_out(self) -> bool:
        """Whether there is something in it, and nothing that cannot be bought."""
        return bool(self.lines) and not self.problems

"""The values of edits: what is wanted (a wish), and an order in numbers (a sheet)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from vitrina.core.address import PostalAddress
from vitrina.tax.rules import TaxRule


@dataclass(frozen=True, slots=True)
class Wish:
    """What staff want changed; what is not named stays.

    ``quantities``: how many pieces a line (by id) is to have, 0 removes it; ``added``: more pieces
    of variants; ``shipping``: the listed price of the delivery; ``note``: the customer's words.
    """

    quantities: Mapping[int, int] = field(default_factory=dict)
    added: Mapping[int, int] = field(default_factory=dict)
    shipping: int | None = None
    address: PostalAddress | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is, or as it is to be (``line_id`` None: it is new).

    ``rules`` are the taxes that its rate is made of. ``least``: how many of its pieces must stay.
    """

    line_id: int | None
    variant_id: int | None
    title: str
    label: str
    sku: str
    quantity: int
    unit_price: int
    discount: int
    tax_rate: Decimal
    tax: int
    total: int
    rules: tuple[TaxRule, ...] = ()
    least: int = 0

    @property
    def net(self) -> int:
        return self.total - self.tax

    def as_json(self) -> dict[str, Any]:
        """The row as plain values, for the story of the order."""
        names = (
            "line_id", "variant_id", "title", "label", "sku",
            "quantity", "unit_price", "discount", "tax", "total",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class TaxSum:
    """The tax of the order at one rate, and the net amount it is on."""

    name: str
    rate: Decimal
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """An order in numbers. ``shipping_off`` is what was taken off the delivery's listed price."""

    included: bool
    rows: tuple[Row, ...]
    taxes: tuple[TaxSum, ...]
    shipping: int
    shipping_off: int
    shipping_tax: int
    shipping_rules: tuple[TaxRule, ...] = ()

    @property
    def subtotal(self) -> int:
        return sum(row.unit_price * row.quantity for row in self.rows)

    @property
    def discount(self) -> int:
        return sum(row.discount for row in self.rows) + self.shipping_off

    @property
    def tax(self) -> int:
        return sum(row.tax for row in self.rows) + self.shipping_tax

    @property
    def tax_added(self) -> int:
        return 0 if self.included else self.tax

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.shipping + self.tax_added

    def as_json(self) -> dict[str, Any]:
        """The sheet as plain values."""
        sums = ("subtotal", "discount", "shipping", "tax", "tax_added", "total")
        return {
            "lines": [row.as_json() for row in self.rows],
            **{name: getattr(self, name) for name in sums},
        }


@dataclass(frozen=True, slots=True)
class Today:
    """A variant as it is sold today: its price, and the taxes that are due where it goes."""

    variant_id: int
    product_id: int
    title: str
    label: str
    sku: str
    image: str
    unit_price: int
    rules: tuple[TaxRule, ...]
    weight_g: int
    requires_shipping: bool

    @property
    def rate(self) -> Decimal:
        """All taxes on it together (``Decimal("0.23")`` is 23 %)."""
        return sum((rule.rate for rule in self.rules), Decimal(0))

"""The values of pricing: what goes in (a basket) and what comes out (a quote)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.promotions.rules import PromotionKind, PromotionRule, Reason
from vitrina.shipping.rules import Offer
from vitrina.tax.rules import STANDARD, TaxRule


@dataclass(frozen=True, slots=True)
class BasketLine:
    """Pieces of a variant at today's listed price. ``key`` finds the line again in the quote."""

    key: int
    variant_id: int
    product_id: int
    quantity: int
    unit_price: Money
    compare_at: Money | None = None
    tax_class: str = STANDARD
    requires_shipping: bool = True
    category_ids: frozenset[int] = frozenset()
    collection_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Basket:
    """Everything that a price depends on. ``shipping`` is None while no method is chosen.

    ``tax_included``: listed prices (of goods and shipping) are gross. ``taxes`` are the rules of
    where it goes; none means that no tax is due there, and a listed price is charged as it stands.
    ``codes`` are those entered, in capitals; ``promotions`` hold theirs and the automatic ones.
    ``goods_relieved`` and ``services_relieved``: the company that buys owes the tax of what is sent
    and of what is not, so it is not charged, and taken out of a gross price.
    """

    currency: str
    lines: tuple[BasketLine, ...]
    now: datetime
    tax_included: bool = True
    taxes: tuple[TaxRule, ...] = ()
    promotions: tuple[PromotionRule, ...] = ()
    codes: tuple[str, ...] = ()
    shipping: Offer | None = None
    destination: Destination | None = None
    goods_relieved: bool = False
    services_relieved: bool = False

    @property
    def needs_shipping(self) -> bool:
        """Whether any line has to be sent."""
        return any(line.requires_shipping for line in self.lines)


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A priced line. ``total`` is what the line costs: listed - discount (+ tax if it is added)."""

    key: int
    variant_id: int
    quantity: int
    unit_price: Money
    compare_at: Money | None
    discount: Money
    tax_rate: Decimal
    tax: Money
    total: Money

    @property
    def listed(self) -> Money:
        """The line before discounts and added tax."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class AppliedPromotion:
    """What a promotion took off: ``amount`` = the sum of ``lines`` (by key) and ``shipping``."""

    promotion_id: int
    code: str | None
    label: str
    kind: PromotionKind
    amount: Money
    lines: tuple[tuple[int, Money], ...]
    shipping: Money


@dataclass(frozen=True, slots=True)
class RejectedCode:
    """A code that takes nothing off; ``missing``: how much more to buy, for the reason minimum."""

    code: str
    reason: Reason
    missing: Money | None = None


@dataclass(frozen=True, slots=True)
class QuoteTax:
    """The tax at one rate: ``base`` is the net amount it is on."""

    name: str
    rate: Decimal
    base: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What the buyer is shown, confirms and pays.

    ``subtotal`` is the sum of the lines at listed prices; ``discount`` (>= 0) what was taken off
    lines and shipping, ``shipping_discount`` being the latter part; ``shipping`` the listed price
    of the delivery, None while it is unknown; ``tax`` all tax, ``tax_added`` the part of it that
    is not in the prices. ``is_relieved``: the buyer owes the tax of something, which is left out.
    ``fingerprint`` changes with anything that the buyer confirms.
    """

    currency: str
    tax_included: bool
    lines: tuple[QuoteLine, ...]
    subtotal: Money
    discount: Money
    shipping: Money | None
    shipping_method: str | None
    shipping_discount: Money
    shipping_tax: Money
    tax: Money
    tax_added: Money
    total: Money
    taxes: tuple[QuoteTax, ...]
    promotions: tuple[AppliedPromotion, ...]
    rejected: tuple[RejectedCode, ...]
    fingerprint: str
    is_relieved: bool = False

    def line(self, key: int) -> QuoteLine:
        """The line with that key. Raises KeyError."""
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

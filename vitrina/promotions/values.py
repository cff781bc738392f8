"""The values of promotions: what is offered, what it meets, and what it takes off."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class PromotionKind(StrEnum):
    """What a promotion takes off: a share, a sum, the delivery, or pieces of what is bought."""

    PERCENT = "percent"
    AMOUNT = "amount"
    FREE_SHIPPING = "free_shipping"
    BUY_X_GET_Y = "buy_x_get_y"


class Reason(StrEnum):
    """Why a code that was entered takes nothing off."""

    UNKNOWN = "unknown"
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    USED_UP = "used_up"
    CUSTOMER_LIMIT = "customer_limit"
    COUNTRY = "country"
    NO_LINES = "no_lines"
    MINIMUM = "minimum"
    QUANTITY = "quantity"
    SHIPPING_METHOD = "shipping_method"
    NOTHING_OFF = "nothing_off"
    NOT_COMBINED = "not_combined"


class Standing(StrEnum):
    """Where a promotion stands at a moment, whoever asks."""

    ACTIVE = "active"
    PLANNED = "planned"
    USED_UP = "used_up"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """A promotion as pricing sees it; ``amount`` and ``minimum`` in the basket's minor units.

    ``used_up`` and ``customer_limit`` say that no use is left at all, or none for this buyer.
    Empty sets do not narrow.
    """

    id: int
    label: str
    kind: PromotionKind
    code: str | None = None
    percent: Decimal | None = None
    amount: int = 0
    buy_quantity: int = 0
    get_quantity: int = 0
    minimum: int = 0
    product_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    collection_ids: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    shipping_methods: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    used_up: bool = False
    customer_limit: bool = False
    stacks: bool = False
    priority: int = 0
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Goods:
    """A line as promotions see it: ``amount`` is its whole listed price in minor units."""

    product_id: int
    quantity: int
    amount: int
    category_ids: frozenset[int] = frozenset()
    collection_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Situation:
    """What the goods meet: the delivery's price by the sum of goods (None: not chosen yet)."""

    goods: tuple[Goods, ...]
    now: datetime
    country: str = ""
    shipping_method: str | None = None
    shipping_price: Callable[[int], int | None] = lambda goods: None
    needs_shipping: bool = True


@dataclass(frozen=True, slots=True)
class Effect:
    """What one promotion takes off: minor units by line, and from the shipping."""

    rule: PromotionRule
    lines: tuple[int, ...]
    shipping: int = 0

    @property
    def amount(self) -> int:
        return sum(self.lines) + self.shipping


@dataclass(frozen=True, slots=True)
class Outcome:
    """The promotions that count, and why each of the others does not.

    ``missing``: by promotion, how much the goods are short of its minimum (minor units).
    """

    effects: tuple[Effect, ...] = ()
    refused: dict[int, Reason] = field(default_factory=dict)
    missing: dict[int, int] = field(default_factory=dict)

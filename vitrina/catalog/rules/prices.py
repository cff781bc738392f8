"""Listed prices: in the store's currency and those beside it, and what they were before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from vitrina.catalog.errors import UnknownCurrency
from vitrina.core.money import Money, decimals


@dataclass(frozen=True, slots=True)
class Rate:
    """``rate`` units for one of the store's; a converted price ends in ``ending`` of ``step``."""

    rate: Decimal
    step: int = 1
    ending: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """The store's currency and those it also sells in."""

    base: str
    others: Mapping[str, Rate] = field(default_factory=dict)

    @property
    def currencies(self) -> tuple[str, ...]:
        """Every currency that prices are shown in, the store's own first."""
        return (self.base, *sorted(self.others))

    def convert(self, minor: int, currency: str) -> int:
        """``minor`` units of the store's currency as a listed price in ``currency``.

        Raises UnknownCurrency. What costs nothing costs nothing everywhere, and nothing else does.
        """
        if currency == self.base:
            return minor
        rate = self.others.get(currency)
        if rate is None:
            raise UnknownCurrency(currency=currency)
        exact = Decimal(minor).scaleb(decimals(currency) - decimals(self.base)) * rate.rate
        return _ending(exact, rate) if minor else 0


def _ending(exact: Decimal, rate: Rate) -> int:
    step = max(rate.step, 1)
    count = ((exact - rate.ending) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return max(int(count) * step + rate.ending, rate.ending, 1)


@dataclass(frozen=True, slots=True)
class ListedInput:
    """A variant's own prices: in the store's currency, and fixed ones in others."""

    price: int
    compare_at: int | None = None
    fixed: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a shopper reads. ``compare_at`` only when it is higher than the price."""

    price: Money
    compare_at: Money | None = None


def listed(values: ListedInput, currency: str, rates: Rates) -> Listed:
    """The price of a variant in ``currency``: its fixed one, or by the exchange rate.

    Raises UnknownCurrency when the store does not sell in it.
    """
    if currency in values.fixed:
        price, compare_at = values.fixed[currency]
    else:
        price = rates.convert(values.price, currency)
        compare_at = (
            None if values.compare_at is None else rates.convert(values.compare_at, currency)
        )
    before = Money(compare_at, currency) if compare_at is not None and compare_at > price else None
    return Listed(Money(price, currency), before)


def lowest_before(changes: Sequence[tuple[datetime, int]], days: int = 30) -> int | None:
    """The lowest price of the ``days`` before the present one began (Directive 98/6, art. 6a).

    ``changes``: when each price began, in order of time. None when there was no earlier price.
    """
    if len(changes) < 2:
        return None
    began = changes[-1][0]
    opens = began - timedelta(days=days)
    in_force = [price for at, price in changes[:-1] if at > opens]
    before = [price for at, price in changes[:-1] if at <= opens]
    return min([*in_force, *before[-1:]])

"""Money as integer minor units and a currency. No float enters here, and no unit is ever lost."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import get_currency_precision, list_currencies

from vitrina.core.errors import Invalid

MOST_MINOR = 10**13
"""No price and no limit of the shop is greater, in minor units of any currency."""
PLAIN = re.compile(r"-?\d{1,16}(\.\d{1,10})?", re.ASCII).fullmatch


class CurrencyMismatch(Invalid):
    """Facts: ``left`` and ``right``, the two currencies that do not add up."""

    code = "currency_mismatch"


class InvalidAmount(Invalid):
    """Facts: ``field``, and what was given in it."""

    code = "invalid_amount"


@lru_cache(maxsize=256)
def decimals(currency: str) -> int:
    """How many decimals an ISO 4217 currency has: 0 for JPY, 2 for EUR, 3 for KWD."""
    if currency not in list_currencies():
        raise InvalidAmount(field="currency", currency=currency)
    return get_currency_precision(currency)


def round_half_up(value: Decimal) -> int:
    """``value`` in minor units, rounded half-up (away from zero at .5)."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: ``minor`` units (cents for EUR, yen for JPY) of ``currency`` (ISO 4217)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in ``currency``."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str | int | Decimal, currency: str) -> "Money":
        """``"19.90"`` in ``currency`` as Money.

        Raises InvalidAmount when it is no plain decimal number, or has more decimals than the
        currency.
        """
        if isinstance(text, str) and not PLAIN(text):
            raise InvalidAmount(amount=text[:40], currency=currency)
        try:
            value = Decimal(text)
        except (InvalidOperation, ValueError, TypeError):
            raise InvalidAmount(amount=str(text)[:40], currency=currency) from None
        if not value.is_finite() or abs(value) > Decimal(10) ** 15:
            raise InvalidAmount(amount=str(text)[:40], currency=currency)
        scaled = value.scaleb(decimals(currency))
        if scaled != scaled.to_integral_value():
            raise InvalidAmount(amount=str(text)[:40], currency=currency)
        return cls(int(scaled), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    @property
    def text(self) -> str:
        """The amount in major units for machines: ``19.90``."""
        return f"{self.decimal:.{decimals(self.currency)}f}"

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, rate: Decimal) -> "Money":
        """This amount times ``rate``, rounded half-up to the minor unit."""
        return Money(round_half_up(Decimal(self.minor) * rate), self.currency)

    def split(self, parts: int) -> list["Money"]:
        """``parts`` amounts that differ by one unit at most and add up to this one."""
        return self.share([1] * parts)

    def share(self, weights: Sequence[int]) -> list["Money"]:
        """This amount divided in proportion to ``weights`` (>= 0), adding up exactly.

        Largest remainder: what the divisions leave over goes to the largest remainders, the
        earlier part first. With all weights 0 the parts are equal.
        """
        return [Money(part, self.currency) for part in portions(self.minor, weights)]


def portions(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` units divided in proportion to ``weights`` (>= 0), adding up exactly.

    Largest remainder: what the divisions leave over goes to the largest remainders, the earlier
    part first. With all weights 0 the parts are equal. A part is never larger than its weight
    when ``amount`` is not larger than all of them. Raises ValueError for no or negative weights.
    """
    if not weights:
        raise ValueError("nothing to share among")
    if min(weights) < 0:
        raise ValueError("weights are never negative")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    sign = -1 if amount < 0 else 1
    parts: list[int] = []
    remainders: list[int] = []
    for weight in weights:
        part, remainder = divmod(abs(amount) * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    left = abs(amount) - sum(parts)
    if left:
        by_remainder = sorted(range(len(parts)), key=lambda index: (-remainders[index], index))
        for index in by_remainder[:left]:
            parts[index] += 1
    return [sign * part for part in parts]


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of ``amounts``, all in ``currency``; zero when there are none."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result

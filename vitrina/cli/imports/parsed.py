"""What the readers of foreign files make: drafts, and the faults they met. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from vitrina.catalog.drafts import ProductDraft
from vitrina.core.money import Money
from vitrina.core.money import decimals as decimals_of

YES = frozenset({"true", "yes", "1", "y", "taxable"})
GRAMS = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523"),
}
MILLIMETRES = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
    "yd": Decimal("914.4"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file: the line where it begins, and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of the columns that says something, trimmed; "" when none does."""
        for name in names:
            found = (self.cells.get(name) or "").strip()
            if found:
                return found
        return ""

    def says_yes(self, name: str, default: bool = False) -> bool:
        found = self.get(name).lower()
        return found in YES if found else default


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file. ``left_out``: the row did not go in; else it did, mended."""

    line: int
    key: str
    column: str
    value: str
    reason: str
    left_out: bool = True


@dataclass(frozen=True, slots=True)
class Parsed:
    """A product of a file. ``stock`` has a count for each variant, None for uncounted ones.

    ``categories`` are chains of titles; ``lines`` are the lines of the variants, for faults.
    """

    key: str
    draft: ProductDraft
    stock: tuple[int | None, ...]
    lines: tuple[int, ...]
    categories: tuple[tuple[str, ...], ...] = ()


class Faults(list[Fault]):
    """The faults met so far."""

    def left_out(self, line: Line, key: str, column: str, reason: str) -> None:
        self.append(Fault(line.number, key, column, line.get(column)[:200], reason))

    def mended(self, line: Line, key: str, column: str, reason: str, value: str = "") -> None:
        said = (value or line.get(column))[:200]
        self.append(Fault(line.number, key, column, said, reason, left_out=False))


def amount(text: str, currency: str) -> int:
    """``text`` such as ``1,299.00`` in minor units, rounded to them.

    Raises ValueError when it is no amount, or a negative one.
    """
    value = number(text)
    if value < 0:
        raise ValueError("negative")
    places = decimals_of(currency)
    return Money.parse(round(value, places), currency).minor


def number(text: str) -> Decimal:
    """``1,299.00``, ``1.299,00`` or ``12,5`` as a number. Raises ValueError."""
    cleaned = text.replace(" ", "").replace("\u00a0", "").lstrip("$€£₽")
    comma, dot = cleaned.rfind(","), cleaned.rfind(".")
    if comma > dot and (dot >= 0 or len(cleaned) - comma - 1 != 3):
        cleaned = cleaned.replace(".", "").replace(",", ".")
    else:
        cleaned = cleaned.replace(",", "")
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not value.is_finite() or abs(value) > 10**12:
        raise ValueError("not a number")
    return value


def whole(text: str) -> int:
    """``12``, ``12.0`` or ``12.6`` as a whole number. Raises ValueError."""
    return round(number(text))

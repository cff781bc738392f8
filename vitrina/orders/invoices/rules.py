"""Decisions about documents: how tax is grouped, what a refund takes off, which number is next.

Pure: whole minor units come in and go out, and no unit is ever lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vitrina.core.money import portions, round_half_up
from vitrina.orders.invoices.document import Line, TaxRow

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was sold at one rate, and what of it has been credited; gross amounts and their tax."""

    gross: int
    tax: int
    credited: int = 0
    credited_tax: int = 0

    @property
    def left(self) -> int:
        """What can be credited still, in minor units with tax."""
        return self.gross - self.credited

    @property
    def tax_left(self) -> int:
        """The tax in :attr:`left`."""
        return self.tax - self.credited_tax

    def less(self, gross: int, tax: int) -> "Bucket":
        """The bucket after another credit."""
        return Bucket(self.gross, self.tax, self.credited + gross, self.credited_tax + tax)


def series(prefix: str, year: int) -> str:
    """The series that a document of a year belongs to: ``INV-2026``."""
    return f"{prefix}-{year}"


def number(code: str, position: int) -> str:
    """The number of a document: ``INV-2026-000001``."""
    return f"{code}-{position:06d}"


def rate_text(rate: Decimal) -> str:
    """A rate as it is kept: ``0.23``, without needless zeros."""
    return format(rate.normalize(), "f")


def without_tax(amount: int, rate: Decimal, *, included: bool) -> int:
    """The part of a listed amount that is not tax."""
    return round_half_up(Decimal(amount) / (1 + rate)) if included else amount


def delivery_rate(
    net: int, tax: int, *, included: bool, lines: Sequence[Decimal], known: Sequence[Decimal]
) -> Decimal:
    """The rate that gives ``tax`` on a delivery: of a line's rates first, then of the order's.

    An order keeps the tax of its delivery, but not the rate.
    """
    if not net or not tax:
        return Decimal(0)
    candidates = list(dict.fromkeys([*lines, *known, sum(known, Decimal(0))]))
    fitting = [rate for rate in candidates if _tax_on(net, tax, rate, included) == tax]
    if fitting:
        return fitting[0]
    return (Decimal(tax) / net).quantize(Decimal("0.0001"))


def _tax_on(net: int, tax: int, rate: Decimal, included: bool) -> int:
    if included:
        return round_half_up(Decimal(net + tax) * rate / (1 + rate))
    return round_half_up(Decimal(net) * rate)


def by_rate(lines: Iterable[Line], names: Mapping[str, str]) -> tuple[TaxRow, ...]:
    """The lines by rate, the highest first; they add up to the document's net and tax.

    ``names`` are the names of the rates (``{"0.23": "VAT"}``).
    """
    base: dict[Key, int] = {}
    tax: dict[Key, int] = {}
    for line in lines:
        key = (line.rate, line.category)
        base[key] = base.get(key, 0) + line.net
        tax[key] = tax.get(key, 0) + line.tax
    ordered = sorted(base, key=lambda key: (-Decimal(key[0]), key[1]))
    return tuple(
        TaxRow(names.get(rate, ""), rate, category, base[rate, category], tax[rate, category])
        for rate, category in ordered
    )


def buckets(sold: Iterable[TaxRow], credited: Iterable[TaxRow]) -> dict[Key, Bucket]:
    """An invoice by rate, less the rates of the credit notes there have been."""
    back: dict[Key, tuple[int, int]] = {}
    for row in credited:
        gross, tax = back.get(row.key, (0, 0))
        back[row.key] = (gross + row.base + row.tax, tax + row.tax)
    return {
        row.key: Bucket(row.base + row.tax, row.tax, *back.get(row.key, (0, 0))) for row in sold
    }


def share(amount: int, left: Mapping[Key, Bucket]) -> dict[Key, int]:
    """A gross ``amount`` divided among the rates in proportion to what is left of each.

    Raises ValueError when it is more than is left altogether.
    """
    if not 0 <= amount <= sum(bucket.left for bucket in left.values()):
        raise ValueError("more than is left")
    parts = portions(amount, [bucket.left for bucket in left.values()]) if left else []
    return {key: part for key, part in zip(left, parts, strict=True) if part}


def tax_back(bucket: Bucket, gross: int) -> int:
    """The tax in ``gross`` that is credited of a rate.

    It is what the tax of all credits together should be, less what was credited before. So the
    credits of a whole invoice have exactly its tax, in however many parts they came.
    """
    if not bucket.gross:
        return 0
    together = round_half_up(Decimal(bucket.tax) * (bucket.credited + gross) / bucket.gross)
    return min(max(together - bucket.credited_tax, 0), gross)


def taxes_back(
    left: Mapping[Key, Bucket], parts: Mapping[Key, int], tax: int | None
) -> dict[Key, tuple[int, int]]:
    """(gross, tax) of each part of a credit; ``tax``: what the parts' taxes should add up to.

    Where the books rounded in another way, the difference is put where there is room for it.
    """
    found = {key: (gross, tax_back(left[key], gross)) for key, gross in parts.items()}
    missing = 0 if tax is None else tax - sum(part for _, part in found.values())
    for key, (gross, part) in found.items():
        most = min(gross, left[key].tax_left)
        moved = min(max(part + missing, 0), most)
        found[key] = (gross, moved)
        missing -= moved - part
    return found


def to_credit(*, refunded: int, captured: int, invoiced: int, credited: int) -> int:
    """How much of what went back has still to be credited.

    What came in beyond the invoice (an order that was paid twice) was never sold, so giving it
    back credits nothing.
    """
    surplus = max(captured - invoiced, 0)
    return max(min(refunded - surplus, invoiced) - credited, 0)

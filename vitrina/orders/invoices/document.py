"""What an invoice or a credit note says: plain values, kept as JSON and never changed.

Article 226 of Directive 2006/112/EC lists what has to be on an invoice; the numbers in brackets
below are its points. All amounts are whole minor units of ``currency``. Dates are ISO 8601.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from vitrina.core.money import Money

VERSION = 1


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer: full name and address (5), VAT number (3, 4). ``country`` is ISO 3166-1."""

    name: str
    company: str
    vat_number: str
    address: dict[str, str]
    email: str = ""
    phone: str = ""

    @property
    def country(self) -> str:
        return self.address.get("country", "")

    @property
    def title(self) -> str:
        """The name under which it trades: the company's where there is one."""
        return self.company or self.name


@dataclass(frozen=True, slots=True)
class Line:
    """What was sold, how much of it and of which kind (6).

    ``unit_net`` is the price of one before discount and tax; ``discount`` what was taken off the
    line, without tax (8); ``rate`` the tax rate as text (``0.23``) (9); ``net`` + ``tax`` is what
    the line costs. ``category`` is a code of UNTDID 5305. ``kind``: goods, delivery or refund.
    """

    kind: str
    title: str
    label: str
    sku: str
    quantity: int
    unit_net: int
    discount: int
    rate: str
    category: str
    net: int
    tax: int
    line_id: int | None = None

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class TaxRow:
    """The taxable amount of a rate (8), the rate (9) and the tax on it (10)."""

    name: str
    rate: str
    category: str
    base: int
    tax: int

    @property
    def key(self) -> tuple[str, str]:
        return self.rate, self.category

    @property
    def percent(self) -> Decimal:
        """The rate in per cent, without needless zeros: ``23`` or ``5.5``."""
        return percent(self.rate)


@dataclass(frozen=True, slots=True)
class Reference:
    """The invoice that a credit note corrects (Article 219)."""

    number: str
    issued_on: str


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or a credit note, whole.

    ``number`` is the sequential number (2), ``issued_on`` the date of issue (1), ``supplied_on``
    when the goods were paid or supplied (7). ``notes`` are the words that the law asks for where
    no tax is charged (11, 11a). The amounts of a credit note are positive, too.
    ``home_tax`` is the tax in the seller's own currency where the document has another (Article
    230): ``{"currency": "EUR", "tax": 372, "rate": "6.2"}``, ``rate`` being units of ``currency``
    for one of its own.
    """

    kind: str
    number: str
    order: str
    ordered_on: str
    issued_on: str
    supplied_on: str
    locale: str
    currency: str
    seller: Party
    buyer: Party
    delivery: dict[str, str] | None
    lines: tuple[Line, ...]
    taxes: tuple[TaxRow, ...]
    net: int
    tax: int
    total: int
    paid: int
    payment: str
    notes: tuple[str, ...]
    corrects: Reference | None = None
    home_tax: dict[str, Any] | None = None
    version: int = VERSION

    @property
    def due(self) -> int:
        """What is still to be paid, in minor units."""
        return self.total - self.paid

    @property
    def issued(self) -> date:
        return date.fromisoformat(self.issued_on)

    @property
    def is_credit(self) -> bool:
        return self.kind == "credit_note"

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def as_json(self) -> dict[str, Any]:
        """The document as plain values, for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Document":
        """A document that was kept with :meth:`as_json`."""
        corrects = data["corrects"]
        return cls(
            **{
                **data,
                "seller": Party(**data["seller"]),
                "buyer": Party(**data["buyer"]),
                "lines": tuple(Line(**line) for line in data["lines"]),
                "taxes": tuple(TaxRow(**row) for row in data["taxes"]),
                "notes": tuple(data["notes"]),
                "corrects": Reference(**corrects) if corrects else None,
            }
        )


def percent(rate: str) -> Decimal:
    """``0.23`` as ``23``."""
    return Decimal(format((Decimal(rate) * 100).normalize(), "f"))


def digest(data: Mapping[str, Any]) -> str:
    """The SHA-256 of a document's JSON: the same values give the same one on every database."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

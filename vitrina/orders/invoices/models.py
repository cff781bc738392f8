"""Invoices and credit notes, and the numbers they take."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import JSON, Base, EnumText, Identified, Minor
from vitrina.core.money import Money


class DocumentKind(StrEnum):
    """A CREDIT_NOTE takes back a part of an INVOICE, or all of it."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class NumberSeries(Base):
    """Numbers without gaps: ``INV-2026`` has given out 1 to ``next_number`` - 1.

    A number is taken by one UPDATE in the transaction that writes its document, so both are there
    or neither is. The row stays locked until then: whoever wants the next number waits.
    """

    __tablename__ = "number_series"
    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    next_number: Mapped[int] = mapped_column(default=1)
    __table_args__ = (sa.CheckConstraint("next_number >= 1", name="next_number"),)


class Invoice(Identified, Base):
    """An invoice or a credit note as it was issued. The database refuses every change.

    ``document`` holds all that is printed, and ``sha256`` its hash. ``cause`` says what it was
    issued for (``order:VT-1``, ``refund:...``), once each; ``corrects`` is the invoice that a
    credit note takes something off. ``total`` and ``tax`` are minor units and never negative.
    """

    __tablename__ = "invoices"
    number: Mapped[str] = mapped_column(sa.String(30), unique=True)
    series: Mapped[str] = mapped_column(sa.ForeignKey("number_series.code"))
    position: Mapped[int]
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    cause: Mapped[str] = mapped_column(sa.String(120), unique=True)
    corrects: Mapped[int | None] = mapped_column(sa.ForeignKey("invoices.id"), index=True)
    issued_at: Mapped[datetime]
    locale: Mapped[str] = mapped_column(sa.String(10))
    currency: Mapped[str] = mapped_column(sa.String(3))
    total: Mapped[int] = mapped_column(Minor)
    tax: Mapped[int] = mapped_column(Minor)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        sa.UniqueConstraint("series", "position"),
        sa.CheckConstraint("position >= 1", name="position"),
        sa.CheckConstraint("total >= 0 AND tax >= 0 AND tax <= total", name="amounts"),
        sa.CheckConstraint("(kind = 'credit_note') = (corrects IS NOT NULL)", name="corrects"),
    )

    @property
    def total_money(self) -> Money:
        return Money(self.total, self.currency)

    @property
    def tax_money(self) -> Money:
        return Money(self.tax, self.currency)

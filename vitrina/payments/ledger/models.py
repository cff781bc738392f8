"""The books: every movement of money as an entry whose postings add up to nothing.

Double entry: a positive amount is a debit, a negative one a credit. Rows are never changed and
never deleted; triggers in the database refuse it. A mistake is mended by another entry.
"""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import Base, Dated, EnumText, Identified, Minor


class EntryKind(StrEnum):
    """What an entry tells of."""

    SALE = "sale"
    EDIT = "edit"
    CAPTURE = "capture"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    FORGONE = "forgone"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    CREDIT_ISSUED = "credit_issued"
    CREDIT_VOIDED = "credit_voided"


class LedgerEntry(Identified, Dated, Base):
    """One movement. ``reference`` names its cause, so that a cause is booked once."""

    __tablename__ = "ledger_entries"
    kind: Mapped[EntryKind] = mapped_column(EnumText(EntryKind))
    reference: Mapped[str] = mapped_column(sa.String(120))
    order_id: Mapped[int | None] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    currency: Mapped[str] = mapped_column(sa.String(3))
    postings: Mapped[list["LedgerPosting"]] = relationship(order_by="LedgerPosting.id")
    __table_args__ = (
        sa.UniqueConstraint("kind", "reference"),
        sa.Index("ix_ledger_entries_created_at", "created_at"),
    )


class LedgerPosting(Identified, Base):
    """An amount on an account, in minor units of the entry's currency; debit > 0 > credit."""

    __tablename__ = "ledger_postings"
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("ledger_entries.id"), index=True)
    account: Mapped[str] = mapped_column(sa.String(60), index=True)
    amount: Mapped[int] = mapped_column(Minor)
    __table_args__ = (sa.CheckConstraint("amount <> 0", name="amount"),)

"""Gift cards and store credit: money that the shop owes, and that pays for orders."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import Base, Dated, EnumText, Identified, Minor
from vitrina.core.money import Money


class CreditKind(StrEnum):
    """A GIFT_CARD is its bearer's, STORE_CREDIT one customer's."""

    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"


class CreditAccount(Identified, Dated, Base):
    """A gift card, found by the keyed hash of its code, or a customer's credit in a currency.

    ``balance`` is what can be spent, in minor units: what is held for an order is not in it. It is
    changed by one conditional UPDATE, with a movement beside it.
    """

    __tablename__ = "credit_accounts"
    kind: Mapped[CreditKind] = mapped_column(EnumText(CreditKind))
    code_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    last4: Mapped[str] = mapped_column(sa.String(4), default="")
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    currency: Mapped[str] = mapped_column(sa.String(3))
    balance: Mapped[int] = mapped_column(Minor, default=0)
    expires_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    by: Mapped[str] = mapped_column(sa.String(80))
    __table_args__ = (
        sa.CheckConstraint("balance >= 0", name="balance"),
        sa.Index(
            "uq_credit_accounts_user_id_currency",
            "user_id",
            "currency",
            unique=True,
            sqlite_where=sa.text("kind = 'store_credit'"),
            postgresql_where=sa.text("kind = 'store_credit'"),
        ),
    )

    @property
    def money(self) -> Money:
        return Money(self.balance, self.currency)

    def status(self, now: datetime) -> str:
        """``active``, ``empty``, ``expired`` or ``void``."""
        if self.voided_at is not None:
            return "void"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active" if self.balance else "empty"


class CreditMovementKind(StrEnum):
    """HELD leaves the balance when an order is placed; it is then SPENT, or FREED again."""

    ISSUED = "issued"
    HELD = "held"
    FREED = "freed"
    SPENT = "spent"
    REFUNDED = "refunded"
    VOIDED = "voided"


class CreditMovement(Identified, Dated, Base):
    """A change of a balance, never changed itself; SPENT is 0: it only ends a HELD."""

    __tablename__ = "credit_movements"
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("credit_accounts.id"), index=True)
    kind: Mapped[CreditMovementKind] = mapped_column(EnumText(CreditMovementKind))
    amount: Mapped[int] = mapped_column(Minor)
    reference: Mapped[str] = mapped_column(sa.String(120))
    by: Mapped[str] = mapped_column(sa.String(80))
    __table_args__ = (sa.UniqueConstraint("kind", "reference"),)

"""Promotions: what is taken off, when, how often; and every use as a row."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import JSON, Base, Dated, EnumText, Identified, Minor
from vitrina.promotions.rules import PromotionKind, Standing

__all__ = ["Promotion", "PromotionCustomer", "PromotionKind", "PromotionUse"]


class Promotion(Identified, Dated, Base):
    """A discount: automatic when ``code`` is None, else for those who enter the code.

    ``code`` is stored in capitals. ``percent`` is 0 to 100; ``amount`` and ``minimum`` are minor
    units of the store's currency. ``conditions`` narrow the lines: ``{"product_ids": [],
    "category_ids": [], "collection_ids": [], "countries": [], "shipping_methods": []}``. Buy
    ``buy_quantity`` pieces and get ``get_quantity`` more at ``percent`` off (None: for nothing).
    ``stacks``: goes together with others.
    """

    __tablename__ = "promotions"
    name: Mapped[str] = mapped_column(sa.String(120))
    code: Mapped[str | None] = mapped_column(sa.String(60), unique=True)
    kind: Mapped[PromotionKind] = mapped_column(EnumText(PromotionKind))
    percent: Mapped[Any | None] = mapped_column(sa.Numeric(6, 3))
    amount: Mapped[int | None] = mapped_column(Minor)
    buy_quantity: Mapped[int] = mapped_column(default=0)
    get_quantity: Mapped[int] = mapped_column(default=0)
    minimum: Mapped[int] = mapped_column(Minor, default=0)
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    usage_limit: Mapped[int | None]
    per_customer_limit: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    stacks: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    __table_args__ = (
        sa.CheckConstraint("used >= 0", name="used"),
        sa.CheckConstraint("usage_limit IS NULL OR used <= usage_limit", name="limit"),
        sa.CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
    )

    def standing(self, now: datetime) -> Standing:
        """Where it stands; what was ended is over, whatever else is true of it."""
        if not self.is_active or (self.ends_at is not None and now >= self.ends_at):
            return Standing.ENDED
        if self.usage_limit is not None and self.used >= self.usage_limit:
            return Standing.USED_UP
        if self.starts_at is not None and now < self.starts_at:
            return Standing.PLANNED
        return Standing.ACTIVE

    @property
    def is_open_to_all(self) -> bool:
        """Whether its code is one that anybody may know: not made for a single use."""
        return self.usage_limit is None or self.usage_limit > 1


class PromotionCustomer(Base):
    """How often one customer used a promotion; ``customer`` is the hash of a lower-case e-mail."""

    __tablename__ = "promotion_customers"
    promotion_id: Mapped[int] = mapped_column(
        sa.ForeignKey("promotions.id", ondelete="CASCADE"), primary_key=True
    )
    customer: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    used: Mapped[int] = mapped_column(default=0)
    __table_args__ = (sa.CheckConstraint("used >= 0", name="used"),)


class PromotionUse(Identified, Dated, Base):
    """A use under a ``reference`` (an order's number). Given back by a second row of -1."""

    __tablename__ = "promotion_uses"
    promotion_id: Mapped[int] = mapped_column(
        sa.ForeignKey("promotions.id", ondelete="CASCADE"), index=True
    )
    reference: Mapped[str] = mapped_column(sa.String(80))
    customer: Mapped[str] = mapped_column(sa.String(64))
    count: Mapped[int] = mapped_column(default=1)
    __table_args__ = (
        sa.UniqueConstraint("promotion_id", "reference", "count"),
        sa.CheckConstraint("count IN (1, -1)", name="count"),
    )

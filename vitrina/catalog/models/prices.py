"""The currencies that prices are shown in, and what prices once were."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import Base, Identified, Minor


class PriceChange(Identified, Base):
    """A price from ``at`` on (store currency). Append-only; for the 30-day lowest price."""

    __tablename__ = "price_changes"
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id", ondelete="CASCADE"))
    price: Mapped[int] = mapped_column(Minor)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    __table_args__ = (sa.Index("ix_price_changes_variant_id_at", "variant_id", "at"),)


class Currency(Base):
    """A currency the store sells in beside its own. ``rate``: units of it for one of the store's.

    ``ending`` is what a converted price ends in, in minor units of ``step``: a step of 100 with an
    ending of 90 makes 12.90; 0 and 1 leave the price as it is.
    """

    __tablename__ = "currencies"
    code: Mapped[str] = mapped_column(sa.String(3), primary_key=True)
    rate: Mapped[Any] = mapped_column(sa.Numeric(18, 8))
    step: Mapped[int] = mapped_column(default=1)
    ending: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (sa.CheckConstraint("rate > 0", name="rate"),)

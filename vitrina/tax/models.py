"""Tax zones, and the rates in them by class and date."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import JSON, Base, Identified


class TaxZone(Identified, Base):
    """Countries with one tax. ``regions`` (``["PT-20"]``, ISO 3166-2) narrow it where they are set.

    Of several that fit an address the one with the highest ``priority`` counts.
    """

    __tablename__ = "tax_zones"
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    regions: Mapped[list[str]] = mapped_column(JSON, default=list)
    priority: Mapped[int] = mapped_column(default=0)
    rates: Mapped[list["TaxRate"]] = relationship(
        back_populates="zone", cascade="all, delete-orphan", order_by="TaxRate.id"
    )


class TaxRate(Identified, Base):
    """A rate (0.23 is 23 %) of a tax class (``standard``, ``reduced``, ...) in a zone."""

    __tablename__ = "tax_rates"
    zone_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tax_zones.id", ondelete="CASCADE"), index=True
    )
    tax_class: Mapped[str] = mapped_column(sa.String(40), default="standard")
    name: Mapped[str] = mapped_column(sa.String(80))
    rate: Mapped[Any] = mapped_column(sa.Numeric(9, 6))
    valid_from: Mapped[date | None] = mapped_column(sa.Date)
    valid_to: Mapped[date | None] = mapped_column(sa.Date)
    zone: Mapped[TaxZone] = relationship(back_populates="rates")
    __table_args__ = (sa.CheckConstraint("rate >= 0 AND rate < 1", name="rate"),)

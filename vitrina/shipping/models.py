"""Where the shop sends, how and for how much; and the parcels that left."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import JSON, Base, Dated, EnumText, Identified, Minor, TransitionRow
from vitrina.core.states import Machine


class ShippingZone(Identified, Base):
    """Countries (``["*"]``: all others), narrowed by ``regions`` and postal-code prefixes."""

    __tablename__ = "shipping_zones"
    name: Mapped[str] = mapped_column(sa.String(120), unique=True)
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    regions: Mapped[list[str]] = mapped_column(JSON, default=list)
    postal_codes: Mapped[list[str]] = mapped_column(JSON, default=list)
    priority: Mapped[int] = mapped_column(default=0)
    methods: Mapped[list["ShippingMethod"]] = relationship(
        back_populates="zone", cascade="all, delete-orphan", order_by="ShippingMethod.position"
    )


class ShippingMethod(Identified, Base):
    """A way to send within a zone. ``carrier`` names the provider that prices it.

    ``settings`` are the carrier's own (``{"price": 600}`` for flat_rate; amounts are minor units of
    the store's currency). ``free_from``: free at or over this sum of goods. The delivery takes
    ``handling_days`` + ``min_days`` to ``max_days`` working days.
    """

    __tablename__ = "shipping_methods"
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey("shipping_zones.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.String(300), default="")
    carrier: Mapped[str] = mapped_column(sa.String(40), default="flat_rate")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    free_from: Mapped[int | None] = mapped_column(Minor)
    handling_days: Mapped[int] = mapped_column(default=1)
    min_days: Mapped[int] = mapped_column(default=1)
    max_days: Mapped[int] = mapped_column(default=3)
    tax_class: Mapped[str] = mapped_column(sa.String(40), default="shipping")
    translations: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    zone: Mapped[ShippingZone] = relationship(back_populates="methods")
    __table_args__ = (
        sa.UniqueConstraint("zone_id", "code"),
        sa.CheckConstraint("min_days >= 0 AND max_days >= min_days", name="days"),
    )

    def text(self, field: str, locale: str) -> str:
        """``name`` or ``description`` in ``locale``."""
        return str(self.translations.get(locale, {}).get(field) or getattr(self, field))


class ShipmentState(StrEnum):
    """RETURNED: it was not taken, and is here again."""

    PACKING = "packing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class ShipmentVerb(StrEnum):
    """COME_BACK: the carrier could not hand it over, or nobody took it."""

    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"
    COME_BACK = "come_back"


SHIPMENT: Machine[ShipmentState, ShipmentVerb] = Machine(
    ShipmentState,
    start=ShipmentState.PACKING,
    moves={
        ShipmentVerb.SHIP: {ShipmentState.PACKING: ShipmentState.SHIPPED},
        ShipmentVerb.DELIVER: {ShipmentState.SHIPPED: ShipmentState.DELIVERED},
        ShipmentVerb.CANCEL: {ShipmentState.PACKING: ShipmentState.CANCELLED},
        # Also after a carrier's notice: it may have been delivered to its sender.
        ShipmentVerb.COME_BACK: {
            ShipmentState.SHIPPED: ShipmentState.RETURNED,
            ShipmentState.DELIVERED: ShipmentState.RETURNED,
        },
    },
)


class Shipment(Identified, Dated, Base):
    """A parcel of an order. ``number`` is the order's with a part: ``VT-4820193/1``."""

    __tablename__ = "shipments"
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    state: Mapped[ShipmentState] = mapped_column(
        EnumText(ShipmentState), default=SHIPMENT.start, index=True
    )
    carrier: Mapped[str] = mapped_column(sa.String(80), default="")
    tracking_number: Mapped[str] = mapped_column(sa.String(120), default="", index=True)
    tracking_url: Mapped[str] = mapped_column(sa.String(500), default="")
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    lines: Mapped[list["ShipmentLine"]] = relationship(cascade="all, delete-orphan")
    transitions: Mapped[list["ShipmentTransition"]] = relationship(
        cascade="all, delete-orphan", order_by="ShipmentTransition.id"
    )

    def moved(
        self, verb: str, before: ShipmentState, after: ShipmentState, by: str, note: str
    ) -> None:
        self.transitions.append(
            ShipmentTransition(verb=verb, before=before, after=after, by=by, note=note)
        )


class ShipmentLine(Identified, Base):
    """How many pieces of an order line are in a parcel."""

    __tablename__ = "shipment_lines"
    shipment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shipments.id", ondelete="CASCADE"), index=True
    )
    order_line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    __table_args__ = (sa.CheckConstraint("quantity > 0", name="quantity"),)


class ShipmentTransition(TransitionRow, Base):
    __tablename__ = "shipment_transitions"
    shipment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("shipments.id", ondelete="CASCADE"), index=True
    )

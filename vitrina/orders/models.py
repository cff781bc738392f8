"""Orders: what was bought, at which price, and everything that happened to it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import JSON, Base, Dated, EnumText, Identified, Minor
from vitrina.core.money import Money
from vitrina.core.states import Machine
from vitrina.orders.tables import OrderAdjustment, OrderNote, OrderTax, OrderTransition
from vitrina.payments.models import Payment, PaymentState, RefundState
from vitrina.shipping.models import Shipment, ShipmentState


class OrderState(StrEnum):
    """SHIPPED: everything has left. Partly shipped is computed, never stored."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OrderVerb(StrEnum):
    """REVIVE: money came after the time was over, and there was still stock."""

    PAY = "pay"
    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"
    REFUSE = "refuse"
    EXPIRE = "expire"
    REVIVE = "revive"


HELD = (PaymentState.PENDING, PaymentState.AUTHORIZED)

_S = OrderState
ORDER: Machine[OrderState, OrderVerb] = Machine(
    OrderState,
    start=_S.AWAITING_PAYMENT,
    moves={
        OrderVerb.PAY: {
            _S.AWAITING_PAYMENT: _S.PAID,
            # Cash on delivery: the parcel was quicker than the money.
            _S.SHIPPED: _S.SHIPPED,
            _S.DELIVERED: _S.DELIVERED,
        },
        OrderVerb.SHIP: {_S.PAID: _S.SHIPPED, _S.AWAITING_PAYMENT: _S.SHIPPED},
        OrderVerb.DELIVER: {_S.SHIPPED: _S.DELIVERED},
        OrderVerb.CANCEL: {_S.AWAITING_PAYMENT: _S.CANCELLED, _S.PAID: _S.CANCELLED},
        # Cash on delivery that the buyer did not take: the parcel is back.
        OrderVerb.REFUSE: {
            _S.AWAITING_PAYMENT: _S.CANCELLED,
            _S.SHIPPED: _S.CANCELLED,
            _S.DELIVERED: _S.CANCELLED,
        },
        OrderVerb.EXPIRE: {_S.AWAITING_PAYMENT: _S.EXPIRED},
        # Money came late and there was still stock: the order lives on.
        OrderVerb.REVIVE: {_S.EXPIRED: _S.PAID},
    },
)


class Order(Identified, Dated, Base):
    """An order as the buyer confirmed it. Amounts are minor units of ``currency``, for ever.

    ``subtotal`` is the sum of the lines at their listed prices, ``discount`` what was taken off
    (>= 0, lines and shipping), ``shipping`` the listed price of the delivery, ``tax`` all tax.
    ``tax_added`` is the part of the tax that is not in the prices, so: subtotal - discount +
    shipping + tax_added = total. Addresses are snapshots. ``checkout_key`` makes placing
    idempotent. Guests come back with a token signed over the number.
    """

    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(sa.String(20), unique=True)
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    cart_id: Mapped[int | None] = mapped_column(sa.ForeignKey("carts.id", ondelete="SET NULL"))
    checkout_key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    state: Mapped[OrderState] = mapped_column(EnumText(OrderState), default=ORDER.start)
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    currency: Mapped[str] = mapped_column(sa.String(3))
    shipping_address: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    billing_address: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    shipping_code: Mapped[str] = mapped_column(sa.String(40), default="")
    shipping_name: Mapped[str] = mapped_column(sa.String(120), default="")
    deliver_from: Mapped[datetime | None]
    deliver_to: Mapped[datetime | None]
    tax_included: Mapped[bool] = mapped_column(default=True)
    subtotal: Mapped[int] = mapped_column(Minor)
    discount: Mapped[int] = mapped_column(Minor, default=0)
    shipping: Mapped[int] = mapped_column(Minor, default=0)
    tax: Mapped[int] = mapped_column(Minor, default=0)
    tax_added: Mapped[int] = mapped_column(Minor, default=0)
    total: Mapped[int] = mapped_column(Minor)
    paid_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="OrderLine.id"
    )
    adjustments: Mapped[list[OrderAdjustment]] = relationship(
        cascade="all, delete-orphan", order_by=OrderAdjustment.id
    )
    taxes: Mapped[list[OrderTax]] = relationship(cascade="all, delete-orphan", order_by=OrderTax.id)
    transitions: Mapped[list[OrderTransition]] = relationship(
        cascade="all, delete-orphan", order_by=OrderTransition.id
    )
    notes: Mapped[list[OrderNote]] = relationship(
        cascade="all, delete-orphan", order_by=OrderNote.id
    )
    payments: Mapped[list[Payment]] = relationship(order_by=Payment.id)
    shipments: Mapped[list[Shipment]] = relationship(order_by=Shipment.id)
    __table_args__ = (
        sa.CheckConstraint("total >= 0 AND subtotal >= 0 AND discount >= 0", name="amounts"),
        sa.CheckConstraint("subtotal - discount + shipping + tax_added = total", name="sum"),
        sa.Index("ix_orders_state_created_at", "state", "created_at"),
        sa.Index("ix_orders_created_at", "created_at"),
    )

    def money(self, minor: int) -> Money:
        """``minor`` units as Money of the order's currency."""
        return Money(minor, self.currency)

    @property
    def country(self) -> str:
        """From where it is paid, as far as that is known (ISO 3166-1)."""
        address = self.billing_address or self.shipping_address or {}
        return str(address.get("country", ""))

    @property
    def total_money(self) -> Money:
        return self.money(self.total)

    @property
    def captured(self) -> Money:
        """What came in, before refunds."""
        return self.money(sum(payment.captured for payment in self.payments))

    @property
    def refunded(self) -> Money:
        """What went back, whatever for."""
        return self.money(sum(payment.refunded for payment in self.payments))

    @property
    def held(self) -> Money:
        """What gift cards and store credit keep ready for this order."""
        ready = [one for one in self.payments if one.is_credit and one.state in HELD]
        return self.money(sum(payment.amount for payment in ready))

    @property
    def outstanding(self) -> Money:
        """What has to come in still; negative when too much came. Surplus given back is no more."""
        return self.total_money - self.captured + self.money(self._surplus())

    def _surplus(self) -> int:
        """What went back, or is going to, because it was never owed."""
        return sum(
            refund.amount
            for payment in self.payments
            if payment.refunded or payment.refunding
            for refund in payment.refunds
            if not refund.of_sale and refund.state is not RefundState.FAILED
        )

    @property
    def is_given_back(self) -> bool:
        """Whether all that was paid for it went back, or is going to."""
        back = sum(payment.refunded + payment.refunding for payment in self.payments)
        return self.paid_at is not None and 0 < self.captured.minor <= back

    @property
    def attempts(self) -> list[Payment]:
        """The payments that a provider was asked for, in their order."""
        return [payment for payment in self.payments if not payment.is_credit]

    @property
    def credits(self) -> list[Payment]:
        """What gift cards and store credit pay or were to pay, in the order of their locks."""
        found = [payment for payment in self.payments if payment.is_credit]
        return sorted(found, key=lambda payment: payment.account_id or 0)

    @property
    def payment(self) -> Payment | None:
        """The payment that counts: a captured one of a provider, else the latest."""
        tried = self.attempts or self.payments
        return next((p for p in tried if p.captured), None) or (tried[-1] if tried else None)

    @property
    def payment_status(self) -> str:
        """``paid``, ``partially_refunded``, ``refunded``, or the state of the latest payment."""
        if self.refunded and self.refunded >= self.captured:
            return "refunded"
        if self.refunded.minor > (self._surplus() if self.paid_at else 0):
            return "partially_refunded"
        if self.paid_at:
            return "paid" if self.outstanding.minor <= 0 else "partially_paid"
        payment = self.payment
        if payment is None:
            return "pending"
        return "paid" if payment.state is PaymentState.CAPTURED else str(payment.state)

    @property
    def fulfilment_status(self) -> str:
        """``unfulfilled``, ``partly_shipped``, ``shipped``, ``delivered`` or ``not_needed``."""
        wanted = sum(line.wanted for line in self.lines if line.requires_shipping)
        if wanted == 0:
            return "not_needed"
        gone = [s for s in self.shipments if s.state in (ShipmentState.SHIPPED, "delivered")]
        shipped = sum(line.quantity for shipment in gone for line in shipment.lines)
        if shipped == 0:
            return "unfulfilled"
        if shipped < wanted:
            return "partly_shipped"
        arrived = all(shipment.state is ShipmentState.DELIVERED for shipment in gone)
        return "delivered" if arrived else "shipped"

    def moved(self, verb: str, before: OrderState, after: OrderState, by: str, note: str) -> None:
        self.transitions.append(
            OrderTransition(verb=verb, before=before, after=after, by=by, note=note)
        )


class OrderLine(Identified, Base):
    """A line with everything as it was: title, SKU, options, price, tax.

    ``unit_price`` is the listed price; ``discount`` what was taken off the whole line (>= 0);
    ``tax`` the tax of the line; ``total`` = unit_price * quantity - discount (+ tax if added);
    ``restocked`` pieces that had left are back on the shelf; ``called_off`` ones were paid back
    before they left.
    """

    __tablename__ = "order_lines"
    order_id: Mapped[int] = mapped_column(
        sa.ForeignKey("orders.id", ondelete="CASCADE"), index=True
    )
    variant_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("variants.id", ondelete="SET NULL"), index=True
    )
    product_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("products.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(sa.String(300))
    variant_label: Mapped[str] = mapped_column(sa.String(300), default="")
    sku: Mapped[str] = mapped_column(sa.String(120), default="")
    image: Mapped[str] = mapped_column(sa.String(300), default="")
    quantity: Mapped[int]
    unit_price: Mapped[int] = mapped_column(Minor)
    discount: Mapped[int] = mapped_column(Minor, default=0)
    tax_rate: Mapped[Any] = mapped_column(sa.Numeric(9, 6), default=0)
    tax: Mapped[int] = mapped_column(Minor, default=0)
    total: Mapped[int] = mapped_column(Minor)
    weight_g: Mapped[int] = mapped_column(default=0)
    requires_shipping: Mapped[bool] = mapped_column(default=True)
    restocked: Mapped[int] = mapped_column(default=0)
    called_off: Mapped[int] = mapped_column(default=0)
    order: Mapped[Order] = relationship(back_populates="lines")
    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="quantity"),
        sa.CheckConstraint("discount >= 0 AND total >= 0", name="amounts"),
        sa.CheckConstraint("restocked BETWEEN 0 AND quantity", name="restocked"),
        sa.CheckConstraint("called_off BETWEEN 0 AND quantity", name="called_off"),
    )

    @property
    def wanted(self) -> int:
        """The pieces that the buyer gets, or has got."""
        return self.quantity - self.called_off

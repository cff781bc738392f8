"""What mails say about orders: plain values with everything that a template needs."""

from dataclasses import dataclass
from datetime import datetime

from vitrina.core import locales
from vitrina.core.address import PostalAddress, lines
from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.notifications import office
from vitrina.orders.credits import accounts_of
from vitrina.orders.instructions import Instructions, instructions
from vitrina.orders.models import HELD, Order, OrderLine
from vitrina.payments.provider import Kind
from vitrina.shipping import queries as shipping
from vitrina.shipping.models import Shipment, ShipmentState


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of an order, or of a parcel, where it has no amount."""

    title: str
    label: str
    quantity: int
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What one payment pays of an order. ``last4`` is of a card or gift card, where it is known."""

    kind: str
    last4: str
    amount: Money


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order. ``collect_at``: where the buyer comes for it, None when it is sent.

    ``to_pay``: how a buyer pays who does so by themselves, None when there is nothing to do.
    """

    number: str
    link: str
    invoice_link: str
    lines: tuple[LineView, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    shipping_name: str
    tax: Money
    tax_added: Money
    total: Money
    captured: Money
    address: tuple[str, ...]
    deliver_from: datetime | None
    deliver_to: datetime | None
    payments: tuple[PaymentView, ...] = ()
    collect_at: str | None = None
    to_pay: Instructions | None = None

    @property
    def pays_at_the_door(self) -> bool:
        """Whether the parcel leaves before its money comes."""
        return self.to_pay is not None and self.to_pay.kind is Kind.ON_DELIVERY


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """A parcel. ``link`` is the carrier's page where it has one, else the order's."""

    carrier: str
    tracking_number: str
    link: str
    lines: tuple[LineView, ...]
    is_part: bool


def of_order(order: Order) -> OrderView:
    """An order as its mails show it, in the order's language."""
    locale = locales.get(order.locale)
    address = order.shipping_address
    return OrderView(
        number=order.number,
        link=office.order_link(order.number, locale),
        invoice_link=office.invoice_link(order.number, locale),
        lines=tuple(
            LineView(line.title, line.variant_label, line.quantity, _listed(order, line))
            for line in order.lines
        ),
        subtotal=order.money(order.subtotal),
        discount=order.money(order.discount),
        shipping=order.money(order.shipping),
        shipping_name=order.shipping_name,
        tax=order.money(order.tax),
        tax_added=order.money(order.tax_added),
        total=order.total_money,
        captured=order.captured,
        address=tuple(lines(PostalAddress.from_dict(address), locale.code)) if address else (),
        deliver_from=order.deliver_from,
        deliver_to=order.deliver_to,
        payments=_payments(order),
        collect_at=_collect_at(order),
        to_pay=instructions(order),
    )


def _collect_at(order: Order) -> str | None:
    address = order.shipping_address
    if not address or not order.shipping_code:
        return None
    to = PostalAddress.from_dict(address)
    place = Destination(to.country, to.region, to.postal_code)
    return shipping.collection_point(place, order.shipping_code, order.locale)


def _payments(order: Order) -> tuple[PaymentView, ...]:
    """How it was paid, where gift cards or store credit had a part in it."""
    accounts = accounts_of(order.payments)
    if not accounts:
        return ()
    return tuple(
        PaymentView(
            one.provider if one.is_credit else "other",
            accounts[one.id].last4
            if one.id in accounts
            else str((one.card or {}).get("last4", "")),
            order.money(one.captured or one.amount),
        )
        for one in order.payments
        if one.captured or one.state in HELD
    )


def of_shipment(order: Order, shipment: Shipment) -> ShipmentView:
    """A parcel of an order, with the pieces that are in it."""
    by_id = {line.id: line for line in order.lines}
    packed = tuple(
        LineView(
            by_id[part.order_line_id].title, by_id[part.order_line_id].variant_label, part.quantity
        )
        for part in shipment.lines
    )
    wanted = sum(line.wanted for line in order.lines if line.requires_shipping)
    sent = sum(
        part.quantity
        for parcel in order.shipments
        if parcel.state in (ShipmentState.SHIPPED, ShipmentState.DELIVERED)
        for part in parcel.lines
    )
    return ShipmentView(
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        link=shipment.tracking_url or office.order_link(order.number, locales.get(order.locale)),
        lines=packed,
        is_part=sent < wanted,
    )


def _listed(order: Order, line: OrderLine) -> Money:
    """What a line costs before discounts, so that the lines add up to the subtotal."""
    return order.money(line.unit_price * line.quantity)

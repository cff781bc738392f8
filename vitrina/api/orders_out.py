"""How the API shows orders."""

from datetime import datetime
from typing import Any

from vitrina.api.carts_out import DiscountOut, TaxOut
from vitrina.api.payments_out import PaymentOut, payments_out
from vitrina.api.schemas import Amount, Out
from vitrina.orders.instructions import instructions
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.rules import link_token
from vitrina.payments import queries as payments
from vitrina.payments.models import PaymentState
from vitrina.shipping.models import Shipment
from vitrina.web import paying
from vitrina.web.links import absolute


class OrderLineOut(Out):
    """A line as it was when it was bought. ``product_id``: null once the product is gone."""

    id: int
    product_id: int | None
    variant_id: int | None
    sku: str
    name: str
    variant: str
    quantity: int
    unit_price: Amount
    discount: Amount
    tax_rate: str
    tax: Amount
    total: Amount


class OrderQuoteOut(Out):
    """subtotal - discount + shipping + tax_added = total. ``tax`` is all tax, included or added."""

    subtotal: Amount
    discount: Amount
    shipping: Amount
    tax: Amount
    tax_added: Amount
    tax_included: bool
    total: Amount
    discounts: list[DiscountOut]
    taxes: list[TaxOut]


class OrderMethodOut(Out):
    """How it is sent, and between which days it arrives."""

    code: str
    name: str
    deliver_from: datetime | None
    deliver_to: datetime | None


class NextActionOut(Out):
    """What the buyer must do now: go to ``url``."""

    type: str
    url: str


class InstructionsOut(Out):
    """What the buyer does alone: a ``transfer``, a ``cheque``, or cash ``on_delivery``.

    ``account``: where the money goes, by field (``account_holder``, ``iban``, ``payable_to``);
    empty when the merchant has not said it. ``reference`` is to be named with the payment, which
    has to be there by ``due_at``.
    """

    kind: str
    amount: Amount
    reference: str
    account: dict[str, str]
    due_at: datetime | None


class ParcelLineOut(Out):
    line_id: int
    quantity: int


class ParcelOut(Out):
    """A parcel, and where it can be followed."""

    number: str
    status: str
    carrier: str
    tracking_number: str
    tracking_url: str
    shipped_at: datetime | None
    delivered_at: datetime | None
    lines: list[ParcelLineOut]


class StepOut(Out):
    """A step in the order's life."""

    at: datetime
    status: str


class OrderBriefOut(Out):
    """An order in a list."""

    id: int
    number: str
    status: str
    payment_status: str
    fulfilment_status: str
    email: str
    created_at: datetime
    total: Amount
    lines: list[OrderLineOut]


class OrderOut(OrderBriefOut):
    """An order, whole. ``token`` opens it to whoever has no account, and is told its buyer alone:
    with it come the buyer's rights, to cancel for one, which staff may not all have.
    """

    token: str | None
    currency: str
    locale: str
    paid_at: datetime | None
    expires_at: datetime | None
    quote: OrderQuoteOut
    shipping_address: dict[str, Any] | None
    billing_address: dict[str, Any] | None
    shipping_method: OrderMethodOut | None
    next_action: NextActionOut | None
    payment_instructions: InstructionsOut | None
    payments: list[PaymentOut]
    shipments: list[ParcelOut]
    history: list[StepOut]
    note: str


def brief_out(order: Order) -> OrderBriefOut:
    """An order as it stands in a list."""
    return OrderBriefOut(**_brief(order))


def order_out(order: Order, *, is_buyers: bool = False) -> OrderOut:
    """An order with all that belongs to it (as ``orders.queries.by_number`` reads it).

    ``is_buyers``: it is shown to its buyer, with the links that act in the buyer's name.
    """
    return OrderOut(
        **_brief(order),
        token=link_token(order.number) if is_buyers else None,
        currency=order.currency,
        locale=order.locale,
        paid_at=order.paid_at,
        expires_at=order.expires_at,
        quote=_quote_out(order),
        shipping_address=order.shipping_address,
        billing_address=order.billing_address,
        shipping_method=_method_out(order),
        next_action=_next_action(order) if is_buyers else None,
        payment_instructions=_instructions(order),
        payments=payments_out(order),
        shipments=[_parcel_out(shipment) for shipment in order.shipments],
        history=[StepOut(at=step.at, status=str(step.after)) for step in order.transitions],
        note="\n".join(note.text for note in order.notes if note.is_customer),
    )


def _instructions(order: Order) -> InstructionsOut | None:
    told = instructions(order)
    if told is None:
        return None
    return InstructionsOut(
        kind=str(told.kind),
        amount=told.amount,
        reference=told.number,
        account=dict(told.account),
        due_at=told.due_at,
    )


def _brief(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "status": str(order.state),
        "payment_status": order.payment_status,
        "fulfilment_status": order.fulfilment_status,
        "email": order.email,
        "created_at": order.created_at,
        "total": order.total_money,
        "lines": [_line_out(line, order) for line in order.lines],
    }


def _line_out(line: OrderLine, order: Order) -> OrderLineOut:
    return OrderLineOut(
        id=line.id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        sku=line.sku,
        name=line.title,
        variant=line.variant_label,
        quantity=line.quantity,
        unit_price=order.money(line.unit_price),
        discount=order.money(line.discount),
        tax_rate=_rate(line.tax_rate),
        tax=order.money(line.tax),
        total=order.money(line.total),
    )


def _rate(rate: Any) -> str:
    return format(rate.normalize(), "f") if rate else "0"


def _quote_out(order: Order) -> OrderQuoteOut:
    return OrderQuoteOut(
        subtotal=order.money(order.subtotal),
        discount=order.money(order.discount),
        shipping=order.money(order.shipping),
        tax=order.money(order.tax),
        tax_added=order.money(order.tax_added),
        tax_included=order.tax_included,
        total=order.total_money,
        discounts=_discounts(order),
        taxes=[
            TaxOut(
                name=one.name,
                rate=_rate(one.rate),
                base=order.money(one.base),
                tax=order.money(one.tax),
            )
            for one in order.taxes
        ],
    )


def _discounts(order: Order) -> list[DiscountOut]:
    """What each promotion took off, over all lines and the delivery."""
    sums: dict[tuple[str, str], int] = {}
    for one in order.adjustments:
        sums[one.label, one.code] = sums.get((one.label, one.code), 0) + one.amount
    return [
        DiscountOut(name=label, code=code or None, amount=order.money(amount))
        for (label, code), amount in sums.items()
    ]


def _method_out(order: Order) -> OrderMethodOut | None:
    if not order.shipping_code:
        return None
    return OrderMethodOut(
        code=order.shipping_code,
        name=order.shipping_name,
        deliver_from=order.deliver_from,
        deliver_to=order.deliver_to,
    )


def _next_action(order: Order) -> NextActionOut | None:
    payment = order.attempts[-1] if order.attempts else None
    if payment is None or payment.state is not PaymentState.REQUIRES_ACTION:
        return None
    if payments.form_secret(payment):
        return NextActionOut(type="redirect", url=absolute(paying.form_link(order.number)))
    action = payment.next_action or {}
    return NextActionOut(type=str(action.get("type", "redirect")), url=str(action.get("url", "")))


def _parcel_out(shipment: Shipment) -> ParcelOut:
    return ParcelOut(
        number=shipment.number,
        status=str(shipment.state),
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        tracking_url=shipment.tracking_url,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        lines=[
            ParcelLineOut(line_id=line.order_line_id, quantity=line.quantity)
            for line in shipment.lines
        ],
    )

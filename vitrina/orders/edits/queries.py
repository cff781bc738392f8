"""Orders as sheets of numbers, and the edits there have been."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.orders import refunds
from vitrina.orders.edits.models import OrderEdit
from vitrina.orders.edits.rules import Row, Sheet, TaxSum, rules_of
from vitrina.orders.invoices.rules import delivery_rate
from vitrina.orders.models import Order, OrderLine
from vitrina.shipping.models import ShipmentState
from vitrina.tax.rules import TaxRule


def of_order(order_id: int) -> Sequence[OrderEdit]:
    """The edits of an order, the oldest first."""
    return session.scalars(
        sa.select(OrderEdit).where(OrderEdit.order_id == order_id).order_by(OrderEdit.id)
    ).all()


def find(edit_id: int) -> OrderEdit | None:
    """The edit of that id."""
    return session.get(OrderEdit, edit_id)


def sheet_of(order: Order, free_delivery: tuple[TaxRule, ...] = ()) -> Sheet:
    """An order, loaded whole, in numbers.

    ``free_delivery``: the taxes of a delivery that costs nothing so far, should it get a price.
    """
    taxes = tuple(TaxSum(one.name, Decimal(one.rate), one.base, one.tax) for one in order.taxes)
    least = _staying(order)
    rows = tuple(_row(line, taxes, least[line.id]) for line in order.lines)
    off = sum(one.amount for one in order.adjustments if one.line_id is None)
    paid = order.shipping - off
    shipping_tax = order.tax - sum(row.tax for row in rows)
    rate = delivery_rate(
        paid - shipping_tax if order.tax_included else paid,
        shipping_tax,
        included=order.tax_included,
        lines=[row.tax_rate for row in rows],
        known=[one.rate for one in taxes],
    )
    return Sheet(
        included=order.tax_included,
        rows=rows,
        taxes=taxes,
        shipping=order.shipping,
        shipping_off=off,
        shipping_tax=shipping_tax,
        shipping_rules=rules_of(rate, taxes) if paid else free_delivery,
    )


def _row(line: OrderLine, taxes: tuple[TaxSum, ...], least: int) -> Row:
    rate = Decimal(line.tax_rate)
    return Row(
        line_id=line.id,
        variant_id=line.variant_id,
        title=line.title,
        label=line.variant_label,
        sku=line.sku,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        tax_rate=rate,
        tax=line.tax,
        total=line.total,
        rules=rules_of(rate, taxes),
        least=least,
    )


def _staying(order: Order) -> Mapping[int, int]:
    """The pieces of each line that no edit takes away.

    What has left stays, what was handed out with the payment (files), and lines of which something
    was paid back: their sums are in the refund.
    """
    touched = refunds.returned(order.id)
    packed: dict[int, int] = {}
    for shipment in order.shipments:
        for part in shipment.lines if shipment.state is not ShipmentState.CANCELLED else ():
            packed[part.order_line_id] = packed.get(part.order_line_id, 0) + part.quantity
    return {
        line.id: line.quantity
        if line.id in touched or (order.paid_at and not line.requires_shipping)
        else packed.get(line.id, 0)
        for line in order.lines
    }

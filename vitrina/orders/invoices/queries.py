"""Looking invoices and credit notes up. What is not yours does not exist."""

from collections.abc import Sequence

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.orders.invoices.errors import InvoiceNotFound
from vitrina.orders.invoices.models import DocumentKind, Invoice
from vitrina.orders.models import Order
from vitrina.orders.tables import RefundLine


def of_order(order_id: int) -> Sequence[Invoice]:
    """The documents of an order, the oldest first; one statement."""
    return session.scalars(
        sa.select(Invoice).where(Invoice.order_id == order_id).order_by(Invoice.id)
    ).all()


def by_number(number: str) -> tuple[Invoice, Order]:
    """A document with its order. Raises InvoiceNotFound."""
    row = session.execute(
        sa.select(Invoice, Order)
        .join(Order, Order.id == Invoice.order_id)
        .where(Invoice.number == number[:30].upper())
    ).first()
    if row is None:
        raise InvoiceNotFound(number=number[:30])
    return row[0], row[1]


def of_order_by_number(order: Order, number: str) -> Invoice:
    """A document of this very order. Raises InvoiceNotFound, also for another order's."""
    found = session.scalar(
        sa.select(Invoice).where(
            Invoice.number == number[:30].upper(), Invoice.order_id == order.id
        )
    )
    if found is None:
        raise InvoiceNotFound(number=number[:30])
    return found


def find_by_cause(cause: str) -> Invoice | None:
    """The document that was issued for this cause."""
    return session.scalar(sa.select(Invoice).where(Invoice.cause == cause))


def find_open(order_id: int) -> Invoice | None:
    """The invoice of an order that counts: the latest."""
    return session.scalar(
        sa.select(Invoice)
        .where(Invoice.order_id == order_id, Invoice.kind == DocumentKind.INVOICE)
        .order_by(Invoice.id.desc())
        .limit(1)
    )


def credits_of(invoice_id: int) -> Sequence[Invoice]:
    """The credit notes of an invoice, the oldest first."""
    return session.scalars(
        sa.select(Invoice).where(Invoice.corrects == invoice_id).order_by(Invoice.id)
    ).all()


def refunded_lines(refund_id: int) -> Sequence[RefundLine]:
    """What a refund was for, line by line."""
    return session.scalars(
        sa.select(RefundLine).where(RefundLine.refund_id == refund_id).order_by(RefundLine.id)
    ).all()

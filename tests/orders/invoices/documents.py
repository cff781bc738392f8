"""Invoices and credit notes of orders, through the worker."""

from tests import make
from vitrina.core.db import committing, session
from vitrina.orders import queries as orders
from vitrina.orders.invoices import queries
from vitrina.orders.invoices.actions import issue_invoice
from vitrina.orders.invoices.document import Document
from vitrina.orders.invoices.models import Invoice
from vitrina.orders.models import Order

YEAR = 2026


def invoice_of(order: Order) -> Invoice:
    with committing():
        return issue_invoice(orders.by_id(order.id))


def documents(order: Order) -> list[Document]:
    session.rollback()
    return [Document.from_json(one.document) for one in queries.of_order(order.id)]


def company(vat_number: str, country: str = "DE") -> Order:
    """A paid order without tax, of a company with a VAT number, that goes to ``country``."""
    order = make.paid_order(country=country)
    with committing():
        found = orders.by_id(order.id)
        address = {**(found.billing_address or {}), "company": "Muster GmbH"}
        found.billing_address = {**address, "vat_number": vat_number}
    return orders.by_id(order.id)

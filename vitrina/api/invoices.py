"""Invoices and credit notes: the list of an order's, and each as PDF."""

from datetime import datetime

from werkzeug.wrappers import Response

from vitrina.api import kit
from vitrina.api.access import shopper
from vitrina.api.kit import endpoint
from vitrina.api.orders import LinkQuery, is_theirs, visible
from vitrina.api.schemas import Amount, Out
from vitrina.orders.invoices import pdf, queries
from vitrina.orders.invoices.document import Document
from vitrina.orders.invoices.errors import InvoiceNotFound
from vitrina.orders.invoices.models import DocumentKind, Invoice
from vitrina.web import papers

invoices = kit.blueprint("invoices")


class InvoiceOut(Out):
    """A document. ``corrects``: the number of the invoice that a credit note takes off from."""

    number: str
    kind: DocumentKind
    issued_at: datetime
    total: Amount
    tax: Amount
    corrects: str | None
    pdf: str


class InvoicesOut(Out):
    items: list[InvoiceOut]


@endpoint(
    invoices, "GET", "/orders/<key>/invoices",
    summary="The invoices and credit notes of an order",
    description="The oldest first. Guests send the order's `token`. What is not yours is 404.",
    access=shopper, query=LinkQuery, answer=InvoicesOut, errors=(404,),
)  # fmt: skip
def of_order(key: str, query: LinkQuery) -> InvoicesOut:
    order = visible(key, query.token)
    return InvoicesOut(items=[_out(one) for one in queries.of_order(order.id)])


@endpoint(
    invoices, "GET", "/invoices/<number>.pdf",
    summary="An invoice or a credit note as PDF",
    description="PDF/A-3 with Factur-X (EN 16931) inside. Guests send the order's `token`.",
    access=shopper, query=LinkQuery, file=papers.PDF, limit="60/minute", errors=(404,),
)  # fmt: skip
def show(number: str, query: LinkQuery) -> Response:
    invoice, order = queries.by_number(number)
    if not is_theirs(order, query.token):
        raise InvoiceNotFound(number=number[:30])
    return papers.pdf(pdf.render(Document.from_json(invoice.document)), invoice.number)


def _out(invoice: Invoice) -> InvoiceOut:
    corrects = invoice.document["corrects"]
    return InvoiceOut(
        number=invoice.number,
        kind=invoice.kind,
        issued_at=invoice.issued_at,
        total=invoice.total_money,
        tax=invoice.tax_money,
        corrects=corrects["number"] if corrects else None,
        pdf=f"/api/{kit.VERSION}/invoices/{invoice.number}.pdf",
    )

"""The invoices of an order, for whoever holds its link or placed it."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from vitrina.orders.invoices import pdf, queries
from vitrina.orders.invoices.document import Document
from vitrina.orders.invoices.models import Invoice
from vitrina.storefront.orders import mine
from vitrina.web import papers, paying
from vitrina.web.access import public
from vitrina.web.limits import limiter

bp = Blueprint("invoices", __name__)


@bp.get("/orders/<number>/invoice.pdf")
@public
@limiter.limit("60/minute")
def newest(number: str) -> Response:
    """The invoice that counts. Until the worker has issued it, the order's page says so."""
    order = mine(number)
    invoice = queries.find_open(order.id)
    return _paper(invoice) if invoice else redirect(paying.order_link(number), 303)


@bp.get("/orders/<number>/invoices/<document>.pdf")
@public
@limiter.limit("60/minute")
def show(number: str, document: str) -> Response:
    """An invoice or a credit note of this order; those of other orders do not exist here."""
    return _paper(queries.of_order_by_number(mine(number), document))


def _paper(invoice: Invoice) -> Response:
    return papers.pdf(pdf.render(Document.from_json(invoice.document)), invoice.number)

"""Papers of orders: invoices and credit notes."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.admin.desk import Answer, done, note
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.orders import queries as orders
from vitrina.orders.invoices import actions, pdf, queries
from vitrina.orders.invoices.document import Document
from vitrina.web import papers
from vitrina.web.access import requires

bp = Blueprint("admin_papers", __name__, url_prefix="/admin/orders")


@bp.get("/<number>/invoices/<document>.pdf")
@requires(Permission.ORDERS_READ)
def invoice(number: str, document: str) -> Response:
    found = queries.of_order_by_number(orders.by_number(number), document)
    return papers.pdf(pdf.render(Document.from_json(found.document)), found.number)


@bp.post("/<number>/invoices")
@requires(Permission.ORDERS_WRITE)
def issue(number: str) -> Answer:
    """Invoice a paid order that has none, such as one from before there were invoices."""
    order = orders.by_number(number)
    with committing():
        made = actions.issue_invoice(order)
        note("order.invoice", f"order:{number}", document=made.number)
    return done(_("The invoice is issued."), "admin_orders.show", number=number)

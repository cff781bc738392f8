"""Papers of orders: invoices, credit notes, packing slips and picking lists."""

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.admin.desk import Answer, done, note
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.drawing.ornaments import order_picture
from vitrina.orders import queries as orders
from vitrina.orders.invoices import actions, pdf, queries
from vitrina.orders.invoices.document import Document
from vitrina.orders.models import Order
from vitrina.orders.papers import queries as slips
from vitrina.orders.papers.slips import Slip, packing_slip, picking_list
from vitrina.shipping import queries as parcels
from vitrina.web import papers
from vitrina.web.access import requires
from vitrina.web.visitor import visitor

PICTURE_PX = 720
PAPER = "#FFFFFF"

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


@bp.get("/<number>/packing-slip.pdf")
@requires(Permission.ORDERS_SHIP)
def slip(number: str) -> Response:
    """What an order still gets."""
    order = orders.by_number(number)
    return _slip(order, slips.slip_of_order(order))


@bp.get("/shipments/<path:number>/packing-slip.pdf")
@requires(Permission.ORDERS_SHIP)
def parcel_slip(number: str) -> Response:
    parcel = parcels.shipment_by_number(number)
    order = orders.by_id(parcel.order_id)
    return _slip(order, slips.slip_of_parcel(order, parcel))


def _slip(order: Order, found: Slip) -> Response:
    """The drawing of the order goes with the parcel, as it does with the mail."""
    picture = order_picture(order.number, PICTURE_PX, paper=PAPER)
    data = packing_slip(found, slips.shop(), at=clock.now(), picture=picture)
    return papers.pdf(data, f"packing-slip-{found.number.replace('/', '-')}")


@bp.get("/picking-list.pdf")
@requires(Permission.ORDERS_SHIP)
def picks() -> Response:
    """What to fetch for the orders that are named (``?order=``), or for all that wait."""
    wanted = slips.to_pick(request.args.getlist("order")[: slips.MOST])
    data = picking_list(
        slips.picks(wanted),
        [order.number for order in wanted],
        slips.shop(),
        locale=visitor().locale,
        at=clock.now(),
    )
    return papers.pdf(data, "picking-list")

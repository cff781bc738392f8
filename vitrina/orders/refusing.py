"""Parcels that were to be paid at the door and were not: they are back, and the order is over."""

from collections.abc import Mapping

from vitrina.core.events import record
from vitrina.inventory import actions as inventory
from vitrina.orders import actions, queries
from vitrina.orders.actions import GONE
from vitrina.orders.errors import CannotCancel
from vitrina.orders.events import OrderCancelled
from vitrina.orders.models import ORDER, Order, OrderVerb
from vitrina.shipping import actions as parcels

REASON = "refused"


def may_refuse(order: Order) -> bool:
    """Whether something of an order has left, and nobody has paid anything for it."""
    return ORDER.can(order, OrderVerb.REFUSE) and not order.captured and bool(sent(order))


def sent(order: Order) -> dict[int, int]:
    """The pieces of each line (by id) that have left and are not back on the shelf."""
    found: dict[int, int] = {}
    for shipment in order.shipments:
        for part in shipment.lines if shipment.state in GONE else ():
            found[part.order_line_id] = found.get(part.order_line_id, 0) + part.quantity
    for line in order.lines:
        if line.id in found:
            found[line.id] -= line.restocked
    return found


def refuse(order: Order, restock: Mapping[int, int] | None = None, *, by: str) -> None:
    """The buyer did not take and pay what was brought: end the order, and free what it holds.

    ``restock``: pieces by order line that go back on the shelf; None: all that had left. Raises
    CannotCancel when something was paid or nothing has left, NotRestockable.
    """
    order = queries.lock(order.id)
    if not may_refuse(order):
        raise CannotCancel(number=order.number, state=str(order.state))
    inventory.release(order.number, by=by)  # promises come before shelves (docs/locking.md)
    actions.restock(order, sent(order) if restock is None else restock, by=by)
    for shipment in order.shipments:
        if shipment.state in GONE:
            parcels.come_back(shipment, by=by, note=REASON)
    ORDER.move(order, OrderVerb.REFUSE, by=by)
    order.expires_at = None
    actions.free(order, by=by)
    record(OrderCancelled(order_id=order.id, number=order.number, reason=REASON))

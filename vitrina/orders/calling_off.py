"""Pieces that were paid back before they left: they are not sent any more."""

from collections.abc import Mapping

from vitrina.inventory import changing
from vitrina.orders import actions
from vitrina.orders.models import Order, OrderState


def call_off(order: Order, pieces: Mapping[int, int], *, by: str) -> None:
    """Send fewer pieces of a paid, locked order (``{line_id: pieces}``), as far as they are here.

    Others may buy them. An order of which nothing else is to leave is shipped.
    """
    left = actions.unshipped(order)
    deltas: dict[int, int] = {}
    for line in order.lines:
        off = min(pieces.get(line.id, 0), left.get(line.id, 0))
        if off <= 0:
            continue
        line.called_off += off
        if line.variant_id is not None:
            deltas[line.variant_id] = deltas.get(line.variant_id, 0) - off
    if deltas:
        changing.change(order.number, deltas, expires_at=None, by=by)
    actions.close_shipping(order, by=by)


def left_to_call_off(order: Order) -> dict[int, int]:
    """The pieces of each line (by id) that were paid, have not left, and need not leave."""
    is_kept = order.state is OrderState.PAID and not order.is_given_back
    return actions.unshipped(order) if is_kept else {}


def call_off_rest(order: Order, *, by: str) -> None:
    """Send nothing more of an order of which all the money went back, should a part have left."""
    is_over = order.state is OrderState.PAID and order.is_given_back
    if is_over and not actions.may_cancel(order):
        call_off(order, actions.unshipped(order), by=by)

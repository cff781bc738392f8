"""Worlds for tests of returns."""

from collections.abc import Mapping

from tests import make
from vitrina.catalog.models.products import Variant
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.orders import queries as orders
from vitrina.orders.models import Order
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece, Verdict
from vitrina.orders.returns.models import Reason, Return

BY, STAFF = "guest", "staff:1"


def delivered(lines: list[tuple[Variant, int]] | None = None, **fields: object) -> Order:
    """A delivered order of three mugs at 9.99, of which its lines' sums do not divide evenly."""
    if lines is None:
        lines = [(make.variant(price="9.99", stock=10), 3)]
    return make.delivered_order(lines, **fields)


def asked(order: Order, pieces: Mapping[int, int] | None = None, **fields: object) -> Return:
    """A return that the buyer asked for; all of the first line unless ``pieces`` say otherwise."""
    wanted = pieces or {order.lines[0].id: order.lines[0].quantity}
    with committing():
        made = actions.request(
            order,
            [Piece(line, quantity, Reason.CHANGED_MIND) for line, quantity in wanted.items()],
            by=BY,
            **fields,  # type: ignore[arg-type]
        )
        number = made.number
    return queries.by_number(number)


def arrived(order: Order, pieces: Mapping[int, int] | None = None, **fields: object) -> Return:
    """A return whose pieces are all here, waiting to be looked at."""
    back = asked(order, pieces, **fields)
    with committing():
        actions.approve(back, by=STAFF)
    with committing():
        actions.receive(back, by=STAFF)
    return fresh(back)


def finished(back: Return, *, restock: bool = True, **fields: object) -> Return:
    """The return after everything that arrived was accepted."""
    with committing():
        verdicts = {
            line.id: Verdict(line.received, line.received if restock else 0) for line in back.lines
        }
        actions.inspect(back, verdicts, by=STAFF, **fields)  # type: ignore[arg-type]
    return fresh(back)


def fresh(back: Return) -> Return:
    number = back.number
    session.rollback()
    session.expire_all()
    return queries.by_number(number)


def order_of(back: Return) -> Order:
    return orders.by_id(back.order_id)


def nothing_is_wrong() -> bool:
    return not any(examine().values())

"""An order that staff edit, and the books that must agree with it."""

from typing import Any

import sqlalchemy as sa

from tests.conftest import Shop
from vitrina.checkout import editing
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.inventory.queries import availability
from vitrina.orders import queries
from vitrina.orders.edits.models import OrderEdit
from vitrina.orders.edits.rules import Wish
from vitrina.orders.models import Order
from vitrina.payments.ledger.models import LedgerEntry, LedgerPosting

BY = "staff:1"


def edit(order: Order, **wish: Any) -> OrderEdit:
    """See an edit, and confirm it."""
    seen = editing.preview(queries.by_id(order.id), Wish(**wish))
    with committing():
        return editing.confirm(order, Wish(**wish), fingerprint=seen.fingerprint, by=BY)


def again(order: Order) -> Order:
    session.expire_all()
    return queries.by_id(order.id)


def left(variant_id: int) -> int:
    return availability([variant_id])[variant_id].available


def receivable(order: Order) -> int:
    """What the buyer owes by the books, in minor units."""
    return int(
        session.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(LedgerPosting.amount), 0))
            .join(LedgerEntry)
            .where(LedgerEntry.order_id == order.id, LedgerPosting.account == "receivable")
        )
        or 0
    )


def check(shop: Shop, order: Order) -> Order:
    """All of it adds up: the order, its books, its stock."""
    shop.work()
    order = again(order)
    assert order.subtotal == sum(line.unit_price * line.quantity for line in order.lines)
    assert order.tax == sum(one.tax for one in order.taxes)
    for line in order.lines:
        off = sum(one.amount for one in order.adjustments if one.line_id == line.id)
        assert off == line.discount
    assert sum(one.amount for one in order.adjustments) == order.discount
    if order.paid_at is not None:
        assert receivable(order) == order.outstanding.minor
    assert not any(examine().values()), examine()
    return order

"""The money of an edited order: the books, what goes back, and what is still to come in."""

from vitrina.checkout.rules import LONGEST_WAIT
from vitrina.checkout.settling import close_cart
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.inventory import actions as inventory
from vitrina.orders import actions as orders
from vitrina.orders import refunds
from vitrina.orders.edits.models import OrderEdit
from vitrina.orders.edits.rules import Sheet
from vitrina.orders.models import Order
from vitrina.payments import actions as payments
from vitrina.payments import registry
from vitrina.payments.errors import UnknownProvider
from vitrina.payments.ledger import actions as ledger
from vitrina.payments.ledger import rules as books
from vitrina.payments.ledger.models import EntryKind
from vitrina.payments.models import Payment
from vitrina.payments.provider import BY_HAND
from vitrina.payments.queries import OPEN

REASON = "edited"


def is_by_hand(payment: Payment) -> bool:
    """Whether people see its money come: nobody at a provider holds another sum for it."""
    if payment.is_credit:
        return False
    try:
        return registry.get(payment.provider).info.kind in BY_HAND
    except UnknownProvider:
        return False


def is_accepted(order: Order) -> bool:
    """Whether what is promised to the order is promised for good."""
    open_ones = [one for one in order.attempts if one.state in OPEN]
    return order.paid_at is not None or any(is_by_hand(one) for one in open_ones)


def give_time(order: Order) -> None:
    """Whoever pays a changed order by card has a day for it."""
    if order.expires_at is not None and not is_accepted(order):
        order.expires_at = max(order.expires_at, clock.now() + LONGEST_WAIT)


def settle(order: Order, before: Sheet, edit: OrderEdit, *, by: str) -> None:
    """Enter the difference in the books, and owe back or wait for what it comes to.

    An unpaid order that is covered now, by gift cards or by what came in, is sold. Raises
    NotRefundable when the money that has to go back is in dispute.
    """
    left = order.outstanding.minor - order.held.minor
    if edit.was_sold:
        _book(order, before, edit)
    elif left <= 0:
        for payment in order.attempts:
            payments.abandon(payment, by=by, note=REASON)
        inventory.commit(order.number, by=by)
        orders.mark_paid(order, by=by)
        close_cart(order)
    if order.paid_at is not None and order.outstanding.minor < 0:
        refunds.give_back_surplus(order, -order.outstanding, reason=REASON, by=by)
    if edit.delta:
        _ask_for(order, max(left, 0), by=by)
    session.flush()


def _book(order: Order, before: Sheet, edit: OrderEdit) -> None:
    old = books.sale(
        total=before.total, discount=before.discount, shipping=before.shipping, tax=before.tax
    )
    new = books.sale(
        total=order.total, discount=order.discount, shipping=order.shipping, tax=order.tax
    )
    ledger.book(
        EntryKind.EDIT,
        f"{order.number}/edit:{edit.id}",
        order.currency,
        books.changed(old, new),
        order_id=order.id,
    )


def _ask_for(order: Order, due: int, *, by: str) -> None:
    """Let open payments ask for the new sum: a transfer's is noted, a card's is begun anew."""
    for payment in order.attempts:
        if payment.state not in OPEN:
            continue
        if due and is_by_hand(payment):
            payments.ask_for(payment, order.money(due))
        else:
            payments.abandon(payment, by=by, note=REASON)

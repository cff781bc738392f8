"""Unpaid orders whose place a new order of the same cart takes, and what they hold until then."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.core.db import session
from vitrina.inventory import queries as inventory
from vitrina.orders.models import HELD, Order, OrderState


def unpaid_of_cart(cart_id: int) -> Sequence[Order]:
    """The orders of a cart that still wait for their money, with their payments. Locks nothing."""
    return session.scalars(_unpaid(cart_id)).all()


def lock_unpaid_of_cart(cart_id: int) -> Sequence[Order]:
    """As :func:`unpaid_of_cart`, as they are now, and locked until the commit."""
    return session.scalars(
        _unpaid(cart_id).with_for_update(of=Order).execution_options(populate_existing=True)
    ).all()


def may_be_replaced(orders: Iterable[Order]) -> bool:
    """Whether unpaid orders can be put aside: no money for any of them may be on its way."""
    return not any(payment.is_on_its_way for order in orders for payment in order.attempts)


def credit_held(cart_id: int) -> dict[int, int]:
    """What a new order of the cart would set free, in minor units, by the id of the credit account.

    Gift cards and store credit that its unpaid orders hold; nothing while they must stay.
    """
    older = unpaid_of_cart(cart_id)
    found: dict[int, int] = {}
    if not may_be_replaced(older):
        return found
    for payment in (one for order in older for one in order.credits if one.state in HELD):
        assert payment.account_id is not None  # it is a credit
        found[payment.account_id] = found.get(payment.account_id, 0) + payment.amount
    return found


def pieces_held(cart_id: int) -> dict[int, int]:
    """As :func:`credit_held`: the pieces that would be free for a new order, by variant."""
    older = unpaid_of_cart(cart_id)
    if not older or not may_be_replaced(older):
        return {}
    return inventory.promised(order.number for order in older)


def _unpaid(cart_id: int) -> sa.Select[Order]:
    return (
        sa.select(Order)
        .where(Order.cart_id == cart_id, Order.state == OrderState.AWAITING_PAYMENT)
        .order_by(Order.id)
        .options(selectinload(Order.payments))
    )

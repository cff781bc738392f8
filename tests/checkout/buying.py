"""A purchase through checkout, and what is to be seen of it afterwards."""

import sqlalchemy as sa

from vitrina.cart.models import Cart, CartState
from vitrina.core.db import session
from vitrina.core.events import OutboxEvent
from vitrina.inventory.queries import availability
from vitrina.inventory.queries import find_discrepancies as stock_faults
from vitrina.orders.audits import find_discrepancies as order_faults
from vitrina.orders.models import Order
from vitrina.payments.queries import find_discrepancies as payment_faults


def left(variant_id: int) -> int:
    session.rollback()
    return availability([variant_id])[variant_id].available


def news(order: Order) -> list[str]:
    rows = session.execute(sa.select(OutboxEvent.name, OutboxEvent.payload).order_by("id"))
    return [name for name, payload in rows if payload.get("number") == order.number]


def faults() -> list[str]:
    session.rollback()
    return [*stock_faults(), *payment_faults(), *order_faults()]


def cart_state(order: Order) -> CartState:
    session.rollback()
    return session.get_one(Cart, order.cart_id).state

"""A buyer at the checkout of the storefront."""

import sqlalchemy as sa

from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.db import session
from vitrina.inventory import queries as stock
from vitrina.orders.models import Order

ADDRESS = {
    "email": "ana@example.com",
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "city": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}
GOOD, BAD, ASKS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0025 0000 3155"


def at_checkout(shop: Shop, variant_id: int, quantity: int = 1) -> Browser:
    browser = shop.browser()
    browser.post("/cart/items", {"variant_id": variant_id, "quantity": quantity})
    browser.open("/checkout")
    return browser


def orders() -> list[Order]:
    session.rollback()
    return list(session.scalars(sa.select(Order).order_by(Order.id)))


def left(variant_id: int) -> int:
    session.rollback()
    return stock.availability([variant_id])[variant_id].available

"""The figures that staff see first."""

from datetime import timedelta

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.orders.desk import figures
from vitrina.orders.queries import by_id


def test_what_was_given_back_is_not_among_the_sales(shop: Shop) -> None:
    order = make.paid_order([(make.variant(stock=5, price="20.00"), 2)])
    make.paid_order([(make.variant(stock=5, price="20.00"), 1)])
    with committing():
        checkout.refund(by_id(order.id), Money(1000, "EUR"), reason="a dent", by="staff:1")
    shop.work()
    found = figures(clock.now() - timedelta(days=1))
    assert (found.to_ship, found.sold) == (2, 2)
    assert found.sales == (Money(4500 + 2500 - 1000, "EUR"),)

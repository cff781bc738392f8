"""The figures that staff see first."""

from datetime import timedelta

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.orders.desk import figures, sales
from vitrina.orders.queries import by_id


def test_what_was_given_back_is_not_among_the_sales(shop: Shop) -> None:
    order = make.paid_order([(make.variant(stock=5, price="20.00"), 2)])
    make.paid_order([(make.variant(stock=5, price="20.00"), 1)])
    with committing():
        checkout.refund(by_id(order.id), Money(1000, "EUR"), reason="a dent", by="staff:1")
    shop.work()
    now = clock.now()
    assert figures().to_ship == 2
    found = sales(now - timedelta(days=1), now + timedelta(seconds=1))
    assert found.orders == 2
    assert found.sums == (Money(4500 + 2500 - 1000, "EUR"),)


def test_sales_of_a_time_are_those_that_were_paid_in_it(shop: Shop) -> None:
    make.paid_order([(make.variant(stock=5, price="20.00"), 1)])
    now, day = clock.now() + timedelta(seconds=1), timedelta(days=1)
    assert sales(now - day, now).orders == 1
    assert sales(now - 2 * day, now - day).orders == 0
    assert sales(now - 2 * day, now - day).sums == ()

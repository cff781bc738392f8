"""Money that comes late, twice, or not as asked: nobody loses any of it."""

import pytest

from tests import make
from tests.checkout.buying import faults, left, news
from tests.conftest import Shop
from vitrina.catalog.queries import variant
from vitrina.checkout import actions, till
from vitrina.checkout.tasks import expire_unpaid
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.core.money import Money
from vitrina.orders import actions as order_actions
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState
from vitrina.payments.provider import Outcome, Status

pytestmark = pytest.mark.usefixtures("shop")


def late_money(order: Order) -> Order:
    payment = order.payments[0]
    with committing():
        actions.settle(
            payment.id, Outcome(Status.CAPTURED, amount=payment.money), by="provider:sandbox"
        )
    return queries.by_id(order.id)


def expired(mug_stock: int = 2) -> tuple[Order, int]:
    mug = make.variant(stock=mug_stock)
    order = make.order([(mug, 2)], token="tok_3ds")
    with clock.later(minutes=16):
        expire_unpaid()
    return order, mug.id


def test_late_money_revives_an_order_while_there_is_stock() -> None:
    order, mug = expired()
    order = late_money(order)
    assert order.state is OrderState.PAID
    assert left(mug) == 0
    assert faults() == []


def test_late_money_goes_back_when_the_stock_is_gone(shop: Shop) -> None:
    order, mug = expired()
    make.paid_order([(variant(mug), 1)])
    order = late_money(order)
    assert order.state is OrderState.EXPIRED
    assert order.payments[0].refunding == order.total
    assert "RefundAsked" in news(order)
    assert faults() == []


def test_money_that_comes_after_a_cancellation_goes_back() -> None:
    order = make.order(token="tok_3ds")
    with committing():
        order_actions.cancel(order, reason="changed mind", by="guest")
    order = late_money(order)
    assert order.state is OrderState.CANCELLED
    assert order.payments[0].refunding == order.total


def test_paying_twice_gives_the_second_one_back() -> None:
    order = make.order(token="tok_3ds")
    with committing():
        payment = actions.retry_payment(order, "sandbox", by="guest")
    till.pay(payment.id, token="tok_success", return_url="/")
    order = late_money(order)
    assert order.state is OrderState.PAID
    assert [p.refunding for p in order.payments] == [order.total, 0]


def test_money_in_another_currency_is_not_taken_for_the_money() -> None:
    order = make.order(token="tok_3ds")
    payment = order.payments[0]
    for wrong in (Money(payment.amount, "RUB"), None):
        with committing():
            actions.settle(payment.id, Outcome(Status.CAPTURED, amount=wrong), by="provider:x")
    order = queries.by_id(order.id)
    assert order.state is OrderState.AWAITING_PAYMENT
    assert len(order.notes) == 1
    assert order.captured == Money(0, "EUR")
    assert any("wrong currency" in fault for fault in faults())


def test_too_little_money_pays_no_order_and_goes_back_when_the_rest_never_comes(
    shop: Shop,
) -> None:
    order = make.order(token="tok_3ds")
    payment = order.payments[0]
    with committing():
        actions.settle(
            payment.id, Outcome(Status.CAPTURED, amount=Money(1, "EUR")), by="provider:x"
        )
    order = queries.by_id(order.id)
    assert order.state is OrderState.AWAITING_PAYMENT
    assert (order.captured.minor, order.outstanding.minor) == (1, order.total - 1)
    assert order.payments[0].problem == "wrong_amount"
    with clock.later(minutes=20), committing():
        assert actions.expire(order.id)
    order = queries.by_id(order.id)
    assert order.state is OrderState.CANCELLED
    assert [(one.amount, one.of_sale) for one in order.payments[0].refunds] == [(1, False)]


def test_too_much_money_pays_the_order_and_the_surplus_goes_back() -> None:
    order = make.order(token="tok_3ds")
    payment = order.payments[0]
    much = Money(payment.amount + 500, "EUR")
    with committing():
        actions.settle(payment.id, Outcome(Status.CAPTURED, amount=much), by="provider:x")
    order = queries.by_id(order.id)
    assert (order.state, order.payment_status) == (OrderState.PAID, "paid")
    assert [(one.amount, one.of_sale) for one in order.payments[0].refunds] == [(500, False)]
    assert faults() == []

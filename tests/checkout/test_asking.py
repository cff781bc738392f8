"""Payments that are not decided at once: the bank asks, money is delayed, answers are lost."""

import pytest

from tests import make
from tests.checkout.buying import faults, left, news
from tests.conftest import Shop
from vitrina.checkout import actions, till
from vitrina.checkout.tasks import deliver_sandbox_webhooks, expire_unpaid, poll_payments
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.orders import queries
from vitrina.orders.models import OrderState
from vitrina.payments import registry
from vitrina.payments.errors import PaymentOpen
from vitrina.payments.models import PaymentState

pytestmark = pytest.mark.usefixtures("shop")


def test_three_d_secure_waits_for_the_buyer(shop: Shop) -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 1)], token="tok_3ds")
    payment = order.payments[0]
    assert order.payment_status == "requires_action"
    assert payment.next_action == {
        "type": "redirect",
        "url": f"/sandbox/3ds/{payment.provider_ref}",
    }
    assert left(mug.id) == 1
    registry.get("sandbox").bank.authenticate(payment.provider_ref, approved=True)  # type: ignore[attr-defined]
    assert till.look(payment.id).state is PaymentState.CAPTURED
    assert till.look(payment.id).state is PaymentState.CAPTURED
    assert queries.by_id(order.id).state is OrderState.PAID
    assert faults() == []


def test_delayed_money_completes_the_order_by_webhook(shop: Shop) -> None:
    order = make.order(token="tok_delay")
    assert order.payment_status == "pending"
    with pytest.raises(PaymentOpen), committing():
        actions.retry_payment(order, "sandbox", by="guest")
    with clock.later(seconds=10):
        deliver_sandbox_webhooks()
        deliver_sandbox_webhooks()
        shop.work()
    order = queries.by_id(order.id)
    assert order.state is OrderState.PAID
    assert news(order).count("OrderPaid") == 1
    assert faults() == []


def test_a_lost_answer_is_never_guessed_and_settled_by_asking() -> None:
    order = make.order(token="tok_timeout")
    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.payment_status == "pending"
    with clock.later(minutes=1):
        poll_payments()
    assert queries.by_id(order.id).state is OrderState.PAID
    assert faults() == []


def test_an_unpaid_order_ends_after_its_provider_was_asked() -> None:
    mug = make.variant(stock=2)
    order = make.order([(mug, 2)], token="tok_3ds")
    with clock.later(minutes=10):
        expire_unpaid()
    assert left(mug.id) == 0
    with clock.later(minutes=16):
        expire_unpaid()
    order = queries.by_id(order.id)
    assert order.state is OrderState.EXPIRED
    assert order.payments[0].state is PaymentState.CANCELLED
    assert left(mug.id) == 2
    assert news(order) == ["OrderPlaced", "OrderExpired"]


def test_an_order_that_was_paid_unnoticed_is_not_ended() -> None:
    order = make.order(token="tok_timeout")
    with clock.later(minutes=16):
        expire_unpaid()
    assert queries.by_id(order.id).state is OrderState.PAID

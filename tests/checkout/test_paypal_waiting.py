"""PayPal switched off, away, or still looking at the money: what has begun is ended."""

from collections.abc import Mapping

import pytest

from tests import make
from tests.checkout.paypal import begun, deliver, is_paid_once, order_of, page, ref_of
from tests.conftest import Shop
from tests.paypal import WEBHOOK_ID, World
from vitrina.checkout import actions as checkout
from vitrina.checkout import till
from vitrina.checkout.reconciling import expire_overdue
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.orders import actions as orders
from vitrina.orders.models import OrderState
from vitrina.payments import registry
from vitrina.payments.errors import PaymentOpen, UnknownProvider
from vitrina.payments.models import PaymentState
from vitrina.payments.provider import Notice
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.settings.actions import save


@pytest.mark.parametrize(
    ("paid", "state"), [(True, OrderState.PAID), (False, OrderState.AWAITING_PAYMENT)]
)
def test_money_that_paypal_looks_at_first_is_waited_for_and_not_asked_for_twice(
    world: World, paid: bool, state: OrderState
) -> None:
    payment = begun()
    world.approve(page(payment), "review")
    result = till.look(payment.id)
    assert (result.state, result.redirect_url) == (PaymentState.PENDING, "")
    with pytest.raises(PaymentOpen), committing():
        checkout.retry_payment(order_of(payment), "paypal", by="guest")
    assert till.pay(payment.id, token="", return_url="/").state is PaymentState.PENDING
    with clock.later(minutes=20):
        expire_overdue()
        assert order_of(payment).state is OrderState.AWAITING_PAYMENT
        ref = order_of(payment).payments[0].provider_ref
        world.sim("POST", f"paypal/orders/{ref}/settlement", {"paid": paid})
        till.look(payment.id)
    assert order_of(payment).state is state
    if paid:
        assert is_paid_once(world, payment)


def entered(world: World, *, is_enabled: bool) -> None:
    """The merchant sets PayPal up, or switches it off."""
    values = {"client_id": "merchant", "client_secret": "a-secret", "webhook_id": WEBHOOK_ID}
    with committing():
        save(
            "paypal",
            PayPal.Settings,
            {**values, "api_base": world.url},
            is_enabled=is_enabled,
            by="staff:1",
        )


def test_switched_off_it_begins_nothing_and_ends_what_has_begun(world: World, shop: Shop) -> None:
    registry.configure()
    entered(world, is_enabled=True)
    payment, declined = begun(), begun()
    world.approve(page(declined), "decline")
    assert till.look(declined.id).state is PaymentState.FAILED
    entered(world, is_enabled=False)
    with pytest.raises(UnknownProvider):
        make.order(provider="paypal", token="")
    with pytest.raises(UnknownProvider), committing():
        checkout.retry_payment(order_of(declined), "paypal", by="guest")
    session.rollback()
    world.approve(page(payment))
    for letter in world.letters():
        assert deliver(shop, letter, world.signed(letter)) == 200
    shop.work()
    assert is_paid_once(world, payment)
    with committing():
        orders.cancel(order_of(payment), reason="changed mind", by="staff:1")
    shop.work()
    assert order_of(payment).payment_status == "refunded"


def test_nothing_is_locked_while_paypal_is_asked_whether_it_sent_a_webhook(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = begun()
    world.approve(page(payment))
    (letter,) = world.letters()
    open_ones = []

    def read(headers: Mapping[str, str], body: bytes) -> list[Notice]:
        open_ones.append(session().in_transaction())
        return PayPal.read_webhook(world.paypal, headers, body)

    monkeypatch.setattr(world.paypal, "read_webhook", read)
    assert deliver(shop, letter, world.signed(letter)) == 200
    assert open_ones == [False]


def test_money_that_may_be_taken_is_waited_for_while_paypal_is_away(world: World) -> None:
    payment = begun()
    world.approve(page(payment))
    world.fault("paypal.orders.capture", "lost_reply")
    assert till.look(payment.id).state is PaymentState.AUTHORIZED
    with pytest.raises(PaymentOpen), committing():
        checkout.retry_payment(order_of(payment), "paypal", by="guest")
    world.fault("paypal.*", "unreachable", times=None)
    with clock.later(minutes=20):
        expire_overdue()
    assert order_of(payment).state is OrderState.AWAITING_PAYMENT
    world.sim("DELETE", "faults")
    till.look(payment.id)
    assert is_paid_once(world, payment)


def test_a_payment_that_ended_is_asked_about_until_paypal_answers(world: World, shop: Shop) -> None:
    payment = begun()
    world.approve(page(payment))
    (letter,) = world.letters()
    signed = world.signed(letter)
    world.fault("paypal.orders.get", "unreachable", times=None)
    with committing():
        orders.cancel(order_of(payment), reason="changed mind", by="staff:1")
    shop.work()
    assert deliver(shop, letter, signed) == 200
    shop.work()
    world.sim("DELETE", "faults")
    assert ref_of(world, payment)["custom_id"] == payment.reference
    with clock.later(minutes=1):
        shop.work()
    assert ref_of(world, payment)["custom_id"] == f"given-up.{payment.reference}"


def test_a_buyer_is_asked_again_although_paypals_word_for_it_was_lost(world: World) -> None:
    payment = begun()
    world.approve(page(payment), "confirm")
    world.fault("paypal.orders.capture", "lost_reply")
    assert till.look(payment.id).state is PaymentState.AUTHORIZED
    result = till.look(payment.id)
    assert (result.state, result.redirect_url) == (PaymentState.REQUIRES_ACTION, page(payment))
    world.approve(result.redirect_url)
    till.look(payment.id)
    assert is_paid_once(world, payment)

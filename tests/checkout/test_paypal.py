"""A shop that is paid by PayPal: by whichever way the news comes, one order and one capture."""

import random

import pytest

from tests import make
from tests.checkout.paypal import begun, deliver, is_paid_once, order_of, page
from tests.conftest import Shop
from tests.paypal import World
from vitrina.checkout import till
from vitrina.checkout.tasks import poll_payments
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.orders import actions as orders
from vitrina.orders.audits import find_discrepancies as order_faults
from vitrina.orders.models import OrderState
from vitrina.orders.rules import link_token
from vitrina.payments.models import PaymentState, RefundState
from vitrina.payments.queries import find_discrepancies as payment_faults


def test_the_buyer_comes_back_and_has_paid(world: World, shop: Shop) -> None:
    payment = begun()
    world.approve(page(payment))
    number = order_of(payment).number
    back = f"/orders/{number}/payment?token={link_token(number)}&token=5O1&PayerID=BUYERXPAYER22"
    answer = shop.app.test_client().get(back)
    assert answer.status_code == 303
    assert is_paid_once(world, payment)


def test_who_turns_away_has_not_paid_and_finds_paypal_chosen(world: World, shop: Shop) -> None:
    order = order_of(begun())
    page = shop.browser().open(f"/orders/{order.number}?token={link_token(order.number)}")
    assert "You have not paid yet. Nothing was charged." in page.text
    assert page.form("/payment").fields["payment_method"] == "paypal"


def test_the_buyer_never_comes_back_and_a_webhook_tells(world: World, shop: Shop) -> None:
    payment = begun()
    world.approve(page(payment))
    (letter,) = world.letters()
    assert deliver(shop, letter, world.signed(letter)) == 200
    shop.work()
    assert is_paid_once(world, payment)


def test_no_webhook_ever_comes_and_the_worker_asks(world: World) -> None:
    payment = begun()
    world.approve(page(payment))
    with clock.later(minutes=1):
        poll_payments()
    assert is_paid_once(world, payment)


def test_every_webhook_comes_five_times_and_in_any_order(world: World, shop: Shop) -> None:
    payment = begun()
    world.approve(page(payment))
    till.look(payment.id)
    letters = world.letters() * 5
    random.Random(7).shuffle(letters)
    for letter in letters:
        assert deliver(shop, letter, world.signed(letter)) == 200
    shop.work()
    assert is_paid_once(world, payment)


@pytest.mark.parametrize("fault", ["lost_reply", "500_after", "500_before", "429"])
def test_answers_get_lost_and_the_money_moves_once(world: World, fault: str) -> None:
    for operation in ("create", "capture"):
        world.fault(f"paypal.orders.{operation}", fault)
    (payment,) = make.order(provider="paypal", token="").payments
    assert payment.state is PaymentState.PENDING
    with clock.later(minutes=1):
        poll_payments()
    (payment,) = order_of(payment).payments
    world.approve(page(payment))
    for minutes in (2, 3):
        with clock.later(minutes=minutes):
            poll_payments()
    assert is_paid_once(world, payment)


def test_a_declined_payment_takes_no_money_later_and_the_order_waits(world: World) -> None:
    payment = begun()
    address = page(payment)
    world.approve(address, "decline")
    assert till.look(payment.id).state is PaymentState.FAILED
    world.approve(address)  # the buyer still had PayPal's page open
    assert till.look(payment.id).state is PaymentState.FAILED
    assert order_of(payment).state is OrderState.AWAITING_PAYMENT
    assert world.sim("GET", "ledger")["payments"] == []


def test_an_order_that_was_cancelled_meanwhile_is_never_captured(world: World, shop: Shop) -> None:
    payment = begun()
    address = page(payment)
    with committing():
        orders.cancel(order_of(payment), reason="changed mind", by="staff:1")
    shop.work()
    world.approve(address)
    for letter in world.letters():
        assert deliver(shop, letter, world.signed(letter)) == 200
    shop.work()
    assert order_of(payment).state is OrderState.CANCELLED
    assert world.sim("GET", "ledger")["payments"] == []


def test_refunds_and_disputes_at_paypals_own_desk_are_taken_over(world: World) -> None:
    payment = begun()
    world.approve(page(payment))
    till.look(payment.id)
    ref = order_of(payment).payments[0].provider_ref
    world.sim("POST", f"paypal/orders/{ref}/refund", {"value": "1.50"})
    opened = world.sim("POST", f"paypal/orders/{ref}/dispute", {"reason": "UNAUTHORISED"})
    for _ in range(2):
        till.look(payment.id)
    (payment,) = order_of(payment).payments
    assert payment.refunded == 150
    assert payment.problem == "dispute_open"
    verdict = {"outcome": "RESOLVED_SELLER_FAVOUR"}
    world.sim("POST", f"paypal/disputes/{opened['dispute_id']}/resolution", verdict)
    till.look(payment.id)
    (payment,) = order_of(payment).payments
    assert (payment.disputed, payment.problem) == (0, "dispute_won")
    assert world.ledger(str(ref))["net"] == payment.captured - 150
    assert [*payment_faults(), *order_faults()] == []


def test_a_webhook_is_refused_or_put_off_but_never_believed_unchecked(
    world: World, shop: Shop
) -> None:
    payment = begun()
    world.approve(page(payment))
    (letter,) = world.letters()
    assert deliver(shop, letter, {}) == 400
    assert deliver(shop, letter.replace(b"1.0", b"1.1"), world.signed(letter)) == 400
    world.fault("paypal.webhooks.verify", "500_before")
    assert deliver(shop, letter, world.signed(letter)) == 503
    shop.work()
    assert order_of(payment).state is OrderState.AWAITING_PAYMENT
    assert deliver(shop, letter, world.signed(letter)) == 200


def test_money_goes_back_once_though_the_answer_is_lost(world: World, shop: Shop) -> None:
    payment = begun()
    world.approve(page(payment))
    till.look(payment.id)
    world.fault("paypal.captures.refund", "lost_reply")
    with committing():
        (refund,) = orders.cancel(order_of(payment), reason="changed mind", by="staff:1")
    assert till.send_refund(refund.id) is RefundState.PENDING
    assert till.send_refund(refund.id) is RefundState.SUCCEEDED
    shop.work()
    (payment,) = order_of(payment).payments
    row = world.ledger(str(payment.provider_ref))
    assert payment.refunded == row["refunded"] == row["charged"]
    assert [*payment_faults(), *order_faults()] == []

"""What PayPal holds for a payment that staff take later."""

import pytest

from tests.checkout.paypal import begun, order_of, page
from tests.conftest import Shop
from tests.paypal import WEBHOOK_ID, World
from vitrina.checkout import actions as checkout
from vitrina.checkout import reconciling, till
from vitrina.core import clock
from vitrina.core.db import committing
from vitrina.payments import registry
from vitrina.payments.models import Payment, PaymentState
from vitrina.payments.provider import Outcome, Status
from vitrina.payments.providers.paypal.provider import PayPal


@pytest.fixture
def held(world: World) -> Payment:
    """A payment whose money PayPal holds until staff take it."""
    settings = PayPal.Settings(
        "merchant", "a-secret", WEBHOOK_ID, api_base=world.url, captures_later=True, timeout=5
    )
    registry.register(PayPal(settings))
    payment = begun()
    world.approve(page(payment))
    assert till.look(payment.id).state is PaymentState.AUTHORIZED
    return payment


def hold_of(world: World, payment: Payment) -> str:
    """What became of the money that PayPal held for a payment."""
    name = order_of(payment).payments[0].provider_ref
    (found,) = [
        one
        for one in world.sim("GET", "objects/paypal.authorization")["data"]
        if one["order"] == name
    ]
    return str(found["status"])


def take(payment: Payment) -> None:
    with committing():
        checkout.capture(order_of(payment), by="staff:1")


def state_of(payment: Payment) -> PaymentState:
    return order_of(payment).payments[0].state


def test_a_hold_that_cannot_be_taken_is_let_go(world: World, held: Payment, shop: Shop) -> None:
    world.fault("paypal.authorizations.capture", "decline")
    take(held)
    shop.work()
    assert (state_of(held), hold_of(world, held)) == (PaymentState.FAILED, "VOIDED")


def test_a_hold_is_let_go_later_if_paypal_is_away(world: World, held: Payment, shop: Shop) -> None:
    world.fault("paypal.authorizations.capture", "decline")
    world.fault("paypal.authorizations.void", "500_before")
    take(held)
    shop.work()
    with clock.later(hours=13):
        reconciling.reconcile()
    assert (state_of(held), hold_of(world, held)) == (PaymentState.FAILED, "VOIDED")


def test_an_answer_from_before_the_hold_changes_nothing(held: Payment) -> None:
    asks = Outcome(Status.REQUIRES_ACTION, redirect_url="https://www.paypal.com/checkoutnow")
    with committing():
        checkout.settle(held.id, asks, by="provider:paypal")
    assert state_of(held) is PaymentState.AUTHORIZED

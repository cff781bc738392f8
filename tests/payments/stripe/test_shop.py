"""A shop that is paid by Stripe: by whichever way the news comes, one order and one charge."""

import json
import random

import pytest

from tests import make
from tests.conftest import Shop
from tests.payments.stripe.world import ASKS, DISPUTED, POOR, World, settings, signature
from vitrina.checkout import till
from vitrina.checkout.tasks import poll_payments
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.audits import find_discrepancies as order_faults
from vitrina.orders.models import Order, OrderState
from vitrina.orders.rules import link_token
from vitrina.payments import actions as payments
from vitrina.payments import queries as payment_queries
from vitrina.payments import registry
from vitrina.payments.models import Payment, PaymentState, RefundState
from vitrina.payments.provider import Outcome, Status
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.payments.queries import find_discrepancies as payment_faults


@pytest.fixture
def selling(world: World, shop: Shop) -> World:
    """A shop that takes Stripe, and the simulator behind it."""
    registry.configure()
    registry.register(world.stripe)
    return world


def begun(provider: str = "stripe", token: str = "") -> Payment:
    """An order whose buyer is about to go to Stripe."""
    (payment,) = make.order(provider=provider, token=token).payments
    return payment


def page(payment: Payment) -> Outcome:
    """Stripe's page, which the shop has sent the buyer to."""
    url = str((payment.next_action or {})["url"])
    return Outcome(Status.REQUIRES_ACTION, redirect_url=url)


def order_of(payment: Payment) -> Order:
    session.rollback()
    return queries.by_id(payment.order_id)


def deliver(shop: Shop, event: dict[str, object], secret: str = "") -> int:
    body = json.dumps(event)
    headers = {"Stripe-Signature": signature(body, secret) if secret else signature(body)}
    answer = shop.app.test_client().post(
        "/webhooks/payments/stripe", data=body, headers=headers, content_type="application/json"
    )
    return answer.status_code


def is_paid_once(world: World, payment: Payment) -> bool:
    """One order, one charge, of the same amount on both sides, and all sums hold."""
    order = order_of(payment)
    row = world.ledger(str(order.payments[-1].provider_ref))
    return (
        order.state is OrderState.PAID
        and order.outstanding.minor == 0
        and (row["charged"], row["currency"]) == (order.total, order.currency)
        and (row["reference"], row["net"]) == (payment.reference, row["charged"])
        and [*payment_faults(), *order_faults()] == []
    )


def test_the_buyer_comes_back_and_has_paid(selling: World, shop: Shop) -> None:
    payment = begun()
    assert payment.state is PaymentState.REQUIRES_ACTION
    selling.type_card(page(payment))
    number = order_of(payment).number
    back = f"/orders/{number}/payment?token={link_token(number)}"
    assert shop.app.test_client().get(back).status_code == 303
    assert is_paid_once(selling, payment)
    assert (order_of(payment).payments[0].card or {})["last4"] == "4242"


def test_a_return_without_having_paid_pays_for_nothing(selling: World, shop: Shop) -> None:
    paid, payment = begun(), begun()
    selling.type_card(page(paid))
    number = order_of(payment).number
    forged = f"token={link_token(number)}&paid=1&session_id={paid.provider_ref}"
    assert shop.app.test_client().get(f"/orders/{number}/payment?{forged}").status_code in (
        200,
        303,
    )
    assert order_of(payment).state is OrderState.AWAITING_PAYMENT


def test_the_buyer_never_comes_back_and_webhooks_tell(selling: World, shop: Shop) -> None:
    payment = begun()
    selling.answer_bank(selling.type_card(page(payment), ASKS).headers["Location"])
    for event in selling.events():
        assert deliver(shop, event) == 200
    shop.work()
    assert is_paid_once(selling, payment)


def test_no_webhook_ever_comes_and_the_worker_asks(selling: World) -> None:
    payment = begun()
    selling.type_card(page(payment))
    with clock.later(minutes=1):
        poll_payments()
    assert is_paid_once(selling, payment)


def test_every_webhook_comes_five_times_and_in_any_order(selling: World, shop: Shop) -> None:
    payment = begun()
    selling.type_card(page(payment), POOR)
    selling.type_card(page(payment))
    events = selling.events() * 5
    random.Random(7).shuffle(events)
    for event in events:
        assert deliver(shop, event) == 200
    shop.work()
    assert is_paid_once(selling, payment)


@pytest.mark.parametrize("fault", ["lost_reply", "500_after", "500_before", "429"])
@pytest.mark.parametrize("token", ["", "pm_card_visa"])
def test_answers_get_lost_and_the_money_moves_once(selling: World, fault: str, token: str) -> None:
    selling.fault("stripe.*.create", fault)
    selling.fault("stripe.payment_intents.capture", fault)
    payment = begun(token=token)
    assert payment.state is PaymentState.PENDING
    with clock.later(minutes=1):
        poll_payments()
    (payment,) = order_of(payment).payments
    if not token:
        selling.type_card(page(payment))
    for minutes in (2, 3):
        with clock.later(minutes=minutes):
            poll_payments()
    assert is_paid_once(selling, payment)


def test_a_form_on_our_page_pays_too(selling: World) -> None:
    registry.register(selling.element)
    payment = begun()
    secret = (payment.next_action or {})["client_secret"]
    started = Outcome(Status.REQUIRES_ACTION, ref=payment.provider_ref or "", client_secret=secret)
    selling.confirm(started)
    till.look(payment.id)
    assert is_paid_once(selling, payment)


def test_what_is_authorized_at_checkout_is_taken_by_staff(selling: World, shop: Shop) -> None:
    registry.register(Stripe(settings(selling.url, captures_later=True)))
    payment = begun()
    selling.type_card(page(payment))
    assert till.look(payment.id).state is PaymentState.AUTHORIZED
    assert selling.ledger(str(payment.provider_ref))["charged"] == 0
    with clock.later(minutes=10):
        poll_payments()
    (payment,) = order_of(payment).payments
    assert payment.state is PaymentState.AUTHORIZED
    with committing():
        payments.want_capture(payment_queries.lock(payment.id), payment.money, by="staff:1")
    shop.work()
    assert is_paid_once(selling, payment)


def test_an_order_that_was_cancelled_meanwhile_is_never_charged(selling: World, shop: Shop) -> None:
    payment = begun()
    address = page(payment)
    with committing():
        orders.cancel(order_of(payment), reason="changed mind", by="staff:1")
    shop.work()
    selling.type_card(address)
    for event in selling.events():
        assert deliver(shop, event) == 200
    shop.work()
    assert order_of(payment).state is OrderState.CANCELLED
    assert selling.sim("GET", "ledger")["payments"] == []


def test_refunds_and_disputes_at_stripes_own_desk_are_taken_over(
    selling: World, shop: Shop
) -> None:
    payment = begun()
    selling.type_card(page(payment))
    till.look(payment.id)
    ref = str(order_of(payment).payments[0].provider_ref)
    intent = selling.intent(ref)
    known = len(selling.events())
    selling.sim("POST", "stripe/refund", {"payment_intent": intent, "amount": 150})
    opened = selling.sim("POST", "stripe/dispute", {"payment_intent": intent})
    for event in selling.events()[known:]:
        assert deliver(shop, event) == 200
    shop.work()
    (payment,) = order_of(payment).payments
    assert payment.refunded == 150
    assert payment.problem == "dispute_open"
    selling.sim("POST", f"stripe/disputes/{opened['id']}/won")
    till.look(payment.id)
    (payment,) = order_of(payment).payments
    assert (payment.disputed, payment.problem) == (0, "dispute_won")
    assert selling.ledger(ref)["net"] == payment.captured - 150
    assert [*payment_faults(), *order_faults()] == []


def test_a_payment_that_is_disputed_at_once_still_pays(selling: World) -> None:
    payment = begun()
    selling.type_card(page(payment), DISPUTED)
    till.look(payment.id)
    (payment,) = order_of(payment).payments
    assert (payment.state, payment.disputed) == (PaymentState.CAPTURED, payment.amount)


def test_a_webhook_is_refused_or_put_off_but_never_believed_unchecked(
    selling: World, shop: Shop
) -> None:
    payment = begun()
    selling.type_card(page(payment))
    event = selling.events()[-1]
    assert deliver(shop, event, "whsec_another-secret") == 400
    assert deliver(shop, {**event, "livemode": True}) == 400
    stranger = begun()  # a genuine event, of a payment for another order
    thing = {**event["data"]["object"], "client_reference_id": stranger.reference}
    assert deliver(shop, {**event, "data": {"object": {**thing, "id": "cs_test_1"}}}) == 200
    shop.work()
    assert order_of(stranger).state is OrderState.AWAITING_PAYMENT


def test_money_goes_back_once_though_the_answer_is_lost(selling: World, shop: Shop) -> None:
    payment = begun()
    selling.type_card(page(payment))
    till.look(payment.id)
    selling.fault("stripe.refunds.create", "lost_reply")
    with committing():
        (refund,) = orders.cancel(order_of(payment), reason="changed mind", by="staff:1")
    assert till.send_refund(refund.id) is RefundState.PENDING
    assert till.send_refund(refund.id) is RefundState.SUCCEEDED
    shop.work()
    (payment,) = order_of(payment).payments
    row = selling.ledger(str(payment.provider_ref))
    assert payment.refunded == row["refunded"] == row["charged"]
    assert [*payment_faults(), *order_faults()] == []

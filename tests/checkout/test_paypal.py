"""A shop that is paid by PayPal: by whichever way the news comes, one order and one capture."""

import random
from collections.abc import Iterator, Mapping

import pytest

from tests import make
from tests.conftest import Shop
from tests.paypal import WEBHOOK_ID, World, running
from vitrina.checkout import actions as checkout
from vitrina.checkout import till
from vitrina.checkout.reconciling import expire_overdue
from vitrina.checkout.tasks import poll_payments
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.audits import find_discrepancies as order_faults
from vitrina.orders.models import Order, OrderState
from vitrina.orders.rules import link_token
from vitrina.payments import registry
from vitrina.payments.errors import PaymentOpen, UnknownProvider
from vitrina.payments.models import Payment, PaymentState, RefundState
from vitrina.payments.provider import Notice
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.queries import find_discrepancies as payment_faults
from vitrina.payments.settings.actions import save


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("paypal")) as world:
        yield world


@pytest.fixture
def world(simulated: World, shop: Shop) -> World:
    """A shop that takes PayPal, and the simulator behind it."""
    simulated.begin_anew()
    registry.configure()
    registry.register(simulated.paypal)
    return simulated


def begun() -> Payment:
    """The payment of an order whose buyer is about to go to PayPal, as it was then."""
    (payment,) = make.order(provider="paypal", token="").payments
    assert payment.state is PaymentState.REQUIRES_ACTION
    session.expunge(payment)
    return payment


def page(payment: Payment) -> str:
    return str((payment.next_action or {})["url"])


def order_of(payment: Payment) -> Order:
    session.rollback()
    return queries.by_id(payment.order_id)


def deliver(shop: Shop, letter: bytes, headers: dict[str, str]) -> int:
    client = shop.app.test_client()
    answer = client.post(
        "/webhooks/payments/paypal",
        data=letter,
        headers=headers,
        content_type="application/json",
    )
    return answer.status_code


def is_paid_once(world: World, payment: Payment) -> bool:
    """One order, one capture, of the same amount on both sides, and all sums hold."""
    order = order_of(payment)
    row = world.ledger(str(order.payments[-1].provider_ref))
    return (
        order.state is OrderState.PAID
        and order.outstanding.minor == 0
        and (row["charged"], row["currency"]) == (order.total, order.currency)
        and (row["reference"], row["net"]) == (payment.reference, row["charged"])
        and [*payment_faults(), *order_faults()] == []
    )


def test_the_buyer_comes_back_and_has_paid(world: World, shop: Shop) -> None:
    payment = begun()
    world.approve(page(payment))
    number = order_of(payment).number
    back = f"/orders/{number}/payment?token={link_token(number)}&token=5O1&PayerID=BUYERXPAYER22"
    answer = shop.app.test_client().get(back)
    assert answer.status_code == 303
    assert is_paid_once(world, payment)


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


def ref_of(world: World, payment: Payment) -> dict[str, str]:
    """What PayPal's order of a payment says of it."""
    ref = order_of(payment).payments[0].provider_ref
    unit: dict[str, str] = world.sim("GET", f"objects/paypal.order/{ref}")["unit"]
    return unit

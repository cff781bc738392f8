"""PayPal after the buyer's click: reviews, refunds, disputes, and amounts as it writes them."""

from dataclasses import replace

import pytest

from tests.paypal import TEN, World, an_ask
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.provider import Status


@pytest.mark.parametrize(("paid", "status"), [(True, Status.CAPTURED), (False, Status.FAILED)])
def test_a_payment_under_review_is_pending_until_paypal_decides(
    world: World, paid: bool, status: Status
) -> None:
    started = world.approved(choice="review")
    outcome = world.paypal.capture(started.ref, TEN, new_token())
    assert (outcome.status, outcome.amount) == (Status.PENDING, None)
    assert outcome.reason == "pending_review"
    assert world.paypal.refund(started.ref, TEN, new_token()).status is Status.FAILED
    world.sim("POST", f"paypal/orders/{started.ref}/settlement", {"paid": paid})
    found = world.paypal.check(started.ref)
    assert (found.status, found.amount) == (status, TEN if paid else None)


def test_a_refund_may_wait_and_is_found_again_by_its_key(world: World) -> None:
    ref, key = world.paid().ref, new_token()
    world.sim("PUT", "paypal/settings", {"refunds_wait": True})
    first = world.paypal.refund(ref, TEN, key)
    assert first.status is Status.PENDING
    world.sim("POST", f"paypal/refunds/{first.ref}/settlement", {"paid": True})
    again = world.paypal.refund(ref, TEN, key)
    assert (again.status, again.ref) == (Status.REFUNDED, first.ref)
    (told,) = world.paypal.check(ref).refunds
    assert (told.ref, told.amount, told.status, told.key) == (first.ref, TEN, Status.REFUNDED, key)


def test_a_refund_that_fails_leaves_the_money(world: World) -> None:
    ref = world.paid().ref
    world.sim("PUT", "paypal/settings", {"refunds_wait": True})
    first = world.paypal.refund(ref, TEN, new_token())
    world.sim("POST", f"paypal/refunds/{first.ref}/settlement", {"paid": False})
    assert [one.status for one in world.paypal.check(ref).refunds] == [Status.FAILED]
    assert world.ledger(ref)["net"] == 1000


def test_a_refund_made_in_paypals_dashboard_is_told_without_a_key_of_ours(world: World) -> None:
    ref = world.paid().ref
    world.sim("POST", f"paypal/orders/{ref}/refund", {"value": "4.00"})
    outcome = world.paypal.check(ref)
    assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
    assert [(one.amount.minor, one.key) for one in outcome.refunds] == [(400, "")]


@pytest.mark.parametrize(
    ("verdict", "state", "disputed"),
    [("RESOLVED_BUYER_FAVOUR", "lost", 1000), ("RESOLVED_SELLER_FAVOUR", "won", 0)],
)
def test_a_dispute_is_told_and_so_is_its_end(
    world: World, verdict: str, state: str, disputed: int
) -> None:
    ref = world.paid().ref
    opened = world.sim("POST", f"paypal/orders/{ref}/dispute", {"reason": "UNAUTHORISED"})
    (fact,) = world.paypal.check(ref).disputes
    assert (fact.ref, fact.amount, fact.state) == (opened["dispute_id"], TEN, "open")
    assert world.ledger(ref)["disputed"] == 1000
    assert fact.reason == "unauthorised"
    world.sim("POST", f"paypal/disputes/{fact.ref}/resolution", {"outcome": verdict})
    assert world.paypal.check(ref).disputes == (replace(fact, state=state),)
    assert world.ledger(ref)["disputed"] == disputed


def test_payments_are_known_although_disputes_may_not_be_seen(world: World) -> None:
    ref = world.paid().ref
    world.fault("paypal.disputes.list", "500_before")
    outcome = world.paypal.check(ref)
    assert (outcome.status, outcome.disputes) == (Status.CAPTURED, ())


# amounts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        (Money(1990, "USD"), "19.90"),
        (Money(500, "JPY"), "500"),
        (Money(490_000, "HUF"), "4900"),
        (Money(30_000, "TWD"), "300"),
        (Money(5, "EUR"), "0.05"),
    ],
)
def test_amounts_are_written_as_paypal_wants_them(world: World, amount: Money, value: str) -> None:
    started = world.paypal.start(an_ask(amount=amount)).outcome
    kept = world.sim("GET", f"objects/paypal.order/{started.ref}")["unit"]["amount"]
    assert kept == {"currency_code": amount.currency, "value": value}
    world.approve(started.redirect_url)
    assert world.paypal.capture(started.ref, amount, new_token()).amount == amount
    assert world.ledger(started.ref)["charged"] == amount.minor


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (Money(490_050, "HUF"), "decimals_not_supported"),
        (Money(1000, "KWD"), "currency_not_supported"),
        (Money(0, "EUR"), "cannot_be_zero_or_negative"),
    ],
)
def test_what_paypal_cannot_take_is_not_asked(world: World, amount: Money, reason: str) -> None:
    outcome = world.paypal.start(an_ask(amount=amount)).outcome
    assert (outcome.status, outcome.reason) == (Status.FAILED, reason)
    assert world.sim("GET", "objects/paypal.order")["data"] == []

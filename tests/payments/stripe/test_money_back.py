"""Money that goes back: refunds by us, refunds at Stripe's own desk, and banks that take it."""

from dataclasses import replace

import pytest

from tests.contracts.payment_provider import TEN
from tests.payments.stripe.world import DISPUTED, World
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.provider import DisputeFact, Status

PART = Money(400, "EUR")


def test_a_refund_is_known_again_by_its_key_however_late(world: World) -> None:
    ref, key = world.on_page().ref, new_token()
    first = world.stripe.refund(ref, PART, key)
    with world.store.transaction() as tx:  # Stripe forgets keys after a day or more
        tx.sql.execute("DELETE FROM idempotency")
    assert world.stripe.refund(ref, PART, key) == first
    (told,) = world.stripe.check(ref).refunds
    assert (told.ref, told.amount, told.status, told.key) == (
        first.ref,
        PART,
        Status.REFUNDED,
        key,
    )
    assert world.ledger(ref)["refunded"] == 400


def test_more_than_is_left_does_not_go_back(world: World) -> None:
    ref = world.on_page().ref
    assert world.stripe.refund(ref, PART, "one").status is Status.REFUNDED
    for amount, reason in (
        (TEN, "wrong_amount"),
        (Money(100, "USD"), "wrong_amount"),
        (Money(0, "EUR"), "wrong_amount"),
    ):
        outcome = world.stripe.refund(ref, amount, new_token())
        assert (outcome.status, outcome.reason) == (Status.FAILED, reason)
    assert world.stripe.refund(ref, Money(600, "EUR"), "two").status is Status.REFUNDED
    outcome = world.stripe.refund(ref, Money(1, "EUR"), "three")
    assert (outcome.status, outcome.reason) == (Status.FAILED, "charge_already_refunded")
    found = world.stripe.check(ref)
    assert (found.status, found.amount) == (Status.CAPTURED, TEN)
    assert [one.amount.minor for one in found.refunds] == [400, 600]
    assert world.ledger(ref)["net"] == 0


def test_only_what_was_taken_of_an_authorized_amount_can_go_back(world: World) -> None:
    ref = world.on_page(capture=False).ref
    world.stripe.capture(ref, PART, "take")
    assert world.stripe.refund(ref, Money(401, "EUR"), "more").status is Status.FAILED
    assert world.stripe.refund(ref, PART, "all").status is Status.REFUNDED
    assert [one.amount for one in world.stripe.check(ref).refunds] == [PART]
    row = world.ledger(ref)
    assert (row["charged"], row["refunded"], row["net"]) == (400, 400, 0)


@pytest.mark.parametrize("last", ["succeeded", "failed"])
def test_a_refund_may_wait(world: World, last: str) -> None:
    ref, key = world.on_page().ref, new_token()
    world.sim("PUT", "stripe/refunds", {"mode": "pending"})
    first = world.stripe.refund(ref, PART, key)
    assert (first.status, first.reason) == (Status.PENDING, "processing")
    world.sim("POST", f"stripe/refunds/{first.ref}/{last}")
    wanted = Status.REFUNDED if last == "succeeded" else Status.FAILED
    assert [one.status for one in world.stripe.check(ref).refunds] == [wanted]
    again = world.stripe.refund(ref, PART, key)
    assert (again.status, again.ref) == (wanted, first.ref)


def test_a_refund_that_seemed_good_may_fail_later(world: World) -> None:
    ref = world.on_page().ref
    world.sim("PUT", "stripe/refunds", {"mode": "failing"})
    first = world.stripe.refund(ref, PART, "key")
    assert first.status is Status.REFUNDED
    world.sim("POST", f"stripe/refunds/{first.ref}/failed")
    assert [one.status for one in world.stripe.check(ref).refunds] == [Status.FAILED]
    assert world.ledger(ref)["net"] == 1000


def test_a_refund_made_in_stripes_dashboard_is_told_without_a_key_of_ours(world: World) -> None:
    ref = world.on_page().ref
    world.sim("POST", "stripe/refund", {"payment_intent": world.intent(ref), "amount": 400})
    told = world.stripe.check(ref).refunds
    assert [(one.amount, one.key) for one in told] == [(PART, "")]


def test_all_refunds_are_told_even_if_there_are_many(world: World) -> None:
    ref = world.on_page().ref
    for number in range(12):
        world.stripe.refund(ref, Money(10 + number, "EUR"), f"key-{number}")
    told = world.stripe.check(ref).refunds
    assert [one.amount.minor for one in told] == [10 + number for number in range(12)]


@pytest.mark.parametrize(("verdict", "disputed"), [("lost", 1000), ("won", 0)])
def test_a_dispute_is_told_and_so_is_its_end(world: World, verdict: str, disputed: int) -> None:
    ref = world.on_page(number=DISPUTED).ref
    (fact,) = world.stripe.check(ref).disputes
    assert fact == DisputeFact(fact.ref, TEN, "open", "fraudulent")
    assert world.stripe.refund(ref, TEN, "key").reason == "charge_disputed"
    world.sim("POST", f"stripe/disputes/{fact.ref}/{verdict}")
    found = world.stripe.check(ref)
    assert found.disputes == (replace(fact, state=verdict),)
    assert (found.status, found.amount) == (Status.CAPTURED, TEN)
    assert world.ledger(ref)["disputed"] == disputed


def test_payments_are_known_although_disputes_may_not_be_seen(world: World) -> None:
    ref = world.on_page(number=DISPUTED).ref
    world.fault("stripe.disputes.list", "500_before")
    found = world.stripe.check(ref)
    assert (found.status, found.disputes) == (Status.CAPTURED, ())

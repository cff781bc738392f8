"""A buyer's walk: Stripe's page, their bank, a form on our page, a card that they kept."""

from dataclasses import replace

import pytest

from tests.contracts.payment_provider import TEN
from tests.payments.stripe.world import ASKS, DECLINED, GOOD, POOR, RETURN, World, ask
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.provider import Status


def test_a_buyer_pays_on_stripes_page_and_comes_back(world: World) -> None:
    asked = ask()
    started = world.stripe.start(asked).outcome
    assert (started.status, started.ref[:3]) == (Status.REQUIRES_ACTION, "cs_")
    page = world.http.get(started.redirect_url).text
    assert "Order VT-1234567" in page
    assert "€10.00" in page
    back = world.type_card(started)
    assert (back.status_code, back.headers["Location"]) == (303, RETURN)
    paid = world.stripe.check(started.ref)
    assert (paid.status, paid.amount, paid.ref) == (Status.CAPTURED, TEN, started.ref)
    assert paid.card is not None
    assert (paid.card.brand, paid.card.last4, paid.card.exp_year) == ("visa", "4242", 2034)
    assert paid.card.fingerprint
    row = world.ledger(started.ref)
    assert (row["charged"], row["currency"], row["reference"]) == (1000, "EUR", asked.reference)


def test_stripe_is_told_whose_payment_it_is_and_no_more(world: World) -> None:
    asked = ask()
    world.stripe.start(asked)
    (session,) = world.objects("checkout.session")
    assert session["client_reference_id"] == asked.reference
    assert session["metadata"]["order"] == session["_intent"]["description"] == "VT-1234567"
    assert session["_intent"]["metadata"]["reference"] == asked.reference
    assert (session["locale"], session["customer_email"]) == ("pt-BR", asked.email)
    assert session["success_url"] == session["cancel_url"] == RETURN
    assert session["saved_payment_method_options"] is None
    assert session["customer_creation"] == "if_required"


def test_a_buyer_who_turns_away_has_paid_nothing_and_may_come_again(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    found = world.stripe.check(started.ref)
    assert (found.status, found.redirect_url) == (Status.REQUIRES_ACTION, started.redirect_url)
    assert world.stripe.capture(started.ref, TEN, "key").status is Status.REQUIRES_ACTION
    assert world.stripe.refund(started.ref, TEN, "key").status is Status.FAILED


def test_after_a_declined_card_the_buyer_tries_another_on_the_same_page(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    for number, reason in ((DECLINED, "generic_decline"), (POOR, "insufficient_funds")):
        assert world.type_card(started, number).status_code == 422
        found = world.stripe.check(started.ref)
        assert (found.status, found.reason) == (Status.REQUIRES_ACTION, reason)
        assert found.redirect_url == started.redirect_url
    world.type_card(started, GOOD)
    assert world.stripe.check(started.ref).amount == TEN
    assert world.ledger(started.ref)["charged"] == 1000


def test_a_bank_may_ask_before_the_page_takes_the_money(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    bank = world.type_card(started, ASKS).headers["Location"]
    assert world.stripe.check(started.ref).status is Status.REQUIRES_ACTION
    assert world.answer_bank(bank) == RETURN
    assert world.stripe.check(started.ref).status is Status.CAPTURED


def test_who_refuses_at_the_bank_is_back_on_the_page_and_has_paid_nothing(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    bank = world.type_card(started, ASKS).headers["Location"]
    assert "/pay/" in world.answer_bank(bank, "refuse")
    found = world.stripe.check(started.ref)
    assert found.status is Status.REQUIRES_ACTION
    assert found.reason == "payment_intent_authentication_failure"
    world.type_card(started, GOOD)
    assert world.stripe.check(started.ref).status is Status.CAPTURED


def test_what_is_authorized_can_be_taken_in_part_and_the_rest_is_free(world: World) -> None:
    started = world.on_page(capture=False)
    held = world.stripe.check(started.ref)
    assert (held.status, held.amount) == (Status.AUTHORIZED, None)
    assert held.card is not None
    part = Money(250, "EUR")
    for key in ("one", "one", "two"):
        taken = world.stripe.capture(started.ref, part, key)
        assert (taken.status, taken.amount, taken.refunds) == (Status.CAPTURED, part, ())
    assert world.stripe.check(started.ref) == taken
    row = world.ledger(started.ref)
    assert (row["charged"], row["voided"]) == (250, 750)


def test_what_is_authorized_and_forgotten_is_free_after_a_week(world: World) -> None:
    started = world.on_page(capture=False)
    world.sim("POST", "clock", {"seconds": 8 * 24 * 3600})
    assert world.stripe.check(started.ref).status is Status.CANCELLED
    assert world.stripe.capture(started.ref, TEN, "late").status is Status.CANCELLED


def test_what_is_given_up_is_free_at_once(world: World) -> None:
    started = world.on_page(capture=False)
    assert world.stripe.cancel(started.ref, "key").status is Status.CANCELLED
    row = world.ledger(started.ref)
    assert (row["voided"], row["charged"]) == (1000, 0)


def test_nobody_pays_on_a_page_that_was_given_up(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    assert world.stripe.cancel(started.ref, "key").status is Status.CANCELLED
    assert world.type_card(started).status_code == 200
    assert world.objects("payment_intent") == []
    assert world.stripe.check(started.ref).status is Status.CANCELLED


def test_giving_up_while_the_bank_asks_takes_no_money(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    bank = world.type_card(started, ASKS).headers["Location"]
    assert world.stripe.cancel(started.ref, "key").status is Status.CANCELLED
    world.answer_bank(bank)
    assert world.stripe.check(started.ref).status is Status.CANCELLED
    assert world.sim("GET", "ledger")["payments"] == []


def test_a_page_that_nobody_uses_ends_after_a_day(world: World) -> None:
    started = world.stripe.start(ask()).outcome
    world.type_card(started, POOR)
    world.sim("POST", "clock", {"seconds": 24 * 3600 + 60})
    found = world.stripe.check(started.ref)
    assert (found.status, found.reason) == (Status.CANCELLED, "insufficient_funds")
    unused = world.stripe.start(ask()).outcome
    world.sim("POST", "clock", {"seconds": 24 * 3600 + 60})
    assert world.stripe.check(unused.ref).reason == "expired"


# the form on a page of the shop -------------------------------------------------------------------


def test_a_form_on_our_page_confirms_with_a_secret_that_no_log_shows(world: World) -> None:
    asked = ask()
    started = world.element.start(asked).outcome
    assert (started.status, started.redirect_url) == (Status.REQUIRES_ACTION, "")
    assert started.client_secret not in repr(started)
    world.confirm(started)
    paid = world.element.check(started.ref)
    assert (paid.status, paid.amount, paid.client_secret) == (Status.CAPTURED, TEN, "")
    assert world.ledger(started.ref)["reference"] == asked.reference


def test_a_declined_card_leaves_the_form_open(world: World) -> None:
    started = world.element.start(ask()).outcome
    world.confirm(started, "pm_card_chargeDeclinedInsufficientFunds")
    found = world.element.check(started.ref)
    assert (found.status, found.reason) == (Status.REQUIRES_ACTION, "insufficient_funds")
    assert found.client_secret == started.client_secret
    world.confirm(started)
    assert world.element.check(started.ref).status is Status.CAPTURED


def test_a_form_may_only_authorize(world: World) -> None:
    started = world.element.start(replace(ask(), capture=False)).outcome
    world.confirm(started)
    assert world.element.check(started.ref).status is Status.AUTHORIZED
    assert world.element.cancel(started.ref, "key").status is Status.CANCELLED


# a card that the buyer names ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_nobodys", "resource_missing"),
    ],
)
def test_a_refused_card_is_told_with_its_reason(world: World, token: str, reason: str) -> None:
    asked = ask(token=token)
    for _ in range(2):
        outcome = world.stripe.start(asked).outcome
        assert (outcome.status, outcome.reason) == (Status.FAILED, reason)
    found = world.stripe.recover(asked)
    assert (found.status, found.reason, found.ref) == (Status.FAILED, reason, outcome.ref)
    assert world.sim("GET", "ledger")["payments"] == []


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ("approve", Status.AUTHORIZED, ""),
        ("refuse", Status.FAILED, "payment_intent_authentication_failure"),
    ],
)
def test_a_bank_may_ask_about_a_named_card(
    world: World, answer: str, status: Status, reason: str
) -> None:
    started = world.stripe.start(ask(token="pm_card_threeDSecureRequired")).outcome
    assert started.status is Status.REQUIRES_ACTION
    assert "/3ds/" in started.redirect_url
    assert world.stripe.capture(started.ref, TEN, "early").status is Status.REQUIRES_ACTION
    assert world.answer_bank(started.redirect_url, answer).startswith(RETURN)
    found = world.stripe.check(started.ref)
    assert (found.status, found.reason) == (status, reason)
    capture = world.stripe.capture(started.ref, TEN, new_token())
    assert (capture.status is Status.CAPTURED) is (answer == "approve")


def test_a_card_that_was_kept_pays_again_and_is_forgotten_on_request(world: World) -> None:
    started = world.stripe.start(ask(save=True)).outcome
    world.type_card(started, save="1")
    customer = world.stripe.check(started.ref).customer
    assert customer.startswith("cus_")
    (kept,) = world.stripe.cards(customer)
    assert (kept.card.last4, kept.card.brand) == ("4242", "visa")
    again = world.stripe.start(ask(customer=customer, token=kept.ref)).outcome
    assert again.status is Status.AUTHORIZED
    assert world.stripe.capture(again.ref, TEN, "key").card == kept.card
    assert world.stripe.forget_card("cus_another", kept.ref) is False
    assert world.stripe.forget_card(customer, kept.ref) is True
    assert world.stripe.forget_card(customer, kept.ref) is False
    assert world.stripe.cards(customer) == []
    assert world.stripe.cards("cus_unknown") == []
    gone = world.stripe.start(ask(customer=customer, token=kept.ref)).outcome
    assert gone.status is Status.FAILED


def test_a_card_typed_into_our_form_is_kept_for_who_asked(world: World) -> None:
    asked = ask(save=True)
    started = world.element.start(asked).outcome
    world.confirm(started)
    customer = world.element.check(started.ref).customer
    assert [one.card.last4 for one in world.element.cards(customer)] == ["4242"]
    assert world.element.start(asked).outcome.ref == started.ref
    assert len(world.objects("customer")) == 1
    known = world.element.start(ask(save=True, customer=customer)).outcome
    world.confirm(known)
    assert world.element.check(known.ref).customer == customer


def test_nobody_pays_with_the_card_of_another(world: World) -> None:
    started = world.stripe.start(ask(save=True)).outcome
    world.type_card(started, save="1")
    owner = world.stripe.check(started.ref).customer
    (kept,) = world.stripe.cards(owner)
    other = str(world.stripe.client.v1.customers.create({"email": "b@example.com"})["id"])
    for thief in ("", other):
        outcome = world.stripe.start(ask(customer=thief, token=kept.ref)).outcome
        assert outcome.status is Status.FAILED
    assert world.sim("GET", "ledger")["payments"][0]["charged"] == 1000
    assert len(world.sim("GET", "ledger")["payments"]) == 1

"""What goes wrong on the way: lost answers, errors, time-outs, keys that Stripe knows otherwise."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
import stripe
import structlog
import structlog.testing

from tests.contracts.payment_provider import TEN
from tests.payments.stripe.world import World, ask, settings
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ProviderTimeout
from vitrina.payments.provider import Status
from vitrina.payments.providers.stripe.client import Client
from vitrina.payments.providers.stripe.provider import Stripe

FAULTS = ["lost_reply", "500_before", "500_after", "429", "unreachable"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_whose_answer_is_lost_is_found_again_as_it_is_by_now(
    world: World, fault: str
) -> None:
    asked = ask()
    world.fault("stripe.checkout.sessions.create", fault)
    with pytest.raises(ProviderTimeout):
        world.stripe.start(asked)
    found = world.stripe.recover(asked)
    assert found.status is Status.REQUIRES_ACTION
    world.type_card(found)
    assert world.stripe.recover(asked).amount == TEN
    assert len(world.objects("checkout.session")) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_named_card_is_tried_once_and_looking_again_takes_no_money(
    world: World, fault: str
) -> None:
    asked = ask(token="pm_card_visa")
    world.fault("stripe.payment_intents.create", fault)
    with pytest.raises(ProviderTimeout):
        world.stripe.start(asked)
    found = world.stripe.recover(asked)
    assert (found.status, found.ref) == (Status.AUTHORIZED, world.stripe.recover(asked).ref)
    row = world.ledger(found.ref)
    assert (row["authorized"], row["charged"]) == (1000, 0)
    assert world.stripe.capture(found.ref, TEN, "key").amount == TEN
    assert world.stripe.recover(asked).amount == TEN


@pytest.mark.parametrize("fault", [*FAULTS, "500_stuck"])
def test_a_capture_whose_answer_is_lost_takes_the_money_once(world: World, fault: str) -> None:
    started = world.on_page(capture=False)
    world.fault("stripe.payment_intents.capture", fault)
    with pytest.raises(ProviderTimeout):
        world.stripe.capture(started.ref, TEN, "key")
    assert world.stripe.capture(started.ref, TEN, "key").amount == TEN
    assert world.stripe.check(started.ref).amount == TEN
    assert world.ledger(started.ref)["charged"] == 1000


def test_a_capture_that_hangs_is_unknown_and_comes_out_by_a_look(world: World) -> None:
    quick = Stripe(settings(world.url, timeout=0.4))
    started = world.on_page(capture=False)
    world.fault("stripe.payment_intents.capture", "timeout", seconds=1.0)
    for _ in range(2):  # the second finds the first still under way
        with pytest.raises(ProviderTimeout):
            quick.capture(started.ref, TEN, "key")
    time.sleep(1.0)
    assert world.stripe.capture(started.ref, TEN, "key").amount == TEN
    assert world.ledger(started.ref)["charged"] == 1000


def test_ten_captures_at_once_are_one(world: World) -> None:
    started = world.on_page(capture=False)
    outcomes: list[Status | str] = []

    def capture() -> None:
        try:
            outcomes.append(world.stripe.capture(started.ref, TEN, new_token()).status)
        except ProviderTimeout:
            outcomes.append("unknown")

    threads = [threading.Thread(target=capture) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {Status.CAPTURED, "unknown"}
    assert len(outcomes) == 10
    assert world.stripe.check(started.ref).status is Status.CAPTURED
    assert world.ledger(started.ref)["charged"] == 1000


@pytest.mark.parametrize("rival", ["capture", "cancel"])
def test_whoever_is_overtaken_says_what_the_other_did(
    world: World, monkeypatch: pytest.MonkeyPatch, rival: str
) -> None:
    started, part = world.on_page(capture=False), Money(300, "EUR")
    other = Stripe(settings(world.url))
    ask_stripe = world.stripe.client.ask

    def late(method: Any, *ids: str, **more: Any) -> Any:
        if method.__name__ == "capture":
            if rival == "capture":
                other.capture(started.ref, part, "first")
            else:
                other.cancel(started.ref, "first")
        return ask_stripe(method, *ids, **more)

    monkeypatch.setattr(world.stripe.client, "ask", late)
    outcome = world.stripe.capture(started.ref, TEN, "second")
    wanted = (Status.CAPTURED, part) if rival == "capture" else (Status.CANCELLED, None)
    assert (outcome.status, outcome.amount) == wanted
    assert world.ledger(started.ref)["charged"] == (300 if rival == "capture" else 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_refund_whose_answer_is_lost_gives_back_once(world: World, fault: str) -> None:
    ref, key, part = world.on_page().ref, new_token(), Money(400, "EUR")
    world.fault("stripe.refunds.create", fault)
    with pytest.raises(ProviderTimeout):
        world.stripe.refund(ref, part, key)
    assert world.stripe.refund(ref, part, key).status is Status.REFUNDED
    assert world.ledger(ref)["refunded"] == 400


@pytest.mark.parametrize("fault", FAULTS)
def test_giving_up_whose_answer_is_lost_is_repeated(world: World, fault: str) -> None:
    held = world.on_page(capture=False)
    opened = world.stripe.start(ask()).outcome
    for ref, call in ((held.ref, "payment_intents.cancel"), (opened.ref, "sessions.expire")):
        world.fault(f"stripe.*{call}", fault)
        with pytest.raises(ProviderTimeout):
            world.stripe.cancel(ref, "key")
        assert world.stripe.cancel(ref, "key").status is Status.CANCELLED
    assert world.ledger(held.ref)["voided"] == 1000


def test_a_payment_is_found_although_it_cannot_be_asked_for_as_before(world: World) -> None:
    asked, named = ask(), ask(token="pm_card_visa")
    started, held = world.stripe.start(asked).outcome, world.stripe.start(named).outcome
    for _ in range(120):
        world.stripe.client.v1.payment_intents.create({"amount": 100, "currency": "eur"})
    for changed in (replace(asked, locale="ru"), replace(asked, email="new@example.com")):
        assert world.stripe.recover(changed).ref == started.ref
        assert world.stripe.start(changed).outcome.ref == started.ref
    other = replace(named, order_number="VT-7654321")
    assert world.stripe.recover(other).ref == held.ref
    with pytest.raises(ProviderTimeout):
        world.stripe.recover(replace(asked, reference=new_token()))


def test_a_wrong_key_fails_what_begins_and_says_nothing_of_what_began(world: World) -> None:
    started = world.on_page()
    wrong = Stripe(settings(world.url))
    wrong.client = wrong.hasty = Client("sk_live_wrong", world.url, 5)
    with structlog.testing.capture_logs() as logs:
        refused = wrong.start(ask()).outcome
    assert (refused.status, refused.reason, refused.ref) == (Status.FAILED, "misconfigured", "")
    assert any(line["event"] == "stripe.misconfigured" for line in logs)
    assert "sk_live_wrong" not in str(logs)
    for call in (
        lambda: wrong.check(started.ref),
        lambda: wrong.recover(ask()),
        lambda: wrong.capture(started.ref, TEN, "key"),
        lambda: wrong.cancel(started.ref, "key"),
        lambda: wrong.refund(started.ref, TEN, "key"),
        lambda: wrong.cards("cus_1"),
        lambda: wrong.forget_card("cus_1", "pm_1"),
    ):
        with pytest.raises(ProviderTimeout):
            call()


@pytest.mark.parametrize("code", ["lock_timeout", "idempotency_key_in_use", "rate_limit"])
def test_what_is_still_under_way_is_unknown_whatever_the_status(world: World, code: str) -> None:
    def busy(*_: Any) -> Any:
        told = {"error": {"code": code, "type": "invalid_request_error"}}
        raise stripe.InvalidRequestError("busy", None, code, http_status=400, json_body=told)

    with pytest.raises(ProviderTimeout):
        world.stripe.client.ask(busy)


def test_without_an_answer_from_stripe_nothing_is_said(world: World) -> None:
    gone = Stripe(settings("http://127.0.0.1:9", timeout=0.5))
    for call in (
        lambda: gone.check("cs_test_1"),
        lambda: gone.start(ask()),
        lambda: gone.recover(ask(token="pm_card_visa")),
    ):
        with pytest.raises(ProviderTimeout):
            call()


def test_neither_logs_nor_errors_tell_who_pays(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    asked = ask(token="pm_card_chargeDeclined", save=True)
    with caplog.at_level("DEBUG"), structlog.testing.capture_logs() as logs:
        world.stripe.start(asked)
        world.stripe.start(ask(token="pm_nothing"))
        world.fault("stripe.payment_intents.create", "500_before")
        with pytest.raises(ProviderTimeout) as caught:
            world.stripe.start(ask(token="pm_card_visa"))
    assert len(logs) == 3
    assert caught.value.__cause__ is None
    for secret in ("ana@example.com", "sk_test_shop", asked.key):
        assert secret not in caplog.text
        assert secret not in str(logs)
        assert secret not in str(caught.value)

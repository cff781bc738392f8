"""PayPal when answers get lost and webhooks are forged: money moves once; nothing is guessed."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.paypal import TEN, WEBHOOK_ID, World, an_ask, running
from vitrina.core import clock
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import Outcome, Status
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.simulator.paypal import news


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One simulator for all tests here."""
    with running(tmp_path_factory.mktemp("paypal")) as world:
        yield world


@pytest.fixture
def world(simulated: World) -> World:
    simulated.begin_anew()
    return simulated


# what goes wrong on the way -----------------------------------------------------------------------


@pytest.mark.parametrize("capture", [True, False])
@pytest.mark.parametrize("fault", ["lost_reply", "500_before", "500_after", "429", "unreachable"])
def test_a_capture_whose_answer_is_lost_takes_the_money_once(
    world: World, fault: str, capture: bool
) -> None:
    started = world.approved(capture=capture)
    world.paypal.check(started.ref)
    world.fault("paypal.*.capture", fault)
    with pytest.raises(ProviderTimeout):
        world.paypal.capture(started.ref, TEN, "key")
    assert world.paypal.capture(started.ref, TEN, "key").amount == TEN
    assert world.paypal.check(started.ref).amount == TEN
    assert world.ledger(started.ref)["charged"] == 1000


def test_a_capture_that_hangs_is_unknown_and_comes_out_by_a_look(world: World) -> None:
    quick = PayPal(replace(world.paypal.settings, timeout=0.3))
    started = world.approved()
    world.fault("paypal.orders.capture", "timeout", seconds=0.8)
    for _ in range(2):  # the second finds the first still under way
        with pytest.raises(ProviderTimeout):
            quick.capture(started.ref, TEN, "key")
    time.sleep(0.8)
    outcome = world.paypal.capture(started.ref, TEN, "key")
    assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
    assert world.ledger(started.ref)["charged"] == 1000


def at_once(call: Callable[[], Outcome], times: int = 10) -> set[Status | str]:
    """What came of calls that were made in the same moment; ``unknown`` for those without one."""
    outcomes: list[Status | str] = []

    def one() -> None:
        try:
            outcomes.append(call().status)
        except ProviderTimeout:
            outcomes.append("unknown")

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return set(outcomes)


def test_ten_captures_at_once_are_one(world: World) -> None:
    started = world.approved()
    outcomes = at_once(lambda: world.paypal.capture(started.ref, TEN, new_token()))
    assert outcomes <= {Status.CAPTURED, "unknown"}
    assert world.paypal.check(started.ref).status is Status.CAPTURED
    assert world.ledger(started.ref)["charged"] == 1000


def test_ten_refunds_at_once_with_one_key_are_one(world: World) -> None:
    ref, part = world.paid().ref, Money(100, "EUR")
    outcomes = at_once(lambda: world.paypal.refund(ref, part, "one-key"))
    assert outcomes <= {Status.REFUNDED, "unknown"}
    assert world.ledger(ref)["refunded"] == 100


@pytest.mark.parametrize("capture", [True, False])
def test_somebody_who_captures_first_is_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch, capture: bool
) -> None:
    started = world.approved(capture=capture)
    world.paypal.check(started.ref)
    client, post = world.paypal.client, world.paypal.client.post

    def slower(path: str, body: Any, key: str = "") -> dict[str, Any]:
        monkeypatch.undo()
        post(path, body, "another-key")
        return post(path, body, key)

    monkeypatch.setattr(client, "post", slower)
    outcome = world.paypal.capture(started.ref, TEN, new_token())
    assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
    assert world.ledger(started.ref)["charged"] == 1000


@pytest.mark.parametrize("fault", ["lost_reply", "500_after", "429"])
def test_a_refund_whose_answer_is_lost_gives_back_once(world: World, fault: str) -> None:
    ref, key, part = world.paid().ref, new_token(), Money(400, "EUR")
    world.fault("paypal.captures.refund", fault)
    with pytest.raises(ProviderTimeout):
        world.paypal.refund(ref, part, key)
    assert world.paypal.refund(ref, part, key).status is Status.REFUNDED
    assert world.ledger(ref)["refunded"] == 400


def test_a_refund_is_given_once_although_paypal_has_forgotten_its_key(world: World) -> None:
    ref, key, part = world.paid().ref, new_token(), Money(400, "EUR")
    first = world.paypal.refund(ref, part, key)
    world.sim("POST", "clock", {"seconds": 46 * 24 * 3600})
    assert world.paypal.refund(ref, part, key) == first
    assert world.ledger(ref)["refunded"] == 400


def test_an_order_asked_for_again_too_late_is_a_new_one_that_nobody_paid(world: World) -> None:
    asked = an_ask()
    first = world.paypal.start(asked).outcome
    world.sim("POST", "clock", {"seconds": 7 * 3600})
    found = world.paypal.recover(asked)
    assert (found.status, found.ref != first.ref) == (Status.REQUIRES_ACTION, True)
    assert world.paypal.check(first.ref).status is Status.NOTHING


def test_a_key_whose_answer_was_lost_gives_the_same_order_as_it_is_by_now(world: World) -> None:
    asked = an_ask()
    started = world.paypal.start(asked).outcome
    world.approve(started.redirect_url)
    found = world.paypal.recover(asked)
    assert (found.ref, found.status) == (started.ref, Status.AUTHORIZED)
    assert len(world.sim("GET", "objects/paypal.order")["data"]) == 1


def test_a_token_that_ended_is_replaced(world: World) -> None:
    started = world.approved()
    world.sim("POST", "clock", {"seconds": 2 * 3600})
    world.sim("POST", "reset")
    assert world.paypal.check(started.ref).status is Status.NOTHING
    assert world.paypal.start(an_ask()).outcome.status is Status.REQUIRES_ACTION


def test_without_an_answer_from_paypal_nothing_is_said(world: World) -> None:
    gone = PayPal(replace(world.paypal.settings, api_base="http://127.0.0.1:9", timeout=0.5))
    with pytest.raises(ProviderTimeout):
        gone.check("5O190127TN364715T")
    with pytest.raises(ProviderTimeout):
        gone.start(an_ask())


# webhooks -----------------------------------------------------------------------------------------


def heard(world: World, event: dict[str, Any], **changes: str) -> Any:
    """Let the shop read an event that PayPal sent just now."""
    body = json.dumps(event, indent=2).encode()
    return world.paypal.read_webhook({**world.signed(body), **changes}, body)


def test_webhooks_name_the_payment_that_they_are_about(world: World) -> None:
    asked = an_ask()
    started = world.paypal.start(asked).outcome
    world.approve(started.redirect_url)
    world.paypal.capture(started.ref, TEN, new_token())
    world.paypal.refund(started.ref, Money(100, "EUR"), new_token())
    opened = world.sim("POST", f"paypal/orders/{started.ref}/dispute")
    world.sim(
        "POST",
        f"paypal/disputes/{opened['dispute_id']}/resolution",
        {"outcome": "CANCELED_BY_BUYER"},
    )
    notices = [notice for event in world.events() for notice in heard(world, event)]
    assert [notice.kind for notice in notices] == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
        "CUSTOMER.DISPUTE.CREATED",
        "CUSTOMER.DISPUTE.RESOLVED",
    ]
    assert {(notice.ref, notice.reference) for notice in notices} == {
        (started.ref, asked.reference)
    }
    assert len({notice.event_id for notice in notices}) == 6
    assert "buyer@example.com" not in json.dumps([dict(notice.payload) for notice in notices])


def test_the_simulator_delivers_webhooks_that_the_shop_believes(world: World) -> None:
    letters: list[tuple[dict[str, str], bytes]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            letters.append((dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/webhooks/paypal"
        world.sim("DELETE", "webhooks")
        world.sim("POST", "webhooks", {"provider": "paypal", "url": address, "secret": WEBHOOK_ID})
        world.approved()
        world.sim("POST", "deliver")
        server.shutdown()
    ((headers, body),) = letters
    (notice,) = world.paypal.read_webhook(headers, body)
    assert notice.kind == "CHECKOUT.ORDER.APPROVED"


def test_a_webhook_is_believed_only_as_it_was_sent(world: World) -> None:
    world.approved()
    event = world.events()[0]
    body = json.dumps(event, indent=2).encode()
    good = world.signed(body)
    assert world.paypal.read_webhook({k.lower(): v for k, v in good.items()}, body)
    for headers, sent in (
        (good, body.replace(b'"1.0"', b'"1.1"')),
        (good, json.dumps(event).encode()),
        (good, body + b', "webhook_id": "X"'),
        (good, b"[" + body + b"]"),
        (news.headers(body, "ANOTHERWEBHOOK", world.url), body),
        ({**good, "PAYPAL-TRANSMISSION-SIG": "AAAA"}, body),
        ({**good, "PAYPAL-AUTH-ALGO": "none"}, body),
        ({**good, "PAYPAL-CERT-URL": "https://paypal.com.evil.example/cert"}, body),
        ({k: v for k, v in good.items() if k != "PAYPAL-TRANSMISSION-ID"}, body),
        (world.signed(b"{}"), b"{}"),
    ):
        with pytest.raises(ForgedNotice):
            world.paypal.read_webhook(headers, sent)


def test_an_old_webhook_is_refused_but_paypals_repeats_are_taken(world: World) -> None:
    world.approved()
    body = json.dumps(world.events()[0]).encode()
    headers = world.signed(body)
    with clock.later(hours=71):
        assert world.paypal.read_webhook(headers, body)
    with clock.later(hours=74), pytest.raises(ForgedNotice, match="too_old"):
        world.paypal.read_webhook(headers, body)
    with clock.later(minutes=-6), pytest.raises(ForgedNotice, match="too_old"):
        world.paypal.read_webhook(headers, body)


def test_a_webhook_that_cannot_be_checked_now_is_not_called_forged(world: World) -> None:
    world.approved()
    world.fault("paypal.webhooks.verify", "500_before")
    with pytest.raises(ProviderTimeout):
        heard(world, world.events()[0])

"""The same calls to the simulator and to localstripe, an imitation that others wrote.

What both answer must be the same, so that the simulator does not merely agree with the mistakes of
the shop that is tested with it. What localstripe cannot do, or does otherwise, is named here.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stripe

from tests.simulator.conftest import Ear, Simulator
from tests.simulator.stripe.conftest import SECRET
from tests.simulator.stripe.localstripe import (
    CHARGE,
    INTENT,
    SERVE,
    Story,
    event_of,
    intent,
    method,
    parts,
    refusal,
)


@pytest.fixture(scope="module")
def other() -> Iterator[str]:
    """localstripe's address, as a process of its own."""
    pytest.importorskip("localstripe")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], **quiet)
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
def told(simulator: Simulator, other: str) -> Callable[[Story], list[Any]]:
    """Let both tell a story, compare them, and give what they said."""

    def compare(story: Story) -> list[Any]:
        both = [
            story(
                stripe.StripeClient(
                    "sk_test_simulator", base_addresses={"api": url}, max_network_retries=0
                )
            )
            for url in (simulator.url, other)
        ]
        assert both[0] == both[1]
        return both[0]

    return compare


def test_customers(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        ana = client.v1.customers.create(
            params={"email": "ana@example.com", "name": "Ana", "metadata": {"id": "7"}}
        )
        same = client.v1.customers.retrieve(ana.id)
        new = client.v1.customers.update(ana.id, params={"name": "Ana R", "metadata": {"b": "2"}})
        names = ("object", "email", "name", "phone", "description", "metadata", "livemode")
        gone = client.v1.customers.delete(ana.id)
        return [
            ana.id[:4],
            *(parts(one, *names) for one in (ana, same, new)),
            parts(gone, "object", "deleted"),
            refusal(lambda: client.v1.customers.retrieve("cus_nobody")),
        ]

    assert told(story)[3]["metadata"] == {"id": "7", "b": "2"}


def test_cards_of_a_customer(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        ana, name = client.v1.customers.create(), method(client)
        before = client.v1.payment_methods.retrieve(name)
        held = client.v1.payment_methods.attach(name, params={"customer": ana.id})
        listed = client.v1.payment_methods.list(params={"customer": ana.id, "type": "card"})
        card = parts(held, "object", "type", "livemode", "metadata")
        shown = {key: held.to_dict()["card"][key] for key in ("brand", "last4", "exp_year")}
        same = held.to_dict()["card"]["fingerprint"] == before.to_dict()["card"]["fingerprint"]
        gone = client.v1.payment_methods.detach(name)
        after = client.v1.payment_methods.list(params={"customer": ana.id, "type": "card"})
        refused = refusal(
            lambda: client.v1.payment_methods.attach(
                method(client, "4000000000000002"), params={"customer": ana.id}
            )
        )
        counts = [len(listed.data), len(after.data)]
        return [
            before.customer,
            held.customer == ana.id,
            card,
            shown,
            same,
            gone.customer,
            counts,
            refused,
        ]

    assert told(story)[-2:] == [[1, 0], ("CardError", 402)]


def test_a_payment_confirmed_later(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        made = intent(client, metadata={"order": "VT-1"})
        done = client.v1.payment_intents.confirm(made.id)
        seen = client.v1.payment_intents.retrieve(made.id, params={"expand": ["latest_charge"]})
        again = refusal(lambda: client.v1.payment_intents.confirm(made.id))
        return [
            *(parts(one, *INTENT) for one in (made, done, seen)),
            parts(seen.latest_charge, *CHARGE),
            seen.latest_charge.payment_intent == made.id,
            made.client_secret.startswith(f"{made.id}_secret_"),
            again,
        ]

    said = told(story)
    assert [one["status"] for one in said[:3]] == [
        "requires_confirmation",
        "succeeded",
        "succeeded",
    ]


def test_money_held_taken_in_part_and_given_up(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        held = intent(client, capture_method="manual", confirm=True)
        taken = client.v1.payment_intents.capture(held.id, params={"amount_to_capture": 1500})
        seen = client.v1.payment_intents.retrieve(held.id, params={"expand": ["latest_charge"]})
        rest = client.v1.refunds.list(params={"payment_intent": held.id})
        again = refusal(lambda: client.v1.payment_intents.capture(held.id))
        second = intent(client, capture_method="manual", confirm=True)
        gone = client.v1.payment_intents.cancel(second.id)
        return [
            *(parts(one, *INTENT) for one in (held, taken, gone)),
            parts(seen.latest_charge, *CHARGE),
            [(one.amount, one.status) for one in rest.data],
            again,
            refusal(lambda: client.v1.payment_intents.cancel(second.id)),
        ]

    said = told(story)
    assert said[3]["amount_refunded"] == 500, "what is released looks like a refund"


def test_a_declined_card(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        made = intent(client, "4000000000000341")
        with pytest.raises(stripe.CardError) as raised:
            client.v1.payment_intents.confirm(made.id)
        seen = client.v1.payment_intents.retrieve(made.id, params={"expand": ["latest_charge"]})
        error = seen.last_payment_error
        return [
            raised.value.code,
            raised.value.http_status,
            raised.value.user_message,
            parts(seen, *INTENT),
            # localstripe calls a charge captured that failed
            parts(seen.latest_charge, *(name for name in CHARGE if name != "captured")),
            (error.code, error.message, error.charge == seen.latest_charge.id),
        ]

    assert told(story)[0] == "card_declined"


@pytest.mark.parametrize("number", ["4000000000003220", "4000002500003155", "4000002760003184"])
def test_cards_that_ask_for_three_d_secure(told: Callable[[Story], list[Any]], number: str) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        made = intent(client, number, confirm=True)
        gone = client.v1.payment_intents.cancel(made.id)
        action = made.next_action.to_dict()
        return [
            made.status,
            action["type"],
            action["use_stripe_sdk"]["type"],
            made.latest_charge,
            gone.status,
            gone.next_action,
        ]

    assert told(story)[:2] == ["requires_action", "use_stripe_sdk"]


def test_refunds(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        paid = intent(client, confirm=True)
        refunds = client.v1.refunds
        first = refunds.create(
            params={"payment_intent": paid.id, "amount": 500, "metadata": {"key": "1"}}
        )
        names = ("object", "amount", "currency", "status", "metadata")
        second = refunds.create(params={"payment_intent": paid.id, "amount": 1500})
        seen = client.v1.payment_intents.retrieve(paid.id, params={"expand": ["latest_charge"]})
        return [
            parts(first, *names),
            parts(second, *names),
            first.charge == seen.latest_charge.id,
            parts(seen.latest_charge, *CHARGE),
            len(refunds.list(params={"payment_intent": paid.id}).data),
            parts(refunds.retrieve(first.id), *names),
            refusal(lambda: refunds.create(params={})),
        ]

    assert told(story)[3]["refunded"] is True


def test_wrong_calls(told: Callable[[Story], list[Any]]) -> None:
    def story(client: stripe.StripeClient) -> list[Any]:
        v1: Any = client.v1
        return [
            refusal(lambda: v1.payment_intents.create(params={"currency": "eur"})),
            refusal(lambda: v1.payment_intents.create(params={"amount": -5, "currency": "eur"})),
            refusal(lambda: v1.customers.create(params={"colour": "red"})),
            refusal(lambda: v1.payment_intents.retrieve("pi_nobody")),
            refusal(lambda: v1.refunds.retrieve("re_nobody")),
            refusal(
                lambda: v1.payment_intents.create(
                    params={"amount": 200, "currency": "eur", "customer": "cus_nobody"}
                )
            )[0],
        ]

    assert {name for name, _ in told(story)[:5]} == {"InvalidRequestError"}


def test_webhooks_are_signed_alike(simulator: Simulator, other: str, ear: Ear) -> None:
    """Both are believed by the SDK, and tell of the same things in the same shape."""
    simulator.sim("POST", "webhooks", {"provider": "stripe", "url": ear.url, "secret": SECRET})
    answer = httpx.post(f"{other}/_config/webhooks/ear", json={"url": ear.url, "secret": SECRET})
    assert answer.is_success
    heard = {}
    for url in (simulator.url, other):
        ear.heard.clear()
        client = stripe.StripeClient("sk_test_simulator", base_addresses={"api": url})
        paid = intent(client, confirm=True)
        deadline = time.monotonic() + 15
        while not (event := event_of(ear, paid.id, "payment_intent.succeeded")):
            assert time.monotonic() < deadline, ear.events
            time.sleep(0.1)
        for headers, body in ear.heard:
            stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
        shown = ("object", "type", "livemode", "pending_webhooks")
        heard[url] = [{name: event[name] for name in shown if name in event}, event["id"][:4]]
        heard[url].append({name: event["data"]["object"][name] for name in INTENT})
    mine, theirs = heard[simulator.url], heard[other]
    assert mine[0] | theirs[0] == mine[0]
    assert mine[1:] == theirs[1:]


def test_what_localstripe_lacks_is_why_the_simulator_is_there(other: str) -> None:
    """Should one of these begin to work there, compare it above."""
    client = stripe.StripeClient(
        "sk_test_simulator", base_addresses={"api": other}, max_network_retries=0
    )
    params: Any = {"email": "ana@example.com"}
    made = [
        client.v1.customers.create(params=params, options={"idempotency_key": "k"}).id
        for _ in range(2)
    ]
    assert made[0] != made[1], "idempotency keys"
    assert refusal(lambda: client.v1.checkout.sessions.list()) == ("APIError", 404)
    assert refusal(lambda: client.v1.disputes.list()) == ("APIError", 404)
    paid, held = intent(client, confirm=True), intent(client, confirm=True, capture_method="manual")
    for _ in range(2):  # more than was paid
        client.v1.refunds.create(params={"payment_intent": paid.id, "amount": 2000})
    client.v1.payment_intents.cancel(held.id)
    client.v1.payment_intents.capture(held.id)  # what was given up

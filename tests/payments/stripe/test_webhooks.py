"""Stripe's webhooks: believed only as they were signed, just now, and for our own account."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.payments.stripe.world import DECLINED, DISPUTED, World, ask, settings, signature
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import Outcome
from vitrina.payments.providers.stripe.provider import Stripe

PART = Money(100, "EUR")


def paid(world: World, number: str = "") -> tuple[Outcome, str]:
    """A payment on Stripe's page after one decline, and our reference of it."""
    asked = ask()
    started = world.stripe.start(asked).outcome
    world.type_card(started, DECLINED)
    world.type_card(started, **({"number": number} if number else {}))
    return started, asked.reference


def test_webhooks_name_the_payment_that_they_are_about(world: World) -> None:
    started, reference = paid(world, DISPUTED)
    notices = [notice for event in world.events() for notice in world.hear(event)]
    assert [notice.kind for notice in notices] == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "checkout.session.completed",
    ]
    assert {notice.reference for notice in notices} == {reference}
    assert notices[-1].ref == started.ref
    assert len({notice.event_id for notice in notices}) == 8
    assert "ana@example.com" not in json.dumps([dict(notice.payload) for notice in notices])


def test_refunds_name_their_payment_also_when_stripes_own_desk_made_them(world: World) -> None:
    started, reference = paid(world)
    intent = world.intent(started.ref)
    known = len(world.events())
    world.stripe.refund(started.ref, PART, "key")
    world.sim("POST", "stripe/refund", {"payment_intent": intent, "amount": 100})
    notices = [notice for event in world.events()[known:] for notice in world.hear(event)]
    assert [notice.kind for notice in notices] == ["refund.created", "charge.refunded"] * 2
    assert {notice.reference for notice in notices} == {reference}


def test_a_payment_by_a_form_or_a_named_card_is_named_by_its_intent(world: World) -> None:
    for provider, asked in (
        (world.element, ask()),
        (world.stripe, ask(token="pm_card_visa")),
    ):
        known = len(world.events())
        started = provider.start(asked).outcome
        told = [one for event in world.events()[known:] for one in world.hear(event)]
        assert {(one.ref, one.reference) for one in told} == {(started.ref, asked.reference)}


def test_what_is_not_about_a_payment_of_ours_is_passed_over(world: World) -> None:
    paid(world)
    event = world.events()[-1]
    assert world.hear({**event, "account": "acct_another"}) == []
    assert world.hear({**event, "type": "customer.created"}) == []
    strange = {"id": "re_1", "object": "refund", "payment_intent": "pi_unknown"}
    (notice,) = world.hear({**event, "type": "refund.created", "data": {"object": strange}})
    assert (notice.ref, notice.reference) == ("pi_unknown", "")
    (notice,) = world.hear({**event, "type": "charge.updated", "data": {"object": {"id": "ch"}}})
    assert (notice.ref, notice.reference) == ("", "")


def test_a_webhook_is_believed_only_as_it_was_signed(world: World) -> None:
    paid(world)
    event = world.events()[-1]
    text = json.dumps(event)
    body, good = text.encode(), signature(text)
    assert world.stripe.read_webhook({"stripe-signature": good}, body)
    foreign = signature(text, "whsec_another-secret")
    for forged, sent in (
        ("", body),
        (foreign, body),
        (signature(text, ""), body),
        (good, body + b" "),
        (good, text.replace("1000", "9000").encode()),
        (good.replace("v1=", "v0="), body),
        (f"{good},v1=\xe9", body + b" "),
        ("t=1", body),
        (signature("\ufffd"), b"\xff\xfe"),
        (signature("{}"), b"{}"),
        (signature("[]"), b"[]"),
        (signature("{"), b"{"),
        (signature("[" * 100_000), b"[" * 100_000),
        (signature(json.dumps({**event, "data": {"object": "cs"}})), body),
        (signature(" " * 1_000_001), b" " * 1_000_001),
    ):
        with pytest.raises(ForgedNotice):
            world.stripe.read_webhook({"Stripe-Signature": forged}, sent)
    two = good.replace("v1=", f"{foreign.partition(',')[2]},v1=")  # while the secret is rolled
    assert world.stripe.read_webhook({"Stripe-Signature": two}, body)


@pytest.mark.parametrize("changes", [{"id": ""}, {"type": None}, {"data": {}}, {"id": 7}])
def test_an_event_without_its_parts_is_refused(world: World, changes: dict[str, Any]) -> None:
    paid(world)
    with pytest.raises(ForgedNotice, match="unreadable"):
        world.hear({**world.events()[-1], **changes})


def test_an_old_webhook_is_refused(world: World) -> None:
    paid(world)
    text = json.dumps(world.events()[-1])
    for age, fresh in ((290, True), (310, False)):
        header = {"Stripe-Signature": signature(text, at=int(time.time()) - age)}
        if fresh:
            assert world.stripe.read_webhook(header, text.encode())
        else:
            with pytest.raises(ForgedNotice, match="too_old"):
                world.stripe.read_webhook(header, text.encode())


def test_play_money_does_not_pay_in_a_shop_that_takes_real_money(world: World) -> None:
    paid(world)
    live = Stripe(settings(secret_key="sk_live_shop", publishable_key="pk_live_shop"))
    event = world.events()[-1]
    for wrong in ({**event}, {**event, "livemode": None}, {**event, "livemode": "true"}):
        text = json.dumps(wrong)
        with pytest.raises(ForgedNotice, match="wrong_mode"):
            live.read_webhook({"Stripe-Signature": signature(text)}, text.encode())
    real = json.dumps({**event, "livemode": True})
    assert live.read_webhook({"Stripe-Signature": signature(real)}, real.encode())
    with pytest.raises(ForgedNotice, match="wrong_mode"):
        world.stripe.read_webhook({"Stripe-Signature": signature(real)}, real.encode())


def test_a_webhook_whose_payment_cannot_be_asked_for_now_is_not_called_forged(
    world: World,
) -> None:
    paid(world, DISPUTED)
    event = next(one for one in world.events() if one["type"] == "charge.dispute.created")
    world.fault("stripe.payment_intents.retrieve", "500_before")
    with pytest.raises(ProviderTimeout):
        world.hear(event)
    assert world.hear(event)


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

    started, _ = paid(world)
    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/webhooks/stripe"
        world.sim("DELETE", "webhooks")
        secret = world.stripe.settings.webhook_secret
        world.sim("POST", "webhooks", {"provider": "stripe", "url": address, "secret": secret})
        world.sim("POST", "deliver")
        server.shutdown()
    notices = [one for headers, body in letters for one in world.stripe.read_webhook(headers, body)]
    assert notices[-1].ref == started.ref

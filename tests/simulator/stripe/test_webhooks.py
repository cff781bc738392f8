"""Stripe's events: signed, listed, and on their way through a bad network."""

import pytest
import stripe

from tests.simulator.conftest import Ear, Simulator
from tests.simulator.stripe.conftest import SECRET, Buyer, paid, session


def test_events_are_signed_and_the_sdk_believes_them(
    client: stripe.StripeClient, simulator: Simulator, listening: Ear
) -> None:
    intent = paid(client)
    simulator.sim("POST", "deliver")
    kinds = []
    for headers, body in listening.heard:
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
        kinds.append(event.type)
        assert event.data.object.to_dict()["object"] in ("payment_intent", "charge")
    assert kinds == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]
    assert listening.events[-1]["data"]["object"]["id"] == intent.id
    headers, body = listening.heard[0]
    for forged in (body.replace(b"2000", b"2001"), body + b" "):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(forged, headers["Stripe-Signature"], SECRET)


def test_the_events_of_a_whole_life(
    client: stripe.StripeClient, simulator: Simulator, listening: Ear
) -> None:
    page = session(client, payment_intent_data={"capture_method": "manual"})
    buyer = Buyer().open(page.url).pay("4000000000000002")
    buyer.pay("4000000000003220").answer("approve")
    intent = client.v1.checkout.sessions.retrieve(page.id).payment_intent
    client.v1.payment_intents.capture(str(intent))
    client.v1.refunds.create(params={"payment_intent": str(intent), "amount": 100})
    simulator.sim("POST", "stripe/dispute", {"payment_intent": str(intent), "amount": 2400})
    simulator.sim("POST", "deliver")
    assert [event["type"] for event in listening.events] == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "checkout.session.completed",
        "charge.captured",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    completed = listening.events[6]["data"]["object"]
    assert (completed["id"], completed["client_reference_id"]) == (page.id, "VT-1")
    assert not any(name.startswith("_") for name in completed), "nothing of ours is told"


def test_events_can_be_asked_for(client: stripe.StripeClient) -> None:
    paid(client)
    all_of_them = client.v1.events.list().data
    assert [event.type for event in all_of_them] == [
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]
    one = client.v1.events.retrieve(all_of_them[0].id)
    assert one.to_dict() == all_of_them[0].to_dict()
    some = client.v1.events.list(params={"types": ["charge.succeeded"]})
    assert [event.type for event in some.data] == ["charge.succeeded"]
    none = client.v1.events.list(params={"created": {"gt": all_of_them[0].created}})
    assert none.data == []


def test_every_event_fifty_times_from_eight_senders(
    client: stripe.StripeClient, simulator: Simulator, listening: Ear
) -> None:
    paid(client)
    tally = simulator.sim(
        "POST", "redeliver", {"times": 50, "shuffle": True, "seed": 5, "parallel": 8}
    )
    assert tally == {"sent": 150, "accepted": 150, "refused": 0, "lost": 0}
    ids = [event["id"] for event in listening.events]
    assert {ids.count(name) for name in ids} == {50}


def test_all_events_are_lost_and_the_state_can_still_be_asked_for(
    client: stripe.StripeClient, simulator: Simulator, listening: Ear
) -> None:
    simulator.sim("PUT", "travel", {"lose": 1})
    intent = paid(client)
    simulator.sim("POST", "deliver")
    assert listening.heard == []
    assert simulator.sim("GET", "webhooks")["events"]["lost"] == 3
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_what_did_not_happen_is_not_told(
    client: stripe.StripeClient, simulator: Simulator, listening: Ear
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        paid(client, amount=10)
    assert simulator.sim("POST", "deliver")["sent"] == 0

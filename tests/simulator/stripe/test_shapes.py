"""Every object has Stripe's own fields: none that the SDK does not know, none that it needs."""

import typing
from typing import Any

import pytest
import stripe
from stripe import StripeObject

from tests.simulator.conftest import Simulator
from tests.simulator.stripe.conftest import Buyer, paid, session


def strange(value: Any, known: type[StripeObject], path: str) -> list[str]:
    """The names in ``value`` that the SDK's class does not declare, at any depth."""
    if isinstance(value, list):
        return [name for one in value for name in strange(one, known, path)]
    if not isinstance(value, dict):
        return []
    found = []
    inner: dict[str, type[StripeObject]] = known._inner_class_types
    for name, one in value.items():
        if name not in known.__annotations__:
            found.append(f"{path}.{name}")
        elif name in inner:
            found += strange(one, inner[name], f"{path}.{name}")
    return found


def needed(known: type[StripeObject]) -> set[str]:
    """The fields that the SDK says are always there."""
    return {
        name
        for name, kind in known.__annotations__.items()
        if type(None) not in typing.get_args(kind)
        and typing.get_origin(kind) is not typing.ClassVar
    } - {"OBJECT_NAME", "deleted"}


@pytest.fixture
def everything(client: stripe.StripeClient, simulator: Simulator) -> dict[str, list[Any]]:
    """One of each object, in each of its states, by kind."""
    ana = client.v1.customers.create(params={"email": "ana@example.com"})
    paid(client, customer=ana.id, setup_future_usage="off_session")
    refunded = paid(client, payment_method="pm_card_pendingRefund")
    client.v1.refunds.create(params={"payment_intent": refunded.id, "amount": 100})
    client.v1.refunds.create(params={"payment_intent": paid(client).id, "amount": 100})
    paid(client, payment_method="pm_card_createDispute")
    paid(client, payment_method="pm_card_threeDSecure2Required")
    client.v1.payment_intents.cancel(paid(client, capture_method="manual").id)
    with pytest.raises(stripe.CardError):
        paid(client, payment_method="pm_card_chargeDeclined")
    page = session(client)
    Buyer().open(page.url).pay("4242424242424242")
    client.v1.checkout.sessions.expire(session(client).id)
    v1 = client.v1
    lists: dict[str, Any] = {
        "payment_intent": v1.payment_intents.list(params={"expand": ["data.payment_method"]}),
        "charge": v1.charges.list(params={"expand": ["data.refunds"]}),
        "refund": v1.refunds.list(),
        "dispute": v1.disputes.list(),
        "customer": v1.customers.list(),
        "event": v1.events.list(params={"limit": 100}),
        "checkout.session": v1.checkout.sessions.list(params={"expand": ["data.line_items"]}),
        "payment_method": v1.payment_methods.list(params={"customer": ana.id}),
    }
    return {name: [one.to_dict() for one in found.data] for name, found in lists.items()}


CLASSES: dict[str, type[StripeObject]] = {
    "payment_intent": stripe.PaymentIntent,
    "charge": stripe.Charge,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "checkout.session": stripe.checkout.Session,
    "payment_method": stripe.PaymentMethod,
}


def test_all_objects_have_the_fields_that_the_sdk_declares(
    everything: dict[str, list[Any]],
) -> None:
    wrong: set[str] = set()
    for name, known in CLASSES.items():
        assert everything[name], f"there is a {name} to look at"
        for one in everything[name]:
            wrong |= set(strange(one, known, name))
            wrong |= {f"{name} lacks {field}" for field in needed(known) - set(one)}
    assert wrong == set()


def test_the_check_itself_sees_a_strange_field(everything: dict[str, list[Any]]) -> None:
    charge = everything["charge"][0]
    charge["outcome"]["mood"] = "good"
    assert strange(charge, stripe.Charge, "charge") == ["charge.outcome.mood"]
    assert "amount" in needed(stripe.Charge)


def test_what_an_event_tells_is_an_object_as_the_api_gives_it(
    everything: dict[str, list[Any]],
) -> None:
    kinds = set()
    for event in everything["event"]:
        told = event["data"]["object"]
        kinds.add(told["object"])
        assert strange(told, CLASSES[told["object"]], event["type"]) == []
    assert kinds >= {"payment_intent", "charge", "refund", "dispute", "checkout.session"}

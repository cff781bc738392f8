"""localstripe as a process on a free port, and the words in which answers are compared."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.simulator.conftest import Ear

SERVE = (
    "import sys; from aiohttp import web; from localstripe import server;"
    "type(server.store).dump_to_disk = lambda store: None;"
    "web.run_app(server.app, host='127.0.0.1', port=int(sys.argv[1]), print=None)"
)
"""localstripe on loopback alone, and without its file in /tmp."""

Story = Callable[[stripe.StripeClient], list[Any]]
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}


def method(client: stripe.StripeClient, number: str = CARD["number"]) -> str:  # type: ignore[assignment]
    """A card by its number; localstripe has no ``pm_card_visa``."""
    params = {"type": "card", "card": {**CARD, "number": number}}
    return client.v1.payment_methods.create(params=params).id  # type: ignore[arg-type]


def intent(client: stripe.StripeClient, number: str = "4242424242424242", **more: Any) -> Any:
    params = {
        "amount": 2000,
        "currency": "eur",
        "payment_method": method(client, number),
        "payment_method_types": ["card"],
        **more,
    }
    return client.v1.payment_intents.create(params=params)  # type: ignore[arg-type]


def parts(one: Any, *names: str) -> dict[str, Any]:
    """Some fields of an object."""
    whole = one.to_dict()
    return {name: whole[name] for name in names}


def refusal(work: Callable[[], object]) -> tuple[str, int | None]:
    """How a call is refused: the SDK's class of error, and the status."""
    with pytest.raises(stripe.StripeError) as raised:
        work()
    return type(raised.value).__name__, raised.value.http_status


CHARGE = ("object", "amount", "currency", "captured", "paid", "status", "amount_refunded")
CHARGE += ("refunded", "failure_code", "failure_message", "livemode")
INTENT = ("object", "status", "amount", "currency", "capture_method", "metadata", "next_action")
INTENT += ("customer", "livemode")


def event_of(ear: Ear, object_id: str, kind: str) -> dict[str, Any] | None:
    """The event of this kind about this object; localstripe tells of earlier ones late."""
    for event in ear.events:
        if event["type"] == kind and event["data"]["object"]["id"] == object_id:
            return event
    return None

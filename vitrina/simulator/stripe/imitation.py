"""Stripe, as the simulator plays it."""

import hashlib
import hmac
import time
from collections.abc import Mapping

from vitrina.simulator.events import Endpoint, Event
from vitrina.simulator.provider import Imitation
from vitrina.simulator.stripe import (  # importing them makes their calls part of the API
    account,
    charges,
    customers,
    disputes,
    hosted,
    payment_methods,
    refunds,
    switches,
    wire,
)
from vitrina.simulator.stripe.checkout import api as checkout
from vitrina.simulator.stripe.payment_intents import api as payment_intents

CALLS = (
    account,
    charges,
    checkout,
    customers,
    disputes,
    payment_intents,
    payment_methods,
    refunds,
)


def sign(endpoint: Endpoint, event: Event) -> Mapping[str, str]:
    """Stripe-Signature: the moment of sending, and an HMAC over it and the body."""
    moment = int(time.time())
    signed = f"{moment}.{event.body}".encode()
    mac = hmac.new(endpoint.secret.encode(), signed, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={moment},v1={mac}"}


STRIPE = Imitation(
    name="stripe", blueprints=(wire.api, hosted.bp, switches.bp), sign=sign, tick=switches.tick
)

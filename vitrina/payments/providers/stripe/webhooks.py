"""Stripe's webhooks: nothing is read before the signature is verified, byte for byte."""

import json
from collections.abc import Mapping
from typing import Any

import stripe
import structlog

from vitrina.payments.errors import ForgedNotice
from vitrina.payments.provider import Notice
from vitrina.payments.providers.stripe import reading
from vitrina.payments.providers.stripe.client import Client, Refused

log = structlog.get_logger("vitrina.stripe")

TOLERANCE = 300
"""Seconds after which a signature is worth nothing; Stripe signs each delivery anew."""
LONGEST = 1_000_000
"""Bytes of a body that are worth reading."""
ABOUT_PAYMENTS = ("checkout.session.", "payment_intent.", "charge.", "refund.")


def verify(secret: str, live: bool, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event in ``body``, signed with ``secret`` just now, and of the mode of our key.

    Raises ForgedNotice.
    """
    if len(body) > LONGEST:
        raise _forged("too_long")
    signature = next((v for k, v in headers.items() if k.lower() == "stripe-signature"), "")
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
    except stripe.SignatureVerificationError as error:
        old = "Timestamp" in str(error.user_message)
        raise _forged("too_old" if old else "wrong_signature") from None
    except (ValueError, TypeError):  # a body that is no text, a signature that is no ASCII
        raise _forged("unreadable") from None
    event = _event(body)
    if event.get("livemode") is not live:
        raise _forged("wrong_mode")
    return event


def _forged(reason: str) -> ForgedNotice:
    return ForgedNotice(provider="stripe", reason=reason)


def _event(body: bytes) -> dict[str, Any]:
    """One JSON object with an id, a type and the thing that it is about."""
    try:
        event = json.loads(body)
        thing = event["data"]["object"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise _forged("unreadable") from None
    named = all(isinstance(event.get(name), str) and event[name] for name in ("id", "type"))
    if not named or not isinstance(thing, dict):
        raise _forged("unreadable")
    return dict(event)


def notices(client: Client, event: Mapping[str, Any]) -> list[Notice]:
    """What a verified event tells; nothing when it is not about a payment of this account.

    Names and addresses in it are not kept. Raises ProviderTimeout.
    """
    kind, thing = str(event["type"]), event["data"]["object"]
    if event.get("account") or not kind.startswith(ABOUT_PAYMENTS):
        return []
    ref, reference = _about(client, thing)
    return [
        Notice(
            event_id=str(event["id"]),
            kind=kind,
            ref=ref,
            reference=reference,
            payload={
                "id": event["id"],
                "type": kind,
                "created": event.get("created"),
                "object": str(thing.get("object", "")),
                "object_id": str(thing.get("id", "")),
            },
        )
    ]


def _about(client: Client, thing: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the payment as the shop keeps it, and ours.

    Disputes, and refunds made at Stripe's own desk, know only the intent that they are of.
    """
    kind, reference = thing.get("object"), reading.reference_of(thing)
    if kind == "checkout.session":
        return str(thing["id"]), str(thing.get("client_reference_id") or reference)
    if kind == "payment_intent":
        return reading.stored_ref(thing), reference
    intent_id = str(thing.get("payment_intent") or "")
    if reference or not intent_id:
        return intent_id, reference
    try:
        intent = client.ask(client.v1.payment_intents.retrieve, intent_id)
    except Refused as no:
        if no.open:
            raise no.unknown() from None
        log.info("stripe.event_of_nothing", kind=kind, reason=no.reason)
        return intent_id, ""
    return reading.stored_ref(intent), reading.reference_of(intent)

"""PayPal's webhooks: verified by PayPal itself, byte for byte, before anything of them is read."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from vitrina.core import clock
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import Notice
from vitrina.payments.providers.paypal import reading
from vitrina.payments.providers.paypal.client import Client, Refused, links

OLDEST = timedelta(days=3, hours=1)
"""PayPal repeats a delivery for three days, with the time of the first one. A replay within these
does no harm: an event is taken once, and is only a hint."""
AHEAD = timedelta(minutes=5)
LONGEST = 1_000_000
"""Bytes of a body that are worth a question to PayPal."""

_HEADERS = {
    "auth_algo": ("paypal-auth-algo", re.compile(r"[A-Za-z0-9]{1,100}")),
    "cert_url": ("paypal-cert-url", re.compile(r"https?://[!-~]{1,480}")),
    "transmission_id": ("paypal-transmission-id", re.compile(r"[A-Za-z0-9-]{1,50}")),
    "transmission_sig": ("paypal-transmission-sig", re.compile(r"[A-Za-z0-9+/=]{1,500}")),
    "transmission_time": ("paypal-transmission-time", re.compile(r"[0-9TtZz:.+-]{1,100}")),
}
_CAPTURE = re.compile(r"/v2/payments/captures/([A-Z0-9]{1,40})$")


def verify(client: Client, webhook_id: str, headers: Mapping[str, str], body: bytes) -> Any:
    """The event in ``body``, once PayPal has said that it sent it.

    Raises ForgedNotice, and ProviderTimeout when PayPal cannot be asked just now.
    """
    event = _event(body)
    signed = _signed(headers)
    _timely(signed["transmission_time"])
    if not webhook_id:
        raise _forged("no_webhook_id")
    _from_paypal(signed["cert_url"], client)
    # The event goes back as it came: written anew, it would no longer fit its signature.
    head = json.dumps({**signed, "webhook_id": webhook_id}).encode()
    question = head[:-1] + b', "webhook_event": ' + body + b"}"
    try:
        told = client.send("/v1/notifications/verify-webhook-signature", question)
    except Refused as no:
        if no.status in (401, 403):
            raise ProviderTimeout(provider="paypal", reason=no.reason) from no
        raise _forged(no.reason) from no
    if told.get("verification_status") != "SUCCESS":
        raise _forged("wrong_signature")
    return event


def _forged(reason: str) -> ForgedNotice:
    return ForgedNotice(provider="paypal", reason=reason)


def _event(body: bytes) -> dict[str, Any]:
    """One JSON object with an id and a type. Only such a body may stand inside another one."""
    if len(body) > LONGEST:
        raise _forged("too_long")
    try:
        event = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _forged("unreadable") from None
    named = isinstance(event, dict) and all(
        isinstance(event.get(name), str) and event[name] for name in ("id", "event_type")
    )
    if not named:
        raise _forged("unreadable")
    return dict(event)


def _signed(headers: Mapping[str, str]) -> dict[str, str]:
    given = {name.lower(): value for name, value in headers.items()}
    found = {}
    for field, (name, shape) in _HEADERS.items():
        value = given.get(name, "")
        if not shape.fullmatch(value):
            raise _forged("no_signature")
        found[field] = value
    return found


def _timely(sent: str) -> None:
    try:
        age = clock.now() - datetime.fromisoformat(sent)
    except (ValueError, TypeError):
        raise _forged("no_time") from None
    if not -AHEAD <= age <= OLDEST:
        raise _forged("too_old")


def _from_paypal(cert_url: str, client: Client) -> None:
    """The certificate lies with PayPal (or with the simulator that stands for it)."""
    host = urlsplit(cert_url).hostname or ""
    if host != client.host and not host.endswith(".paypal.com"):
        raise _forged("strange_certificate")


def notice(client: Client, event: Mapping[str, Any]) -> Notice:
    """What a verified event is about. Names and addresses in it are not kept."""
    resource = event.get("resource")
    resource = resource if isinstance(resource, dict) else {}
    kind = str(event["event_type"])
    ref, reference = _about(client, kind, resource)
    return Notice(
        event_id=str(event["id"]),
        kind=kind,
        ref=ref,
        reference=reference,
        payload={
            "id": event["id"],
            "event_type": kind,
            "create_time": str(event.get("create_time", "")),
            "resource_type": str(event.get("resource_type", "")),
            "resource_id": str(resource.get("id") or resource.get("dispute_id") or ""),
        },
    )


def _about(client: Client, kind: str, resource: Mapping[str, Any]) -> tuple[str, str]:
    """PayPal's order and our reference. Refunds and disputes know only the capture they are of."""
    if kind.startswith("CHECKOUT.ORDER."):
        custom_id = str(reading.unit(resource).get("custom_id", ""))
        return str(resource.get("id", "")), reading.reference(custom_id)
    known = _related(resource)
    if known[0]:
        return known
    capture_id = _capture_of(resource)
    if capture_id:
        try:
            return _related(client.get(f"/v2/payments/captures/{capture_id}"))
        except Refused:
            return known
    return known


def _related(told: Mapping[str, Any]) -> tuple[str, str]:
    related = (told.get("supplementary_data") or {}).get("related_ids") or {}
    ours = told.get("invoice_id") or told.get("custom_id") or ""
    return str(related.get("order_id", "")), reading.reference(str(ours))


def _capture_of(resource: Mapping[str, Any]) -> str:
    disputed = resource.get("disputed_transactions") or [{}]
    found = str(disputed[0].get("seller_transaction_id", ""))
    above = _CAPTURE.search(links(resource).get("up", ""))
    return above.group(1) if above else found if re.fullmatch(r"[A-Z0-9]{1,40}", found) else ""

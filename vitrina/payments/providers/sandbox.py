"""A card provider without a network, which drives the demo shop and the tests.

It imitates what hurts with real ones: declined cards, 3-D Secure, money that comes later by
webhook, answers that get lost. Card numbers never reach the shop's code: :func:`token_of` turns one
of the known test cards into a token at the edge, and knows no others.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from vitrina.core import clock
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, PaymentNotFound, ProviderTimeout
from vitrina.payments.provider import (
    Kind,
    Notice,
    Outcome,
    PaymentRequest,
    ProviderInfo,
    RefundFact,
    Started,
    Status,
)
from vitrina.payments.providers.sandbox_bank import Bank

HEADER = "Sandbox-Signature"
TOLERANCE = 300
"""Seconds by which a webhook's time may differ from ours."""

CARDS = {
    "4242424242424242": "tok_success",
    "4000000000000002": "tok_decline",
    "4000002500003155": "tok_3ds",
    "4000000000000077": "tok_delay",
    "4000000000000119": "tok_timeout",
}


def token_of(number: str) -> str | None:
    """The token of a test card; None for every other number, which is then forgotten."""
    return CARDS.get("".join(char for char in number if char.isdigit()))


class Sandbox:
    """Payments against the sandbox's own bank."""

    code: ClassVar[str] = "sandbox"

    @dataclass(frozen=True)
    class Settings:
        """``path``: the bank's file. ``delay_seconds``: how long tok_delay takes to pay."""

        path: Path
        webhook_secret: str = field(repr=False)
        delay_seconds: int = 5

        def __post_init__(self) -> None:
            if len(self.webhook_secret) < 16:
                raise ValueError("the sandbox needs a webhook secret of 16 characters or more")

    def __init__(self, settings: "Sandbox.Settings") -> None:
        self.settings = settings
        self.bank = Bank(settings.path, timedelta(seconds=settings.delay_seconds))
        self.info = ProviderInfo(
            code=self.code,
            name="Card",
            hint="This is a demonstration: use one of the test cards.",
            kind=Kind.CARD,
        )

    def start(self, ask: PaymentRequest) -> Started:
        payment = self.bank.start(
            key=ask.key,
            reference=ask.reference,
            number=ask.order_number,
            amount=ask.amount.minor,
            currency=ask.amount.currency,
            token=ask.token,
            return_url=ask.return_url,
        )
        if ask.token == "tok_timeout":
            raise ProviderTimeout(provider=self.code)
        return Started(self._outcome(payment))

    def recover(self, ask: PaymentRequest) -> Outcome:
        return self.check(ask.reference)

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        return self._outcome(
            self.bank.capture(key=key, ref=ref, amount=amount.minor, currency=amount.currency)
        )

    def cancel(self, ref: str, key: str) -> Outcome:
        return self._outcome(self.bank.cancel(ref))

    def refund(self, ref: str, amount: Money, key: str) -> Outcome:
        answer = self.bank.refund(key=key, ref=ref, amount=amount.minor, currency=amount.currency)
        return Outcome(
            Status(answer["status"]),
            ref=answer.get("ref", ""),
            amount=amount,
            reason=answer.get("reason", ""),
        )

    def check(self, ref: str) -> Outcome:
        try:
            return self._outcome(self.bank.look(ref))
        except PaymentNotFound:
            return Outcome(Status.NOTHING)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        self._verify(headers, body)
        try:
            event = json.loads(body)
            return [
                Notice(
                    event_id=str(event["id"]),
                    kind=str(event["type"]),
                    ref=str(event["payment"]),
                    reference=str(event["reference"]),
                    payload=event,
                )
            ]
        except (ValueError, KeyError, TypeError):
            raise ForgedNotice(provider=self.code, reason="unreadable") from None

    def due_webhooks(self) -> list[tuple[str, dict[str, str], bytes]]:
        """What the bank has to tell now: (event id, headers, body), signed at this moment."""
        found = []
        for event in self.bank.due():
            body = json.dumps(
                {
                    "id": event["id"],
                    "type": event["kind"],
                    "payment": event["ref"],
                    "reference": event["reference"],
                }
            ).encode()
            found.append((event["id"], {HEADER: self.signature(body)}, body))
        return found

    def signature(self, body: bytes, at: int | None = None) -> str:
        """The signature header of ``body``, as of ``at`` (seconds since 1970; now by default)."""
        moment = int(clock.now().timestamp()) if at is None else at
        return f"t={moment},v1={self._mac(moment, body)}"

    def _mac(self, moment: int, body: bytes) -> str:
        signed = b"%d." % moment + body
        return hmac.new(self.settings.webhook_secret.encode(), signed, hashlib.sha256).hexdigest()

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        given = next((v for k, v in headers.items() if k.lower() == HEADER.lower()), "")
        parts = dict(part.partition("=")[::2] for part in given.split(","))
        moment, mac = parts.get("t", ""), parts.get("v1", "")
        if not (moment.isascii() and moment.isdigit() and len(moment) <= 12 and mac.isascii()):
            raise ForgedNotice(provider=self.code, reason="no_signature")
        if not hmac.compare_digest(self._mac(int(moment), body), mac):
            raise ForgedNotice(provider=self.code, reason="wrong_signature")
        if abs(clock.now().timestamp() - int(moment)) > TOLERANCE:
            raise ForgedNotice(provider=self.code, reason="too_old")

    def _outcome(self, payment: Mapping[str, Any]) -> Outcome:
        status, currency = Status(payment["status"]), payment["currency"]
        is_open = status is Status.REQUIRES_ACTION
        return Outcome(
            status,
            ref=payment["ref"],
            amount=Money(payment["captured"], currency) if status is Status.CAPTURED else None,
            reason=payment["reason"],
            redirect_url=f"/sandbox/3ds/{payment['ref']}" if is_open else "",
            refunds=tuple(
                RefundFact(one["ref"], Money(one["amount"], currency), Status.REFUNDED, one["key"])
                for one in self.bank.refunds(payment["ref"])
            ),
        )

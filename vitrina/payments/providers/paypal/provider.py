"""PayPal: the buyer approves on PayPal's page, and the shop takes the money by Orders v2.

PayPal's order is the payment, and its id is the ``ref``. An order that its buyer has approved is
AUTHORIZED: money moves in ``capture`` alone. One that was only to be authorized is held at PayPal
as soon as it is looked at, because an approval lasts for hours and an authorization for weeks.

Everything may be repeated. PayPal knows a repeated call by an id that we derive from what the call
is about, and takes one order's money once whatever the id.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

import structlog

from vitrina.core.money import Money
from vitrina.payments.errors import ProviderTimeout
from vitrina.payments.provider import (
    DisputeFact,
    Kind,
    Notice,
    Outcome,
    PaymentRequest,
    ProviderInfo,
    Started,
    Status,
    WrongSetting,
)
from vitrina.payments.providers.paypal import amounts, asking, reading, webhooks
from vitrina.payments.providers.paypal.client import Client, Refused, request_id

log = structlog.get_logger("vitrina.paypal")

BUYER_AGAIN = frozenset({"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"})
"""The buyer has to go to PayPal's page (again). A declined card is none of these: it has failed,
and a further try is a new order, in which PayPal lets the buyer choose another card."""
OVERTAKEN = frozenset(
    {
        "AUTHORIZATION_ALREADY_CAPTURED",
        "AUTHORIZATION_VOIDED",
        "ORDER_ALREADY_AUTHORIZED",
        "ORDER_ALREADY_CAPTURED",
        "ORDER_COMPLETED_OR_VOIDED",
    }
)
"""Somebody did it in the meantime: the order itself says what came of it."""
UNDER_WAY = frozenset({"ORDER_COMPLETION_IN_PROGRESS", "PREVIOUS_REQUEST_IN_PROGRESS"})

MOST_SECONDS = 60

_REF = re.compile(r"[A-Za-z0-9_-]{1,60}")
_REFUND_KEY = re.compile(r"[A-Za-z0-9_.,-]{1,127}")


class PayPal:
    """Payments by PayPal accounts, on PayPal's own page."""

    code: ClassVar[str] = "paypal"

    @dataclass(frozen=True)
    class Settings:
        """The merchant's REST app: its id and secret, and the id of its webhook.

        ``api_base``: PayPal's sandbox has another one. ``captures_later``: a checkout only
        authorizes, and staff take the money. ``timeout``: seconds for an answer.
        """

        client_id: str
        client_secret: str = field(repr=False)
        webhook_id: str = ""
        api_base: str = "https://api-m.paypal.com"
        captures_later: bool = False
        timeout: float = 10.0

        def __post_init__(self) -> None:
            if not (self.client_id and self.client_secret):
                raise ValueError("PayPal needs the client id and the secret of a REST app")
            address = urlsplit(self.api_base)
            host = address.hostname or ""
            # Nobody else is told the secret, whoever may change these settings.
            theirs = address.scheme == "https" and host.endswith(".paypal.com")
            if not theirs and host not in ("127.0.0.1", "::1", "localhost"):
                why = "PayPal's address must be https://api-m.paypal.com or its sandbox"
                raise WrongSetting(why, field="api_base", code="paypal_address")
            if not 0 < self.timeout <= MOST_SECONDS:
                why = f"PayPal has up to {MOST_SECONDS} seconds to answer"
                raise WrongSetting(why, field="timeout", code="timeout", most=MOST_SECONDS)

    def __init__(self, settings: "PayPal.Settings") -> None:
        self.settings = settings
        self.client = Client(
            settings.api_base, settings.client_id, settings.client_secret, settings.timeout
        )
        self.info = ProviderInfo(
            code=self.code,
            name="PayPal",
            hint="You pay on PayPal's page and come back here.",
            kind=Kind.HOSTED,
            captures_later=settings.captures_later,
            currencies=amounts.CURRENCIES,
            origins=(asking.site(settings.api_base),),
        )

    def start(self, ask: PaymentRequest) -> Started:
        """Make PayPal's order; the buyer goes to ``redirect_url`` to approve it."""
        wrong = amounts.problem(ask.amount)
        if wrong:
            return Started(Outcome(Status.FAILED, reason=wrong))
        try:
            order = self.client.post(
                "/v2/checkout/orders", asking.order(ask), request_id("order", ask.key)
            )
        except Refused as no:
            log.warning("paypal.order_refused", issue=no.issue)
            return Started(Outcome(Status.FAILED, reason=no.reason))
        return Started(reading.outcome(order))

    def recover(self, ask: PaymentRequest) -> Outcome:
        """Ask for the order again: PayPal gives back the first one while it knows the key.

        After that nobody can have approved the lost one, for nobody was told its address.
        """
        return self.start(ask).outcome

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        """Take the money of an approved order, once, whatever the key.

        What PayPal wants the buyer to confirm REQUIRES_ACTION again.
        """
        order = self._find(ref)
        if order is None:
            return Outcome(Status.NOTHING, ref=ref)
        try:
            order = self._held(order)
            stands = reading.outcome(order)
            if stands.status is not Status.AUTHORIZED:
                return stands
            most = reading.asked(order)
            if amounts.problem(amount) or amount.currency != most.currency or amount > most:
                return Outcome(Status.FAILED, ref=ref, reason="wrong_amount")
            return self._take(order, amount, most)
        except Refused as no:
            return self._after(order, no)

    def cancel(self, ref: str, key: str) -> Outcome:
        """Give up an order: its authorization is voided, or it is marked so that it is not taken.

        PayPal cannot close an order that is not authorized. The mark is kept there, in the order.
        """
        order = self._find(ref)
        if order is None:
            return Outcome(Status.CANCELLED, ref=ref)
        held = reading.authorization(order)
        try:
            if held is not None and not reading.paid_captures(order):
                self.client.post(f"/v2/payments/authorizations/{held['id']}/void", None)
            elif held is None and reading.outcome(order).status in (
                Status.AUTHORIZED,
                Status.REQUIRES_ACTION,
            ):
                self.client.patch(f"/v2/checkout/orders/{ref}", asking.giving_up(order))
        except Refused as no:
            log.info("paypal.cancel_refused", issue=no.issue)
        return self._known(ref)

    def refund(self, ref: str, amount: Money, key: str) -> Outcome:
        """Give back part or all of what was captured; the same key once, however late."""
        order = self._find(ref)
        captures = reading.paid_captures(order) if order else []
        if not captures:
            return Outcome(Status.FAILED, reason="not_captured")
        for refund in reading.payments(order or {}, "refunds"):
            if refund.get("custom_id") == key:
                return reading.refund_outcome(refund)
        wrong = amounts.problem(amount)
        if wrong:
            return Outcome(Status.FAILED, reason=wrong)
        body: dict[str, Any] = {"amount": amounts.written(amount)}
        if _REFUND_KEY.fullmatch(key):
            body["custom_id"] = key
        path = f"/v2/payments/captures/{captures[-1]['id']}/refund"
        try:
            return reading.refund_outcome(self.client.post(path, body, request_id("refund", key)))
        except Refused as no:
            self._unless_under_way(no)
            return Outcome(Status.FAILED, reason=no.reason)

    def check(self, ref: str) -> Outcome:
        """Where the payment stands; an approved order that is to be authorized is held now."""
        order = self._find(ref)
        if order is None:
            return Outcome(Status.NOTHING)
        try:
            stands = reading.outcome(self._held(order))
        except Refused as no:
            return self._after(order, no)
        if stands.status is not Status.CAPTURED:
            return stands
        return replace(stands, disputes=self._disputes(order))

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        event = webhooks.verify(self.client, self.settings.webhook_id, headers, body)
        return [webhooks.notice(self.client, event)]

    def _find(self, ref: str) -> dict[str, Any] | None:
        """PayPal's order; None when PayPal knows none of that id."""
        if not _REF.fullmatch(ref):
            return None
        try:
            return self.client.get(f"/v2/checkout/orders/{ref}")
        except Refused as no:
            if no.status == 404:
                return None
            log.error("paypal.not_let_in", status=no.status, issue=no.issue)
            raise ProviderTimeout(provider=self.code, reason=no.reason) from no

    def _known(self, ref: str) -> Outcome:
        order = self._find(ref)
        return Outcome(Status.CANCELLED, ref=ref) if order is None else reading.outcome(order)

    def _held(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order, authorized if it was approved for that. Raises Refused, ProviderTimeout."""
        approved = reading.outcome(order).status is Status.AUTHORIZED
        if order.get("intent") != "AUTHORIZE" or not approved or reading.authorization(order):
            return order
        key = request_id("authorize", str(order["id"]), asking.approval(order))
        return self.client.post(f"/v2/checkout/orders/{order['id']}/authorize", None, key)

    def _take(self, order: dict[str, Any], amount: Money, most: Money) -> Outcome:
        """Capture an approved or authorized order. Raises Refused, ProviderTimeout."""
        ref, held = str(order["id"]), reading.authorization(order)
        if held is not None:
            path = f"/v2/payments/authorizations/{held['id']}/capture"
            body = {"amount": amounts.written(amount), "final_capture": True}
            capture = self.client.post(path, body, request_id("capture", str(held["id"])))
            return reading.capture_outcome(ref, capture)
        if amount != most:
            self.client.patch(f"/v2/checkout/orders/{ref}", asking.amount(order, amount))
        key = request_id("capture", ref, asking.approval(order))
        return reading.outcome(self.client.post(f"/v2/checkout/orders/{ref}/capture", None, key))

    def _after(self, order: Mapping[str, Any], no: Refused) -> Outcome:
        """What a refused authorization or capture means."""
        ref = str(order["id"])
        log.info("paypal.payment_refused", issue=no.issue)
        self._unless_under_way(no)
        if no.issue in OVERTAKEN:
            stands = self._known(ref)
            if stands.status is Status.AUTHORIZED:
                raise ProviderTimeout(provider=self.code, reason=no.reason)
            return stands
        if no.issue in BUYER_AGAIN:
            again = no.links.get("payer-action") or no.links.get("redirect")
            return Outcome(
                Status.REQUIRES_ACTION,
                ref=ref,
                reason=no.reason,
                redirect_url=again or asking.approval_page(self.settings.api_base, ref),
            )
        return Outcome(Status.FAILED, ref=ref, reason=no.reason)

    def _unless_under_way(self, no: Refused) -> None:
        if no.issue in UNDER_WAY:
            raise ProviderTimeout(provider=self.code, reason=no.reason)

    def _disputes(self, order: Mapping[str, Any]) -> tuple[DisputeFact, ...]:
        """The disputes of an order; none while PayPal does not tell.

        Not every app may see them, and they must not keep the payment itself from being known.
        """
        found = []
        for capture in reading.paid_captures(order):
            query = {"disputed_transaction_id": str(capture["id"])}
            try:
                told = self.client.get("/v1/customer/disputes", **query)
                for one in told.get("items") or []:
                    path = f"/v1/customer/disputes/{one['dispute_id']}"
                    found.append(reading.dispute_fact(self.client.get(path)))
            except (Refused, ProviderTimeout) as error:
                log.warning("paypal.disputes_unknown", error=str(error))
        return tuple(found)

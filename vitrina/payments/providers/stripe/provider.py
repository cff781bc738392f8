"""Stripe: the buyer pays on Stripe's page, or in Stripe's form on a page of the shop.

On Stripe's page the Checkout Session is the payment, and its id the ``ref``; otherwise the
PaymentIntent is. A try with a saved card only authorizes. Everything may be repeated: Stripe knows
a repeated call by its key, and takes one intent's money once whatever the key.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

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
    RefundFact,
    SavedCard,
    Started,
    Status,
)
from vitrina.payments.providers.stripe import amounts, asking, cards, reading, webhooks
from vitrina.payments.providers.stripe.client import KEY_REUSED, Client, Refused, Told
from vitrina.payments.providers.stripe.settings import StripeSettings

log = structlog.get_logger("vitrina.stripe")

MOST_REFUNDS = 1000
EXPANDED = 10
"""How many refunds Stripe shows in a charge, at most."""
SOUGHT = 500
"""How many of the latest payments are looked through for one whose name was lost."""
LIST_SECONDS = 3.0
_REF = re.compile(r"(?:cs|pi)_[A-Za-z0-9_]{1,200}")


class Stripe:
    """Payments by card, and by whatever else is switched on in the merchant's Stripe account."""

    code: ClassVar[str] = "stripe"

    Settings = StripeSettings

    def __init__(self, settings: StripeSettings) -> None:
        self.settings = settings
        base = settings.api_base.rstrip("/")
        self.client = Client(settings.secret_key, base, settings.timeout)
        # A buyer waits for their list of cards, which they can do without.
        self.hasty = Client(settings.secret_key, base, min(settings.timeout, LIST_SECONDS))
        hosted = settings.mode == asking.HOSTED
        self.info = ProviderInfo(
            code=self.code,
            name="Card",
            hint="You pay on Stripe's page and come back here."
            if hosted
            else "Your card details go to Stripe and never to us.",
            kind=Kind.HOSTED if hosted else Kind.CARD,
            captures_later=settings.captures_later,
            keeps_cards=True,
            origins=settings.origins,
            form=settings.form,
        )

    def start(self, ask: PaymentRequest) -> Started:
        """Begin a payment: a page at Stripe, a form on ours, or a try with a saved card."""
        wrong = amounts.problem(ask.amount)
        if wrong:
            return Started(Outcome(Status.FAILED, reason=wrong))
        try:
            return Started(self._begun(ask))
        except Refused as no:
            if no.reason == KEY_REUSED:
                return Started(self._sought(ask))
            ref = str(no.payment["id"]) if no.payment else ""
            return Started(Outcome(Status.FAILED, ref=ref, reason=no.reason))

    def recover(self, ask: PaymentRequest) -> Outcome:
        """Ask again as before, and then how it stands by now.

        While Stripe knows the key, that is the first payment. After that a new one begins: nobody
        can have paid on the lost page, for nobody was told its address, and what a lost try with a
        saved card holds is never taken.
        """
        if amounts.problem(ask.amount):
            return Outcome(Status.NOTHING)
        try:
            found = self._begun(ask)
        except Refused as no:
            if no.reason == KEY_REUSED:
                return self._sought(ask)
            if no.open:
                raise no.unknown() from None
            ref = str(no.payment["id"]) if no.payment else ""
            return Outcome(Status.FAILED, ref=ref, reason=no.reason)
        return self.check(found.ref)

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        """Take all or a part of what is held, once, whatever the key."""
        stands, intent = self._look(ref)
        if intent is None or stands.status is not Status.AUTHORIZED:
            return stands
        most = amounts.read(intent["amount_capturable"], intent["currency"])
        if amounts.problem(amount) or amount.currency != most.currency or amount > most:
            return Outcome(Status.FAILED, ref=ref, reason="wrong_amount")
        units = amounts.written(amount)
        try:
            taken = self.client.ask(
                self.client.v1.payment_intents.capture,
                str(intent["id"]),
                params={"amount_to_capture": units, "expand": ["latest_charge"]},
                key=f"{key}:{units}",
            )
        except Refused as no:
            stands, _ = self._look(ref)
            if stands.status is not Status.AUTHORIZED:
                return stands
            if no.open or no.reason == "payment_intent_unexpected_state":
                raise no.unknown() from None
            return Outcome(Status.FAILED, ref=ref, reason=no.reason)
        return reading.intent_outcome(taken, ref)

    def cancel(self, ref: str, key: str) -> Outcome:
        """Close the page, and give up what is held."""
        v1 = self.client.v1
        try:
            if ref.startswith("cs_"):
                session = self._find(ref)
                if session is not None and session["status"] == "open":
                    self.client.ask(v1.checkout.sessions.expire, ref, key=f"{key}:expire")
            stands, intent = self._look(ref)
            if intent is None or intent["status"] not in reading.CANCELLABLE:
                return _given_up(stands, ref)
            if stands.status is Status.CANCELLED:
                return stands
            self.client.ask(v1.payment_intents.cancel, str(intent["id"]), key=f"{key}:cancel")
        except Refused as no:
            log.info("stripe.cancel_refused", reason=no.reason)
        return _given_up(self._look(ref)[0], ref)

    def refund(self, ref: str, amount: Money, key: str) -> Outcome:
        """Give back part or all of what was captured; the same key once, however late."""
        stands, intent = self._look(ref)
        if intent is None or stands.status is not Status.CAPTURED:
            return Outcome(Status.FAILED, reason="not_captured")
        for refund in self._refunds(intent):
            if reading.key_of(refund) == key:
                return reading.refund_outcome(refund)
        if amounts.problem(amount) or amount.currency != intent["currency"].upper():
            return Outcome(Status.FAILED, reason="wrong_amount")
        asked = {
            "payment_intent": intent["id"],
            "amount": amounts.written(amount),
            "metadata": {"key": key, "reference": reading.reference_of(intent)},
        }
        try:
            told = self.client.ask(self.client.v1.refunds.create, params=asked, key=key)
        except Refused as no:
            if no.open:
                raise no.unknown() from None
            return Outcome(Status.FAILED, reason=no.reason)
        return reading.refund_outcome(told)

    def check(self, ref: str) -> Outcome:
        stands, intent = self._look(ref)
        if intent is None or stands.status is not Status.CAPTURED:
            return stands
        return replace(stands, refunds=self._facts(intent), disputes=self._disputes(intent))

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        settings = self.settings
        event = webhooks.verify(settings.webhook_secret, settings.live, headers, body)
        return webhooks.notices(self.client, event)

    def cards(self, customer: str) -> list[SavedCard]:
        """The cards that a customer asked to keep, the latest first. Raises ProviderTimeout."""
        return cards.saved(self.hasty, customer)

    def forget_card(self, customer: str, ref: str) -> bool:
        """Forget one of a customer's cards; False when it is not theirs. Raises ProviderTimeout."""
        return cards.forget(self.client, customer, ref)

    def _begun(self, ask: PaymentRequest) -> Outcome:
        """The payment of an ask, as it was told when it began. Raises Refused, ProviderTimeout."""
        v1 = self.client.v1
        named = ask.token.startswith("pm_")
        if not named and self.settings.mode == asking.HOSTED:
            asked = asking.session(ask)
            told = self.client.ask(v1.checkout.sessions.create, params=asked, key=ask.key)
            return reading.session_outcome(told)
        customer = ask.customer
        if ask.save and not customer:
            asked = {"email": ask.email, "metadata": {"reference": ask.reference}}
            key = f"{ask.key}:customer"
            customer = str(self.client.ask(v1.customers.create, params=asked, key=key)["id"])
        asked = (asking.means if named else asking.element)(ask, customer)
        told = self.client.ask(
            v1.payment_intents.create,
            params={**asked, "expand": ["latest_charge"]},
            key=ask.key,
        )
        return reading.intent_outcome(told)

    def _sought(self, ask: PaymentRequest) -> Outcome:
        """The payment of an ask that cannot be repeated as it was, for the settings have changed.

        Raises ProviderTimeout when it is not among the latest: then people must look.
        """
        v1 = self.client.v1
        try:
            for method in (v1.checkout.sessions.list, v1.payment_intents.list):
                for one in self.client.pages(method, params={}, most=SOUGHT):
                    if reading.reference_of(one) == ask.reference:
                        return self.check(str(one["id"]))
        except Refused as no:
            raise no.unknown() from None
        log.error("stripe.payment_lost", reference=ask.reference)
        raise ProviderTimeout(provider=self.code, reason=KEY_REUSED)

    def _look(self, ref: str) -> tuple[Outcome, Told | None]:
        """Where a payment stands, and its intent with the charge in it, if there is one yet."""
        found = self._find(ref)
        if found is None:
            return Outcome(Status.NOTHING), None
        if ref.startswith("cs_"):
            return reading.session_outcome(found), reading.intent_of(found)
        return reading.intent_outcome(found), found

    def _find(self, ref: str) -> Told | None:
        """The session or intent of that id; None when Stripe knows none."""
        if not _REF.fullmatch(ref):
            return None
        v1, hosted = self.client.v1, ref.startswith("cs_")
        method = v1.checkout.sessions.retrieve if hosted else v1.payment_intents.retrieve
        charge = "latest_charge.refunds"
        expand = [f"payment_intent.{charge}" if hosted else charge]
        try:
            return self.client.ask(method, ref, params={"expand": expand})
        except Refused as no:
            if no.missing:
                return None
            raise no.unknown() from None

    def _refunds(self, intent: Told) -> list[Any]:
        """The refunds of an intent, the newest first."""
        told = reading.charge_of(intent).get("refunds") or {}
        shown: list[Any] = list(told.get("data") or [])
        if len(shown) < EXPANDED:
            return shown
        params = {"payment_intent": intent["id"]}
        return self.client.pages(self.client.v1.refunds.list, params=params, most=MOST_REFUNDS)

    def _facts(self, intent: Told) -> tuple[RefundFact, ...]:
        try:
            return reading.refund_facts(self._refunds(intent), reading.charge_of(intent))
        except Refused as no:
            raise no.unknown() from None

    def _disputes(self, intent: Told) -> tuple[DisputeFact, ...]:
        """The disputes of an intent. A key that may not see them is told of none: the money counts,

        and a dispute comes by webhook as well.
        """
        params = {"payment_intent": intent["id"]}
        try:
            method = self.client.v1.disputes.list
            return reading.dispute_facts(self.client.pages(method, params=params, most=100))
        except (Refused, ProviderTimeout) as error:
            log.warning("stripe.disputes_unknown", reason=str(error))
            return ()


def _given_up(stands: Outcome, ref: str) -> Outcome:
    """What Stripe has never heard of is given up as well."""
    return Outcome(Status.CANCELLED, ref=ref) if stands.status is Status.NOTHING else stands

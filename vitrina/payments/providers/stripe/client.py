"""Stripe's API through Stripe's own library: the pinned version, the time-outs, what errors mean.

An answer is known (a value, or :class:`Refused`) or it is not (``ProviderTimeout``); nothing is
guessed, and nothing is tried again here: every call may be repeated by whoever asked for it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import stripe
import structlog

from vitrina.payments.errors import ProviderTimeout
from vitrina.payments.provider import CUSTOMER_MISSING

log = structlog.get_logger("vitrina.stripe")
# The library writes whole answers into its log, with the buyer's address in them.
logging.getLogger("stripe").setLevel(logging.WARNING)

API_VERSION = "2026-10-28.endive"
"""The version that this code reads; a newer library must not change it by itself."""
CONNECT_SECONDS = 5.0
UNDER_WAY = frozenset({"idempotency_key_in_use", "lock_timeout", "rate_limit"})
"""Codes that leave open what will become of the call, whatever the status."""
MISCONFIGURED = "misconfigured"
KEY_REUSED = "key_reused"

Told = dict[str, Any]


class Refused(Exception):
    """Stripe said no: ``reason`` is its code; ``payment`` what it told of the payment intent.

    Nothing else of the answer is kept, because Stripe repeats names and addresses in it.
    """

    def __init__(self, reason: str, *, missing: bool = False, payment: Told | None = None) -> None:
        self.reason = reason[:80]
        self.missing = missing
        self.payment = payment
        super().__init__(self.reason)

    @property
    def open(self) -> bool:
        """Whether it says nothing about the payment itself, only that we may not ask so."""
        return self.reason in (MISCONFIGURED, KEY_REUSED)

    def unknown(self) -> ProviderTimeout:
        """What to raise where this refusal leaves open how things stand."""
        return ProviderTimeout(provider="stripe", reason=self.reason)


class Client:
    """One merchant's calls. Safe to use from several threads."""

    def __init__(self, secret_key: str, api_base: str, timeout: float) -> None:
        http = stripe.RequestsClient(timeout=(min(timeout, CONNECT_SECONDS), timeout))
        client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=0,
            http_client=http,
        )
        self.v1: Any = client.v1

    def ask(
        self,
        method: Callable[..., Any],
        *ids: str,
        params: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Told:
        """What a method of ``v1`` answers; the same ``key`` does it once.

        Raises Refused for a no, ProviderTimeout when it is unknown what was done.
        """
        options = {"idempotency_key": key} if key else {}
        try:
            answer: Told = method(*ids, dict(params or {}), options).to_dict()
        except stripe.StripeError as error:
            # Not "from error": it carries the answer, and tracebacks are kept.
            raise _meaning(error) from None
        return answer

    def pages(
        self, method: Callable[..., Any], *ids: str, params: Mapping[str, Any], most: int
    ) -> list[Told]:
        """Up to ``most`` members of a list, newest first. Raises as :meth:`ask`."""
        found: list[Told] = []
        after: dict[str, str] = {}
        while len(found) < most:
            page = self.ask(method, *ids, params={"limit": 100, **params, **after})
            found += page["data"]
            if not page.get("has_more") or not page["data"]:
                break
            after = {"starting_after": str(page["data"][-1]["id"])}
        return found


def _meaning(error: stripe.StripeError) -> Refused | ProviderTimeout:
    """What is known after an error."""
    body = error.json_body if isinstance(error.json_body, dict) else {}
    told = body.get("error")
    told = told if isinstance(told, dict) else {}
    code = str(told.get("decline_code") or told.get("code") or "")
    kind = type(error).__name__
    facts = {"status": error.http_status, "code": code, "param": told.get("param")}
    log.warning("stripe.no", error=kind, request_id=error.request_id, **facts)
    if code in UNDER_WAY:
        return ProviderTimeout(provider="stripe", reason=code)
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        log.error("stripe.misconfigured", hint="the secret key is wrong or may not do this")
        return Refused(MISCONFIGURED)
    if isinstance(error, stripe.IdempotencyError):
        return Refused(KEY_REUSED)
    if isinstance(error, (stripe.CardError, stripe.InvalidRequestError)):
        intent = told.get("payment_intent")
        return Refused(
            _named(code, told),
            missing=code == "resource_missing",
            payment=dict(intent) if isinstance(intent, dict) else None,
        )
    return ProviderTimeout(provider="stripe", reason=kind)


def _named(code: str, told: Mapping[str, Any]) -> str:
    """Why Stripe refused. That it does not know our customer is no fault of their card."""
    if code == "resource_missing" and told.get("param") == "customer":
        return CUSTOMER_MISSING
    return code or _unnamed(told)


def _unnamed(told: Mapping[str, Any]) -> str:
    """A code for a refusal that Stripe gave none: after the parameter that it did not like."""
    param = str(told.get("param") or "")
    if param.endswith(("currency", "currency]")):
        return "currency_not_supported"
    return "wrong_amount" if param.startswith("amount") else "refused"

"""A simulator that plays Stripe, and a shop's provider that talks to it with Stripe's library."""

import json
from dataclasses import replace
from typing import Any

import httpx
import stripe

from tests.contracts.payment_provider import TEN
from vitrina.core.ids import new_token
from vitrina.payments.provider import Notice, Outcome, PaymentRequest
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.payments.providers.stripe.settings import StripeSettings
from vitrina.simulator.store import Store

SECRET = "whsec_a-webhook-secret"
NOWHERE = "http://127.0.0.1:9/webhooks/stripe"
RETURN = "http://localhost/orders/VT-1234567/payment?token=ours"

GOOD, DECLINED, POOR = "4242424242424242", "4000000000000002", "4000000000009995"
ASKS, DISPUTED = "4000000000003220", "4000000000000259"


def settings(url: str = "", **changes: Any) -> StripeSettings:
    """A test account's settings."""
    given = {"secret_key": "sk_test_shop", "publishable_key": "pk_test_shop"}
    return StripeSettings(
        **{**given, "webhook_secret": SECRET, "api_base": url, "timeout": 5, **changes}
    )


def ask(**changes: Any) -> PaymentRequest:
    """What the shop asks for: ten euros, unless it says otherwise."""
    return PaymentRequest(
        **{
            "reference": new_token(),
            "order_number": "VT-1234567",
            "amount": TEN,
            "key": new_token(),
            "email": "ana@example.com",
            "return_url": RETURN,
            "locale": "pt-BR",
            **changes,
        }
    )


class World:
    """The simulator's switches, a buyer's browser, and the shop's provider in both modes."""

    def __init__(self, url: str, store: Store, browser: httpx.Client) -> None:
        self.url = url
        self.store = store
        self.http = browser
        self.stripe = Stripe(settings(url))
        self.element = Stripe(settings(url, mode="element"))

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/_sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, match: str, fault: str, **more: Any) -> None:
        self.sim("POST", "faults", {"match": match, "fault": fault, "times": 1, **more})

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """All of Stripe's objects of a kind, the newest first."""
        found: list[dict[str, Any]] = self.sim("GET", f"objects/stripe.{kind}")["data"]
        return found

    def intent(self, ref: str) -> str:
        """The intent behind a payment's name."""
        if ref.startswith("pi_"):
            return ref
        return str(self.sim("GET", f"objects/stripe.checkout.session/{ref}")["payment_intent"])

    def ledger(self, ref: str) -> dict[str, Any]:
        """What really happened to the money of a payment."""
        rows: list[dict[str, Any]] = self.sim("GET", f"ledger?payment={self.intent(ref)}")[
            "payments"
        ]
        assert len(rows) == 1
        return rows[0]

    def type_card(self, started: Outcome, number: str = GOOD, **more: str) -> httpx.Response:
        """Fill in the form on Stripe's page and send it."""
        form = {"number": number, "expiry": "12 / 34", "cvc": "123", **more}
        return self.http.post(started.redirect_url, data=form)

    def answer_bank(self, page: str, answer: str = "approve") -> str:
        """Answer the bank's question; the address that the buyer is sent on to."""
        reply = self.http.post(httpx.URL(self.url).join(page), data={"answer": answer})
        assert reply.status_code == 303
        return reply.headers["Location"]

    def confirm(self, started: Outcome, means: str = "pm_card_visa") -> None:
        """What Stripe's script does in the buyer's browser, with the shop's page around it."""
        assert started.client_secret.startswith(started.ref)
        params = {"payment_method": means, "return_url": RETURN}
        try:
            self.stripe.client.v1.payment_intents.confirm(started.ref, params)
        except stripe.CardError:
            pass

    def on_page(self, *, capture: bool = True, number: str = GOOD) -> Outcome:
        """A payment that the buyer made on Stripe's page."""
        started = self.stripe.start(replace(ask(), capture=capture)).outcome
        assert self.type_card(started, number).status_code == 303
        return started

    def events(self) -> list[dict[str, Any]]:
        """What Stripe has to tell, oldest first; nobody has heard it yet."""
        with self.store.transaction() as tx:
            rows = tx.sql.execute("SELECT body FROM events ORDER BY seq").fetchall()
        return [json.loads(row["body"]) for row in rows]

    def hear(self, event: dict[str, Any]) -> list[Notice]:
        """Let the shop read an event that Stripe sends just now."""
        body = json.dumps(event, indent=2)
        return self.stripe.read_webhook({"Stripe-Signature": signature(body)}, body.encode())


def signature(body: str, secret: str = SECRET, at: int | None = None) -> str:
    """Stripe's signature of a body, by Stripe's own library."""
    made: str = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    return made

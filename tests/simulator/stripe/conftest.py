"""Stripe's own SDK, talking to the simulator, and a buyer who fills in its pages."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import stripe

from tests.simulator.conftest import HTTP, Ear, Simulator

SECRET = "whsec_of_the_tests"
AWAY = "http://shop.test/return"


@pytest.fixture
def client(simulator: Simulator) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_simulator", base_addresses={"api": simulator.url}, max_network_retries=0
    )


@pytest.fixture
def listening(simulator: Simulator, ear: Ear) -> Ear:
    """The ear, registered for Stripe's events; they are sent when a test says so."""
    simulator.sim("PUT", "travel", {"held": True})
    simulator.sim("POST", "webhooks", {"provider": "stripe", "url": ear.url, "secret": SECRET})
    return ear


def paid(client: stripe.StripeClient, amount: int = 2000, **more: Any) -> Any:
    """An intent that was paid at once with a test card."""
    params: dict[str, Any] = {
        "amount": amount,
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "payment_method_types": ["card"],
        "confirm": True,
        **more,
    }
    return client.v1.payment_intents.create(params=params)  # type: ignore[arg-type]


def session(client: stripe.StripeClient, **more: Any) -> Any:
    """A hosted page over 25.00 EUR, for a buyer who comes back to the shop."""
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": "eur",
                    "unit_amount": 1000,
                    "product_data": {"name": "Mug <b>"},
                },
                "quantity": 2,
            },
            {
                "price_data": {
                    "currency": "eur",
                    "unit_amount": 500,
                    "product_data": {"name": "Shipping"},
                },
                "quantity": 1,
            },
        ],
        "client_reference_id": "VT-1",
        "customer_email": "ana@example.com",
        "success_url": AWAY + "?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cart",
        **more,
    }
    return client.v1.checkout.sessions.create(params=params)  # type: ignore[arg-type]


@dataclass
class Buyer:
    """A browser without JavaScript that stops where it leaves the simulator."""

    url: str = ""
    text: str = ""
    status: int = 0
    went: list[str] = field(default_factory=list)

    def open(self, url: str) -> "Buyer":
        return self._follow(HTTP.get(url))

    def pay(self, number: str, **more: str) -> "Buyer":
        """Fill in the card form on the page that is open, and send it."""
        form = {"number": number, "expiry": "12 / 40", "cvc": "123", "name": "Ana Reis", **more}
        return self._follow(HTTP.post(self.url, data=form))

    def answer(self, said: str) -> "Buyer":
        """Tell the bank ``approve`` or ``refuse``."""
        return self._follow(HTTP.post(self.url, data={"answer": said}))

    @property
    def alert(self) -> str:
        found = re.search(r'role="alert"[^>]*>([^<]*)<', self.text)
        return html.unescape(found[1]) if found else ""

    def _follow(self, answer: httpx.Response) -> "Buyer":
        while answer.is_redirect:
            self.url = str(answer.url.join(answer.headers["location"]))
            self.went.append(self.url)
            if "shop.test" in self.url:
                self.text, self.status = "", 0
                return self
            answer = HTTP.get(self.url)
        self.url, self.text, self.status = str(answer.url), answer.text, answer.status_code
        return self

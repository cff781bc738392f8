"""A world with PayPal in it: the simulator over HTTP, and a shop's provider that talks to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.provider import Outcome, PaymentRequest
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.simulator.paypal import news
from vitrina.simulator.server import start_in_thread
from vitrina.simulator.store import Store

TEN = Money(1000, "EUR")
WEBHOOK_ID = "8PT597110X687430LKGECATA"
NOWHERE = "http://127.0.0.1:9/webhooks/paypal"


class World:
    """A running simulator, and what buyers and PayPal's people do there."""

    def __init__(self, url: str, store: Store, browser: httpx.Client) -> None:
        self.url = url
        self.store = store
        self.http = browser
        self.paypal = PayPal(
            PayPal.Settings("merchant", "a-secret", WEBHOOK_ID, api_base=url, timeout=5)
        )

    def begin_anew(self) -> None:
        """As on its first day, with a webhook whose letters are signed and not sent."""
        self.sim("POST", "reset")
        self.sim("DELETE", "webhooks")
        self.sim("PUT", "travel", {"held": True})
        webhook = {"provider": "paypal", "url": NOWHERE, "secret": WEBHOOK_ID}
        self.sim("POST", "webhooks", webhook)

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """Call one of the simulator's switches; gives the JSON of a good answer."""
        answer = self.http.request(method, f"{self.url}/_sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, match: str, fault: str, **more: Any) -> None:
        self.sim("POST", "faults", {"match": match, "fault": fault, "times": 1, **more})

    def ledger(self, ref: str) -> dict[str, Any]:
        """The one payment's row in PayPal's own books."""
        rows: list[dict[str, Any]] = self.sim("GET", f"ledger?payment={ref}")["payments"]
        assert len(rows) == 1
        return rows[0]

    def approve(self, page: str, choice: str = "pay") -> str:
        """Do what a buyer does in a browser; the address that they are sent back to."""
        answer = self.http.post(page, data={"answer": "approve", "choice": choice})
        assert answer.status_code == 303
        return answer.headers["Location"]

    def approved(self, *, capture: bool = True, choice: str = "pay") -> Outcome:
        """A payment of TEN whose buyer has been at PayPal's page."""
        started = self.paypal.start(replace(an_ask(), capture=capture)).outcome
        self.approve(started.redirect_url, choice)
        return started

    def paid(self) -> Outcome:
        return self.paypal.capture(self.approved().ref, TEN, new_token())

    def letters(self) -> list[bytes]:
        """The webhooks that PayPal has to send, oldest first."""
        with self.store.transaction() as tx:
            rows = tx.sql.execute("SELECT body FROM events ORDER BY seq").fetchall()
        return [row["body"].encode() for row in rows]

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(letter) for letter in self.letters()]

    def signed(self, letter: bytes) -> dict[str, str]:
        """The headers of a letter that leaves now."""
        return news.headers(letter, WEBHOOK_ID, self.url)


def an_ask(**changes: Any) -> PaymentRequest:
    return PaymentRequest(
        **{
            "reference": new_token(),
            "order_number": "VT-1234567",
            "amount": TEN,
            "key": new_token(),
            "email": "ana@example.com",
            "return_url": "http://localhost/orders/VT-1234567/payment?token=ours",
            "locale": "pt-BR",
            **changes,
        }
    )


@contextmanager
def running(folder: Path) -> Iterator[World]:
    """A simulator on a free port, for the length of the block."""
    started = start_in_thread(folder / "simulator.db")
    with httpx.Client(timeout=30) as browser:
        yield World(started.url, Store(folder / "simulator.db"), browser)
    started.stop()

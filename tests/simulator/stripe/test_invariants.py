"""Whatever is done to a payment, in any order: the ledger, the objects and the balance agree."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from vitrina.simulator.app import create_app

Json = dict[str, Any]
KEY = {"Authorization": "Bearer sk_test_1"}
CARDS = ("visa", "chargeDeclined", "createDispute", "pendingRefund", "refundFail")


class Bank:
    """A simulator without a network, and one payment in it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.intent = ""

    def call(self, path: str, **form: Any) -> Json:
        answer: Json = self.client.post(f"/v1/{path}", data=form, headers=KEY).get_json()
        return answer

    def look(self, path: str) -> Json:
        answer: Json = self.client.get(f"/v1/{path}", headers=KEY).get_json()
        return answer

    def begin(self, card: str, capture: str) -> None:
        self.intent = self.call(
            "payment_intents",
            amount=1000,
            currency="eur",
            capture_method=capture,
            payment_method=f"pm_card_{card}",
            **{"payment_method_types[]": "card"},
        )["id"]

    def confirm(self, number: int) -> None:
        more = {"payment_method": "pm_card_visa"} if number % 2 else {}
        self.call(f"payment_intents/{self.intent}/confirm", **more)

    def capture(self, number: int) -> None:
        self.call(f"payment_intents/{self.intent}/capture", amount_to_capture=number)

    def cancel(self, number: int) -> None:
        self.call(f"payment_intents/{self.intent}/cancel")

    def refund(self, number: int) -> None:
        self.call("refunds", payment_intent=self.intent, amount=number)

    def wait(self, number: int) -> None:
        self.client.post("/_sim/clock", json={"seconds": number * 600})

    def dispute(self, number: int) -> None:
        self.client.post("/_sim/stripe/dispute", json={"payment_intent": self.intent})

    def decide(self, number: int) -> None:
        verdict = "won" if number % 2 else "lost"
        for one in self.look("disputes")["data"]:
            self.client.post(f"/_sim/stripe/disputes/{one['id']}/{verdict}")


DEEDS: dict[str, Callable[[Bank, int], None]] = {
    "confirm": Bank.confirm,
    "capture": Bank.capture,
    "cancel": Bank.cancel,
    "refund": Bank.refund,
    "wait": Bank.wait,
    "dispute": Bank.dispute,
    "decide": Bank.decide,
}
LIFE = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(1, 1200)), max_size=8)


@settings(max_examples=60, deadline=None)
@given(card=st.sampled_from(CARDS), capture=st.sampled_from(("manual", "automatic")), life=LIFE)
def test_the_books_agree_after_any_life(
    card: str, capture: str, life: list[tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Path(folder) / "bank.db")
        try:
            bank = Bank(app.test_client())
            bank.begin(card, capture)
            bank.confirm(0)
            agree(bank)
            for name, number in life:
                DEEDS[name](bank, number)
                agree(bank)
        finally:
            app.extensions["simulator"].store.close()


def agree(bank: Bank) -> None:
    """Compare the ledger with the objects."""
    intent = bank.look(f"payment_intents/{bank.intent}")
    rows = bank.client.get(f"/_sim/ledger?payment={bank.intent}").get_json()["payments"]
    nothing = dict.fromkeys(("authorized", "charged", "refunded", "disputed", "voided", "net"), 0)
    row = rows[0] if rows else nothing
    refunds = bank.look(f"refunds?payment_intent={bank.intent}")["data"]
    moved = [one for one in refunds if one["balance_transaction"]]
    disputes = [one for one in bank.look("disputes")["data"] if one["status"] != "won"]
    assert row["charged"] == intent["amount_received"]
    assert row["refunded"] == sum(one["amount"] for one in moved if one["status"] == "succeeded")
    assert row["refunded"] <= row["charged"]
    assert row["net"] >= 0, "nobody gets back more than was paid"
    assert row["disputed"] == sum(one["amount"] for one in disputes)
    held = row["authorized"] - row["voided"] - (row["charged"] if row["authorized"] else 0)
    assert held == intent["amount_capturable"]
    balance = sum(one["amount"] for one in bank.look("balance")["available"])
    assert balance == row["net"]
    if intent["latest_charge"]:
        charge = bank.look(f"charges/{intent['latest_charge']}")
        given_back = sum(
            one["amount"] for one in refunds if one["status"] not in ("failed", "canceled")
        )
        assert charge["amount_refunded"] == given_back <= charge["amount"]
        assert charge["amount_captured"] == intent["amount_received"]

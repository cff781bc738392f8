"""PayPal keeps the provider contract: the real client, over HTTP, against the simulator."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import pytest

from tests.contracts.payment_provider import TEN, PaymentProviderContract
from vitrina.core import clock
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import Outcome, PaymentProvider, PaymentRequest, Status
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.simulator.paypal import news
from vitrina.simulator.server import start_in_thread
from vitrina.simulator.store import Store

WEBHOOK_ID = "8PT597110X687430LKGECATA"
NOWHERE = "http://127.0.0.1:9/webhooks/paypal"


class World:
    """A simulator, and a shop's PayPal that talks to it."""

    def __init__(self, url: str, store: Store, browser: httpx.Client) -> None:
        self.url = url
        self.store = store
        self.http = browser
        self.paypal = PayPal(
            PayPal.Settings("merchant", "a-secret", WEBHOOK_ID, api_base=url, timeout=5)
        )

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/_sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, match: str, fault: str, **more: Any) -> None:
        self.sim("POST", "faults", {"match": match, "fault": fault, "times": 1, **more})

    def ledger(self, ref: str) -> dict[str, Any]:
        rows: list[dict[str, Any]] = self.sim("GET", f"ledger?payment={ref}")["payments"]
        assert len(rows) == 1
        return rows[0]

    def approve(self, started: Outcome, choice: str = "pay") -> str:
        """Do what a buyer does in a browser; the address that they are sent back to."""
        answer = self.http.post(started.redirect_url, data={"answer": "approve", "choice": choice})
        assert answer.status_code == 303
        return answer.headers["Location"]

    def approved(self, *, capture: bool = True, choice: str = "pay") -> Outcome:
        started = self.paypal.start(replace(ask(), capture=capture)).outcome
        self.approve(started, choice)
        return started

    def paid(self) -> Outcome:
        return self.paypal.capture(self.approved().ref, TEN, new_token())

    def events(self) -> list[dict[str, Any]]:
        """What PayPal has to tell, oldest first; nobody has heard it yet."""
        with self.store.transaction() as tx:
            rows = tx.sql.execute("SELECT body FROM events ORDER BY seq").fetchall()
        return [json.loads(row["body"]) for row in rows]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A running simulator for all tests here."""
    file = tmp_path_factory.mktemp("paypal") / "simulator.db"
    running = start_in_thread(file)
    with httpx.Client(timeout=30) as browser:
        yield World(running.url, Store(file), browser)
    running.stop()


@pytest.fixture
def world(simulated: World) -> World:
    """The simulator as on its first day, with a webhook that is signed and not sent."""
    simulated.sim("POST", "reset")
    simulated.sim("DELETE", "webhooks")
    simulated.sim("PUT", "travel", {"held": True})
    webhook = {"provider": "paypal", "url": NOWHERE, "secret": WEBHOOK_ID}
    simulated.sim("POST", "webhooks", webhook)
    return simulated


def ask(**changes: Any) -> PaymentRequest:
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


class TestPayPal(PaymentProviderContract):
    tokens: ClassVar[dict[str, str]] = {"success": "pay", "decline": "refuse", "timeout": "pay"}

    @pytest.fixture
    def provider(self, world: World) -> PaymentProvider:
        self.world = world
        return world.paypal

    def approve(self, provider: PaymentProvider, ask: PaymentRequest, started: Outcome) -> None:
        self.world.approve(started, ask.token)

    def lose(self, provider: PaymentProvider, ask: PaymentRequest) -> None:
        self.world.fault("paypal.orders.create", "lost_reply")
        super().lose(provider, ask)


# the buyer's walk ---------------------------------------------------------------------------------


def test_a_buyer_approves_on_paypals_page_and_comes_back(world: World) -> None:
    asked = ask()
    started = world.paypal.start(asked).outcome
    assert started.status is Status.REQUIRES_ACTION
    page = world.http.get(started.redirect_url)
    assert "Pay 10.00 EUR" in page.text
    assert "VT-1234567" in page.text
    back = world.approve(started)
    assert back.startswith(f"{asked.return_url}&token={started.ref}&PayerID=")
    assert world.paypal.check(started.ref).status is Status.AUTHORIZED
    assert world.paypal.capture(started.ref, TEN, asked.key).amount == TEN
    row = world.ledger(started.ref)
    assert (row["charged"], row["currency"], row["reference"]) == (1000, "EUR", asked.reference)


def test_a_buyer_who_turns_away_has_paid_nothing(world: World) -> None:
    started = world.paypal.start(ask()).outcome
    answer = world.http.post(started.redirect_url, data={"answer": "cancel"})
    assert answer.headers["Location"].endswith(f"token=ours&token={started.ref}")
    found = world.paypal.check(started.ref)
    assert (found.status, found.redirect_url) == (Status.REQUIRES_ACTION, started.redirect_url)
    assert world.paypal.capture(started.ref, TEN, new_token()).status is Status.REQUIRES_ACTION


def test_a_declined_card_is_a_payment_that_failed(world: World) -> None:
    started = world.approved(choice="decline")
    outcome = world.paypal.capture(started.ref, TEN, new_token())
    assert (outcome.status, outcome.reason) == (Status.FAILED, "instrument_declined")
    assert outcome.amount is None
    assert world.sim("GET", f"ledger?payment={started.ref}")["payments"] == []


@pytest.mark.parametrize("capture", [True, False])
def test_a_buyer_whose_bank_wants_to_know_goes_back_to_paypal(world: World, capture: bool) -> None:
    started = world.approved(capture=capture, choice="confirm")
    again = world.paypal.capture(started.ref, TEN, new_token())
    assert (again.status, again.reason) == (Status.REQUIRES_ACTION, "payer_action_required")
    assert again.redirect_url == started.redirect_url
    assert world.paypal.check(started.ref).redirect_url == started.redirect_url
    assert "Choose another way to pay" in world.http.get(again.redirect_url).text
    world.approve(again)
    assert world.paypal.capture(started.ref, TEN, new_token()).status is Status.CAPTURED
    assert world.ledger(started.ref)["charged"] == 1000


def test_an_authorized_payment_is_held_when_it_is_looked_at_and_taken_later(world: World) -> None:
    started = world.approved(capture=False)
    for _ in range(2):
        assert world.paypal.check(started.ref).status is Status.AUTHORIZED
    row = world.ledger(started.ref)
    assert (row["authorized"], row["charged"]) == (1000, 0)
    world.sim("POST", "clock", {"seconds": 5 * 24 * 3600})
    assert world.paypal.capture(started.ref, TEN, new_token()).status is Status.CAPTURED
    assert world.ledger(started.ref)["charged"] == 1000


def test_an_authorization_ends_after_29_days(world: World) -> None:
    started = world.approved(capture=False)
    world.paypal.check(started.ref)
    world.sim("POST", "clock", {"seconds": 30 * 24 * 3600})
    outcome = world.paypal.capture(started.ref, TEN, new_token())
    assert (outcome.status, outcome.reason) == (Status.FAILED, "authorization_expired")


def test_giving_up_lets_go_of_what_was_held(world: World) -> None:
    started = world.approved(capture=False)
    world.paypal.check(started.ref)
    assert world.paypal.cancel(started.ref, new_token()).status is Status.CANCELLED
    assert world.ledger(started.ref)["voided"] == 1000


def test_an_order_that_was_given_up_is_not_taken_though_its_buyer_approves_it(world: World) -> None:
    asked = ask()
    started = world.paypal.start(asked).outcome
    assert world.paypal.cancel(started.ref, new_token()).status is Status.CANCELLED
    world.approve(started)
    assert world.paypal.check(started.ref).status is Status.CANCELLED
    assert world.paypal.capture(started.ref, TEN, new_token()).status is Status.CANCELLED
    (notice,) = heard(world, world.events()[-1])
    assert (notice.kind, notice.reference) == ("CHECKOUT.ORDER.APPROVED", asked.reference)


def test_less_than_was_approved_can_be_taken_at_once(world: World) -> None:
    started = world.approved()
    part = Money(250, "EUR")
    for _ in range(2):
        assert world.paypal.capture(started.ref, part, new_token()).amount == part
    assert world.ledger(started.ref)["charged"] == 250


def test_an_order_that_nobody_approves_is_forgotten(world: World) -> None:
    started = world.paypal.start(ask()).outcome
    world.sim("POST", "clock", {"seconds": 4 * 3600})
    assert world.paypal.check(started.ref).status is Status.NOTHING
    assert world.http.get(started.redirect_url).status_code == 404


# money that waits, goes back or is in dispute --------------------------------------------------


@pytest.mark.parametrize(("paid", "status"), [(True, Status.CAPTURED), (False, Status.FAILED)])
def test_a_payment_under_review_is_pending_until_paypal_decides(
    world: World, paid: bool, status: Status
) -> None:
    started = world.approved(choice="review")
    outcome = world.paypal.capture(started.ref, TEN, new_token())
    assert (outcome.status, outcome.amount) == (Status.PENDING, None)
    assert outcome.reason == "pending_review"
    assert world.paypal.refund(started.ref, TEN, new_token()).status is Status.FAILED
    world.sim("POST", f"paypal/orders/{started.ref}/settlement", {"paid": paid})
    found = world.paypal.check(started.ref)
    assert (found.status, found.amount) == (status, TEN if paid else None)


def test_a_refund_may_wait_and_is_found_again_by_its_key(world: World) -> None:
    ref, key = world.paid().ref, new_token()
    world.sim("PUT", "paypal/settings", {"refunds_wait": True})
    first = world.paypal.refund(ref, TEN, key)
    assert first.status is Status.PENDING
    world.sim("POST", f"paypal/refunds/{first.ref}/settlement", {"paid": True})
    again = world.paypal.refund(ref, TEN, key)
    assert (again.status, again.ref) == (Status.REFUNDED, first.ref)
    (told,) = world.paypal.check(ref).refunds
    assert (told.ref, told.amount, told.status, told.key) == (first.ref, TEN, Status.REFUNDED, key)


def test_a_refund_that_fails_leaves_the_money(world: World) -> None:
    ref = world.paid().ref
    world.sim("PUT", "paypal/settings", {"refunds_wait": True})
    first = world.paypal.refund(ref, TEN, new_token())
    world.sim("POST", f"paypal/refunds/{first.ref}/settlement", {"paid": False})
    assert [one.status for one in world.paypal.check(ref).refunds] == [Status.FAILED]
    assert world.ledger(ref)["net"] == 1000


def test_a_refund_made_in_paypals_dashboard_is_told_without_a_key_of_ours(world: World) -> None:
    ref = world.paid().ref
    world.sim("POST", f"paypal/orders/{ref}/refund", {"value": "4.00"})
    outcome = world.paypal.check(ref)
    assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
    assert [(one.amount.minor, one.key) for one in outcome.refunds] == [(400, "")]


@pytest.mark.parametrize(
    ("verdict", "state", "disputed"),
    [("RESOLVED_BUYER_FAVOUR", "lost", 1000), ("RESOLVED_SELLER_FAVOUR", "won", 0)],
)
def test_a_dispute_is_told_and_so_is_its_end(
    world: World, verdict: str, state: str, disputed: int
) -> None:
    ref = world.paid().ref
    opened = world.sim("POST", f"paypal/orders/{ref}/dispute", {"reason": "UNAUTHORISED"})
    (fact,) = world.paypal.check(ref).disputes
    assert (fact.ref, fact.amount, fact.state) == (opened["dispute_id"], TEN, "open")
    assert world.ledger(ref)["disputed"] == 1000
    assert fact.reason == "unauthorised"
    world.sim("POST", f"paypal/disputes/{fact.ref}/resolution", {"outcome": verdict})
    assert world.paypal.check(ref).disputes == (replace(fact, state=state),)
    assert world.ledger(ref)["disputed"] == disputed


def test_payments_are_known_although_disputes_may_not_be_seen(world: World) -> None:
    ref = world.paid().ref
    world.fault("paypal.disputes.list", "500_before")
    outcome = world.paypal.check(ref)
    assert (outcome.status, outcome.disputes) == (Status.CAPTURED, ())


# amounts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        (Money(1990, "USD"), "19.90"),
        (Money(500, "JPY"), "500"),
        (Money(490_000, "HUF"), "4900"),
        (Money(30_000, "TWD"), "300"),
        (Money(5, "EUR"), "0.05"),
    ],
)
def test_amounts_are_written_as_paypal_wants_them(world: World, amount: Money, value: str) -> None:
    started = world.paypal.start(ask(amount=amount)).outcome
    kept = world.sim("GET", f"objects/paypal.order/{started.ref}")["unit"]["amount"]
    assert kept == {"currency_code": amount.currency, "value": value}
    world.approve(started)
    assert world.paypal.capture(started.ref, amount, new_token()).amount == amount
    assert world.ledger(started.ref)["charged"] == amount.minor


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (Money(490_050, "HUF"), "decimals_not_supported"),
        (Money(1000, "KWD"), "currency_not_supported"),
        (Money(0, "EUR"), "cannot_be_zero_or_negative"),
    ],
)
def test_what_paypal_cannot_take_is_not_asked(world: World, amount: Money, reason: str) -> None:
    outcome = world.paypal.start(ask(amount=amount)).outcome
    assert (outcome.status, outcome.reason) == (Status.FAILED, reason)
    assert world.sim("GET", "objects/paypal.order")["data"] == []


def test_the_page_is_in_the_buyers_language(world: World) -> None:
    for locale, page in (("pt-BR", "pt-BR"), ("ru", "ru-RU"), ("en", "en-US"), ("xx", "en-US")):
        started = world.paypal.start(ask(locale=locale)).outcome
        assert world.sim("GET", f"objects/paypal.order/{started.ref}")["locale"] == page


# what goes wrong on the way -----------------------------------------------------------------------


@pytest.mark.parametrize("capture", [True, False])
@pytest.mark.parametrize("fault", ["lost_reply", "500_before", "500_after", "429", "unreachable"])
def test_a_capture_whose_answer_is_lost_takes_the_money_once(
    world: World, fault: str, capture: bool
) -> None:
    started = world.approved(capture=capture)
    world.paypal.check(started.ref)
    world.fault("paypal.*.capture", fault)
    with pytest.raises(ProviderTimeout):
        world.paypal.capture(started.ref, TEN, "key")
    assert world.paypal.capture(started.ref, TEN, "key").amount == TEN
    assert world.paypal.check(started.ref).amount == TEN
    assert world.ledger(started.ref)["charged"] == 1000


def test_a_capture_that_hangs_is_unknown_and_comes_out_by_a_look(world: World) -> None:
    quick = PayPal(replace(world.paypal.settings, timeout=0.3))
    started = world.approved()
    world.fault("paypal.orders.capture", "timeout", seconds=0.8)
    for _ in range(2):  # the second finds the first still under way
        with pytest.raises(ProviderTimeout):
            quick.capture(started.ref, TEN, "key")
    time.sleep(0.8)
    outcome = world.paypal.capture(started.ref, TEN, "key")
    assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
    assert world.ledger(started.ref)["charged"] == 1000


def test_ten_captures_at_once_are_one(world: World) -> None:
    started = world.approved()
    outcomes: list[Status | str] = []

    def capture() -> None:
        try:
            outcomes.append(world.paypal.capture(started.ref, TEN, new_token()).status)
        except ProviderTimeout:
            outcomes.append("unknown")

    threads = [threading.Thread(target=capture) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {Status.CAPTURED, "unknown"}
    assert world.paypal.check(started.ref).status is Status.CAPTURED
    assert world.ledger(started.ref)["charged"] == 1000


@pytest.mark.parametrize("fault", ["lost_reply", "500_after", "429"])
def test_a_refund_whose_answer_is_lost_gives_back_once(world: World, fault: str) -> None:
    ref, key, part = world.paid().ref, new_token(), Money(400, "EUR")
    world.fault("paypal.captures.refund", fault)
    with pytest.raises(ProviderTimeout):
        world.paypal.refund(ref, part, key)
    assert world.paypal.refund(ref, part, key).status is Status.REFUNDED
    assert world.ledger(ref)["refunded"] == 400


def test_a_key_whose_answer_was_lost_gives_the_same_order_as_it_is_by_now(world: World) -> None:
    asked = ask()
    started = world.paypal.start(asked).outcome
    world.approve(started)
    found = world.paypal.recover(asked)
    assert (found.ref, found.status) == (started.ref, Status.AUTHORIZED)
    assert len(world.sim("GET", "objects/paypal.order")["data"]) == 1


def test_a_token_that_ended_is_replaced(world: World) -> None:
    started = world.approved()
    world.sim("POST", "clock", {"seconds": 2 * 3600})
    world.sim("POST", "reset")
    assert world.paypal.check(started.ref).status is Status.NOTHING
    assert world.paypal.start(ask()).outcome.status is Status.REQUIRES_ACTION


def test_without_an_answer_from_paypal_nothing_is_said(world: World) -> None:
    gone = PayPal(replace(world.paypal.settings, api_base="http://127.0.0.1:9", timeout=0.5))
    with pytest.raises(ProviderTimeout):
        gone.check("5O190127TN364715T")
    with pytest.raises(ProviderTimeout):
        gone.start(ask())


# webhooks -----------------------------------------------------------------------------------------


def heard(world: World, event: dict[str, Any], **changes: str) -> Any:
    """Let the shop read an event that PayPal sent just now."""
    body = json.dumps(event, indent=2).encode()
    return world.paypal.read_webhook({**news.headers(body, WEBHOOK_ID, world.url), **changes}, body)


def test_webhooks_name_the_payment_that_they_are_about(world: World) -> None:
    asked = ask()
    started = world.paypal.start(asked).outcome
    world.approve(started)
    world.paypal.capture(started.ref, TEN, new_token())
    world.paypal.refund(started.ref, Money(100, "EUR"), new_token())
    opened = world.sim("POST", f"paypal/orders/{started.ref}/dispute")
    world.sim(
        "POST",
        f"paypal/disputes/{opened['dispute_id']}/resolution",
        {"outcome": "CANCELED_BY_BUYER"},
    )
    notices = [notice for event in world.events() for notice in heard(world, event)]
    assert [notice.kind for notice in notices] == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
        "CUSTOMER.DISPUTE.CREATED",
        "CUSTOMER.DISPUTE.RESOLVED",
    ]
    assert {(notice.ref, notice.reference) for notice in notices} == {
        (started.ref, asked.reference)
    }
    assert len({notice.event_id for notice in notices}) == 6
    assert "buyer@example.com" not in json.dumps([dict(notice.payload) for notice in notices])


def test_the_simulator_delivers_webhooks_that_the_shop_believes(world: World) -> None:
    letters: list[tuple[dict[str, str], bytes]] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            letters.append((dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/webhooks/paypal"
        world.sim("DELETE", "webhooks")
        world.sim("POST", "webhooks", {"provider": "paypal", "url": address, "secret": WEBHOOK_ID})
        world.approved()
        world.sim("POST", "deliver")
        server.shutdown()
    ((headers, body),) = letters
    (notice,) = world.paypal.read_webhook(headers, body)
    assert notice.kind == "CHECKOUT.ORDER.APPROVED"


def test_a_webhook_is_believed_only_as_it_was_sent(world: World) -> None:
    world.approved()
    event = world.events()[0]
    body = json.dumps(event, indent=2).encode()
    good = news.headers(body, WEBHOOK_ID, world.url)
    assert world.paypal.read_webhook({k.lower(): v for k, v in good.items()}, body)
    for headers, sent in (
        (good, body.replace(b'"1.0"', b'"1.1"')),
        (good, json.dumps(event).encode()),
        (good, body + b', "webhook_id": "X"'),
        (good, b"[" + body + b"]"),
        (news.headers(body, "ANOTHERWEBHOOK", world.url), body),
        ({**good, "PAYPAL-TRANSMISSION-SIG": "AAAA"}, body),
        ({**good, "PAYPAL-AUTH-ALGO": "none"}, body),
        ({**good, "PAYPAL-CERT-URL": "https://paypal.com.evil.example/cert"}, body),
        ({k: v for k, v in good.items() if k != "PAYPAL-TRANSMISSION-ID"}, body),
        (news.headers(b"{}", WEBHOOK_ID, world.url), b"{}"),
    ):
        with pytest.raises(ForgedNotice):
            world.paypal.read_webhook(headers, sent)


def test_an_old_webhook_is_refused_but_paypals_repeats_are_taken(world: World) -> None:
    world.approved()
    body = json.dumps(world.events()[0]).encode()
    headers = news.headers(body, WEBHOOK_ID, world.url)
    with clock.later(hours=71):
        assert world.paypal.read_webhook(headers, body)
    with clock.later(hours=74), pytest.raises(ForgedNotice, match="too_old"):
        world.paypal.read_webhook(headers, body)
    with clock.later(minutes=-6), pytest.raises(ForgedNotice, match="too_old"):
        world.paypal.read_webhook(headers, body)


def test_a_webhook_that_cannot_be_checked_now_is_not_called_forged(world: World) -> None:
    world.approved()
    world.fault("paypal.webhooks.verify", "500_before")
    with pytest.raises(ProviderTimeout):
        heard(world, world.events()[0])


# settings -----------------------------------------------------------------------------------------


def test_settings_are_checked_and_keep_their_secret() -> None:
    settings = PayPal.Settings("id", "very-secret")
    assert "very-secret" not in repr(settings)
    assert settings.api_base == "https://api-m.paypal.com"
    for wrong in (
        ("", "secret", "https://api-m.paypal.com"),
        ("id", "", "https://api-m.paypal.com"),
        ("id", "secret", "http://api-m.paypal.com"),
        ("id", "secret", "nowhere"),
    ):
        with pytest.raises(ValueError, match="PayPal"):
            PayPal.Settings(*wrong[:2], api_base=wrong[2])


def test_it_says_where_buyers_are_sent_and_when_the_money_is_taken() -> None:
    live = PayPal(PayPal.Settings("id", "secret")).info
    assert (live.origins, live.captures_later) == (("https://www.paypal.com",), False)
    trial = "https://api-m.sandbox.paypal.com"
    settings = PayPal.Settings("id", "secret", api_base=trial, captures_later=True)
    info = PayPal(settings).info
    assert (info.origins, info.captures_later) == (("https://www.sandbox.paypal.com",), True)


def test_it_is_offered_only_where_paypal_takes_the_currency(world: World) -> None:
    assert len(world.paypal.info.currencies) == 25
    assert world.paypal.info.takes("EUR", "PT")
    assert not world.paypal.info.takes("KWD", "KW")

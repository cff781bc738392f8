"""PayPal keeps the provider contract: the real client, over HTTP, against the simulator."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import pytest

from tests.contracts.payment_provider import PaymentProviderContract
from tests.paypal import TEN, World, an_ask, running
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.provider import Outcome, PaymentProvider, PaymentRequest, Status
from vitrina.payments.providers.paypal import asking
from vitrina.payments.providers.paypal.provider import PayPal


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One simulator for all tests here."""
    with running(tmp_path_factory.mktemp("paypal")) as world:
        yield world


@pytest.fixture
def world(simulated: World) -> World:
    simulated.begin_anew()
    return simulated


class TestPayPal(PaymentProviderContract):
    tokens: ClassVar[dict[str, str]] = {"success": "pay", "decline": "refuse", "timeout": "pay"}

    @pytest.fixture
    def provider(self, world: World) -> PaymentProvider:
        self.world = world
        return world.paypal

    def approve(self, provider: PaymentProvider, ask: PaymentRequest, started: Outcome) -> None:
        self.world.approve(started.redirect_url, ask.token)

    def lose(self, provider: PaymentProvider, ask: PaymentRequest) -> None:
        self.world.fault("paypal.orders.create", "lost_reply")
        super().lose(provider, ask)


# the buyer's walk ---------------------------------------------------------------------------------


def test_a_buyer_approves_on_paypals_page_and_comes_back(world: World) -> None:
    asked = an_ask()
    started = world.paypal.start(asked).outcome
    assert started.status is Status.REQUIRES_ACTION
    page = world.http.get(started.redirect_url)
    assert "Pay 10.00 EUR" in page.text
    assert "VT-1234567" in page.text
    back = world.approve(started.redirect_url)
    assert back.startswith(f"{asked.return_url}&token={started.ref}&PayerID=")
    assert world.paypal.check(started.ref).status is Status.AUTHORIZED
    assert world.paypal.capture(started.ref, TEN, asked.key).amount == TEN
    row = world.ledger(started.ref)
    assert (row["charged"], row["currency"], row["reference"]) == (1000, "EUR", asked.reference)


def test_a_buyer_who_turns_away_has_paid_nothing(world: World) -> None:
    started = world.paypal.start(an_ask()).outcome
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
    world.approve(again.redirect_url)
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


def test_what_is_not_taken_of_an_authorization_is_free_again(world: World) -> None:
    started = world.approved(capture=False)
    assert world.paypal.capture(started.ref, Money(400, "EUR"), new_token()).amount
    (held,) = world.sim("GET", "objects/paypal.authorization")["data"]
    assert held["status"] == "CAPTURED"
    assert world.ledger(started.ref)["charged"] == 400


def test_giving_up_lets_go_of_what_was_held(world: World) -> None:
    started = world.approved(capture=False)
    world.paypal.check(started.ref)
    assert world.paypal.cancel(started.ref, new_token()).status is Status.CANCELLED
    assert world.ledger(started.ref)["voided"] == 1000


def test_an_order_that_was_given_up_is_not_taken_though_its_buyer_approves_it(world: World) -> None:
    asked = an_ask()
    started = world.paypal.start(asked).outcome
    assert world.paypal.cancel(started.ref, new_token()).status is Status.CANCELLED
    world.approve(started.redirect_url)
    assert world.paypal.check(started.ref).status is Status.CANCELLED
    assert world.paypal.capture(started.ref, TEN, new_token()).status is Status.CANCELLED
    letter = world.letters()[-1]
    (notice,) = world.paypal.read_webhook(world.signed(letter), letter)
    assert (notice.kind, notice.reference) == ("CHECKOUT.ORDER.APPROVED", asked.reference)


def test_less_than_was_approved_can_be_taken_at_once(world: World) -> None:
    started = world.approved()
    part = Money(250, "EUR")
    for _ in range(2):
        assert world.paypal.capture(started.ref, part, new_token()).amount == part
    assert world.ledger(started.ref)["charged"] == 250


def test_an_order_that_nobody_approves_is_forgotten(world: World) -> None:
    started = world.paypal.start(an_ask()).outcome
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
    started = world.paypal.start(an_ask(amount=amount)).outcome
    kept = world.sim("GET", f"objects/paypal.order/{started.ref}")["unit"]["amount"]
    assert kept == {"currency_code": amount.currency, "value": value}
    world.approve(started.redirect_url)
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
    outcome = world.paypal.start(an_ask(amount=amount)).outcome
    assert (outcome.status, outcome.reason) == (Status.FAILED, reason)
    assert world.sim("GET", "objects/paypal.order")["data"] == []


def test_paypal_is_told_what_it_needs_and_no_more() -> None:
    asked = an_ask(email="ana@example.com")
    body = asking.order(asked)
    (unit,) = body["purchase_units"]
    context = body["payment_source"]["paypal"]["experience_context"]
    names = ("reference_id", "custom_id", "invoice_id")
    assert {unit[name] for name in names} == {asked.reference}
    assert context["shipping_preference"] == "NO_SHIPPING"
    assert context["payment_method_preference"] == "IMMEDIATE_PAYMENT_REQUIRED"
    assert context["return_url"] == context["cancel_url"] == asked.return_url
    assert "ana@example.com" not in json.dumps(body)
    assert asking.order(an_ask(capture=False))["intent"] == "AUTHORIZE"


def test_the_page_is_in_the_buyers_language(world: World) -> None:
    for locale, page in (("pt-BR", "pt-BR"), ("ru", "ru-RU"), ("en", "en-US"), ("xx", "en-US")):
        started = world.paypal.start(an_ask(locale=locale)).outcome
        assert world.sim("GET", f"objects/paypal.order/{started.ref}")["locale"] == page


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
        ("id", "secret", "https://paypal.com.evil.example"),
        ("id", "secret", "https://evil.example/api-m.paypal.com"),
    ):
        with pytest.raises(ValueError, match="PayPal"):
            PayPal.Settings(*wrong[:2], api_base=wrong[2])
    for seconds in (0, -1, 61):
        with pytest.raises(ValueError, match="PayPal"):
            PayPal.Settings("id", "secret", timeout=seconds)


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

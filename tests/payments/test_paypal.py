"""PayPal keeps the provider contract: the real client, over HTTP, against the simulator."""

import json
from typing import ClassVar

import pytest

from tests.contracts.payment_provider import PaymentProviderContract
from tests.paypal import TEN, World, an_ask
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.provider import Outcome, PaymentProvider, PaymentRequest, Status
from vitrina.payments.providers.paypal import asking
from vitrina.payments.providers.paypal.provider import PayPal


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

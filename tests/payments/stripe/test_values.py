"""What needs no Stripe to be known: amounts, requests, the meaning of states, settings."""

from dataclasses import asdict
from typing import Any

import pytest

from tests.payments.stripe.world import World, ask, settings
from vitrina.core.money import Money
from vitrina.payments.provider import DisputeFact, Kind, Status
from vitrina.payments.providers.stripe import amounts, asking, reading
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.payments.settings.rules import fields_of


@pytest.mark.parametrize(
    ("amount", "units"),
    [
        (Money(1990, "EUR"), 1990),
        (Money(1990, "USD"), 1990),
        (Money(500, "JPY"), 500),
        (Money(500, "KRW"), 500),
        (Money(1250, "KWD"), 1250),
        (Money(300, "ISK"), 30_000),
        (Money(5000, "UGX"), 500_000),
        (Money(4900_00, "HUF"), 4900_00),
        (Money(300_00, "TWD"), 300_00),
    ],
)
def test_amounts_are_counted_as_stripe_counts_them(world: World, amount: Money, units: int) -> None:
    assert amounts.written(amount) == units
    assert amounts.read(units, amount.currency.lower()) == amount
    started = world.stripe.start(ask(amount=amount, capture=False)).outcome
    (session,) = world.objects("checkout.session")
    assert (session["amount_total"], session["currency"]) == (units, amount.currency.lower())
    world.type_card(started)
    assert world.stripe.capture(started.ref, amount, "key").amount == amount
    assert world.stripe.refund(started.ref, amount, "back").amount == amount


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (Money(1255, "KWD"), "decimals_not_supported"),
        (Money(0, "EUR"), "amount_too_small"),
        (Money(-100, "EUR"), "amount_too_small"),
    ],
)
def test_what_stripe_cannot_take_is_not_asked(world: World, amount: Money, reason: str) -> None:
    outcome = world.stripe.start(ask(amount=amount)).outcome
    assert (outcome.status, outcome.reason) == (Status.FAILED, reason)
    assert world.stripe.recover(ask(amount=amount)).status is Status.NOTHING
    with pytest.raises(ValueError, match=reason):
        amounts.written(amount)
    assert world.objects("checkout.session") == []


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (Money(49, "EUR"), "amount_too_small"),
        (Money(10**8, "EUR"), "amount_too_large"),
        (Money(1000, "CUP"), "currency_not_supported"),
    ],
)
def test_what_stripe_will_not_take_fails_with_stripes_reason(
    world: World, amount: Money, reason: str
) -> None:
    for provider in (world.stripe, world.element):
        outcome = provider.start(ask(amount=amount)).outcome
        assert (outcome.status, outcome.reason) == (Status.FAILED, reason)


def test_a_fraction_that_only_stripe_counts_is_rounded() -> None:
    assert amounts.read(1050, "rsd") == Money(11, "RSD")


@pytest.mark.parametrize(
    ("locale", "page"),
    [
        ("en", "en"),
        ("pt-BR", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("pt-PT", "pt"),
        ("ru", "ru"),
        ("no", "nb"),
        ("en-AU", "en"),
        ("xx", "auto"),
        ("", "auto"),
    ],
)
def test_the_page_is_in_the_buyers_language(locale: str, page: str) -> None:
    assert asking.page_locale(locale) == page


def test_a_repeat_asks_exactly_the_same() -> None:
    asked = ask(save=True, capture=False)
    assert asking.session(asked) == asking.session(asked)
    assert asking.session(asked)["payment_intent_data"]["capture_method"] == "manual"
    assert "expires_at" not in asking.session(asked)
    assert asking.session(asked)["adaptive_pricing"] == {"enabled": False}


def test_a_known_customer_is_named_instead_of_their_address() -> None:
    known = asking.session(ask(customer="cus_1", save=True))
    assert known["customer"] == "cus_1"
    assert not {"customer_email", "customer_creation"} & set(known)
    assert known["saved_payment_method_options"] == {"payment_method_save": "enabled"}
    assert "setup_future_usage" not in asking.element(ask(customer="cus_1"), "cus_1")


def session(status: str, intent: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"id": "cs_1", "status": status, "url": "http://pay", "payment_intent": intent}


def intent(status: str, page: str = "hosted", **more: Any) -> dict[str, Any]:
    return {
        "id": "pi_1",
        "status": status,
        "amount_received": 1000,
        "currency": "eur",
        "metadata": {"page": page},
        "client_secret": "pi_1_secret",
        **more,
    }


DECLINE = {"last_payment_error": {"code": "card_declined", "decline_code": "lost_card"}}
VOUCHER = {"next_action": {"boleto_display_details": {"hosted_voucher_url": "http://voucher"}}}


@pytest.mark.parametrize(
    ("told", "status", "reason"),
    [
        (session("open"), Status.REQUIRES_ACTION, ""),
        (session("open", intent("requires_payment_method")), Status.REQUIRES_ACTION, ""),
        (
            session("open", intent("requires_payment_method", **DECLINE)),
            Status.REQUIRES_ACTION,
            "lost_card",
        ),
        (session("open", intent("requires_action")), Status.REQUIRES_ACTION, ""),
        (session("open", intent("canceled")), Status.REQUIRES_ACTION, ""),
        (session("open", intent("succeeded")), Status.CAPTURED, ""),
        (session("complete", intent("processing")), Status.PENDING, ""),
        (session("complete", intent("requires_action", **VOUCHER)), Status.PENDING, ""),
        (session("complete", intent("requires_capture")), Status.AUTHORIZED, ""),
        (session("complete", intent("succeeded")), Status.CAPTURED, ""),
        (
            session("complete", intent("requires_payment_method", **DECLINE)),
            Status.FAILED,
            "lost_card",
        ),
        (
            session("complete", intent("canceled", cancellation_reason="automatic")),
            Status.CANCELLED,
            "automatic",
        ),
        (session("complete"), Status.PENDING, ""),
        (session("expired"), Status.CANCELLED, "expired"),
        (session("expired", intent("succeeded")), Status.CAPTURED, ""),
    ],
)
def test_what_a_session_means(told: dict[str, Any], status: Status, reason: str) -> None:
    outcome = reading.session_outcome(told)
    assert (outcome.ref, outcome.status, outcome.reason) == ("cs_1", status, reason)
    assert (outcome.amount is not None) is (status is Status.CAPTURED)
    assert outcome.client_secret == ""


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (intent("requires_payment_method", "element"), Status.REQUIRES_ACTION),
        (intent("requires_confirmation", "element"), Status.REQUIRES_ACTION),
        (intent("requires_action", "element"), Status.REQUIRES_ACTION),
        (intent("requires_payment_method", "means"), Status.FAILED),
        (intent("requires_confirmation", "means"), Status.PENDING),
        (intent("something_new", "means"), Status.PENDING),
    ],
)
def test_what_an_intent_means(told: dict[str, Any], status: Status) -> None:
    outcome = reading.intent_outcome(told)
    assert (outcome.ref, outcome.status) == ("pi_1", status)
    assert bool(outcome.client_secret) is (status is Status.REQUIRES_ACTION)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("needs_response", "open"),
        ("under_review", "open"),
        ("appeal_under_review", "open"),
        ("won", "won"),
        ("lost", "lost"),
        ("warning_needs_response", None),
        ("warning_closed", None),
        ("prevented", None),
    ],
)
def test_only_disputes_that_move_money_are_told(status: str, state: str | None) -> None:
    told = {"id": "du_1", "amount": 1000, "currency": "eur", "status": status, "reason": "general"}
    facts = reading.dispute_facts([told])
    wanted = DisputeFact("du_1", Money(1000, "EUR"), state or "", "general")
    assert facts == ((wanted,) if state else ())


def test_other_means_than_cards_are_read_too() -> None:
    details = {"payment_method_details": {"type": "ideal", "ideal": {"bank": "abn_amro"}}}
    outcome = reading.intent_outcome(intent("succeeded", latest_charge=details))
    assert (outcome.amount, outcome.card) == (Money(1000, "EUR"), None)


# settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret_key": ""},
        {"secret_key": "pk_test_1"},
        {"secret_key": "sk_test_ "},
        {"webhook_secret": ""},
        {"webhook_secret": " " * 20},
        {"mode": "redirect"},
        {"publishable_key": "pk_live_1"},
        {"publishable_key": "", "mode": "element"},
        {"api_base": "http://stripe.example"},
        {"api_base": "nowhere"},
        {"timeout": 0},
        {"timeout": 61},
        {"custom_domain": "https://pay.example.com/"},
        {"api_base": "http://127.0.0.1:1", "secret_key": "sk_live_1", "publishable_key": ""},
    ],
)
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Stripe"):
        settings(**wrong)


def test_settings_keep_their_secrets_and_know_their_mode() -> None:
    made = settings()
    assert "sk_test_shop" not in repr(made)
    assert "whsec" not in repr(made)
    assert asdict(made)["publishable_key"] == "pk_test_shop"
    assert not made.live
    assert settings(secret_key="rk_live_1", publishable_key="pk_live_1").live


def test_it_says_how_one_pays() -> None:
    hosted, element = Stripe(settings()), Stripe(settings(mode="element", captures_later=True))
    assert (hosted.info.kind, hosted.info.captures_later) == (Kind.HOSTED, False)
    assert (element.info.kind, element.info.captures_later) == (Kind.CARD, True)
    assert hosted.info.takes("KWD", "KW")


def test_the_browser_may_be_sent_to_stripe_and_nowhere_else() -> None:
    assert Stripe(settings("http://127.0.0.1:5001/")).info.origins == ("http://127.0.0.1:5001",)
    own = settings(custom_domain="pay.example.com").origins
    assert own == ("https://pay.example.com", *settings().origins)
    assert all(one.endswith(".stripe.com") for one in settings().origins)


def test_its_settings_are_drawn_as_a_form() -> None:
    drawn = {one.name: (one.kind, one.is_required) for one in fields_of(Stripe.Settings)}
    assert drawn["secret_key"] == drawn["webhook_secret"] == ("secret", True)
    assert drawn["mode"] == ("choice", False)
    assert drawn["captures_later"] == ("switch", False)
    assert len(drawn) == 8

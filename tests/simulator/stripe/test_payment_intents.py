"""Payment intents, with Stripe's own SDK over HTTP."""

import pytest
import stripe

from tests.simulator.conftest import Simulator
from tests.simulator.stripe.conftest import AWAY, Buyer, paid


def test_a_card_is_charged_and_the_ledger_says_so(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client, metadata={"reference": "VT-7"})
    assert (intent.status, intent.amount_received) == ("succeeded", 2000)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    card = charge.payment_method_details.card
    assert (card.brand, card.last4, charge.paid, charge.captured) == ("visa", "4242", True, True)
    assert len(card.fingerprint) == 16
    row = simulator.ledger(intent.id)[0]
    assert (row["charged"], row["net"], row["currency"]) == (2000, 2000, "EUR")
    assert row["reference"] == "VT-7"


def test_an_intent_can_be_made_first_and_confirmed_later(client: stripe.StripeClient) -> None:
    intents = client.v1.payment_intents
    intent = intents.create(params={"amount": 900, "currency": "eur"})
    assert intent.status == "requires_payment_method"
    assert intent.client_secret is not None
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    intent = intents.update(intent.id, params={"amount": 950, "metadata": {"a": "1"}})
    intent = intents.update(intent.id, params={"payment_method": "pm_card_mastercard"})
    assert (intent.status, intent.amount) == ("requires_confirmation", 950)
    with pytest.raises(stripe.InvalidRequestError, match="return_url"):
        intents.confirm(intent.id)
    intent = intents.confirm(intent.id, params={"return_url": AWAY})
    assert intent.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as raised:
        intents.confirm(intent.id, params={"return_url": AWAY})
    assert raised.value.code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ],
)
def test_a_declined_card_is_a_card_error_with_the_intent_in_it(
    client: stripe.StripeClient, simulator: Simulator, token: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as raised:
        paid(client, payment_method=token)
    error = raised.value.error
    assert (raised.value.http_status, raised.value.code) == (402, code)
    assert error.decline_code == decline_code
    intent = client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == decline_code
    assert client.v1.charges.retrieve(intent.latest_charge).status == "failed"
    assert simulator.ledger() == []


def test_a_switch_declines_a_good_card(client: stripe.StripeClient, simulator: Simulator) -> None:
    simulator.fault("stripe.payment_intents.*", "decline", code="lost_card", times=1)
    with pytest.raises(stripe.CardError) as raised:
        paid(client)
    assert raised.value.error.decline_code == "lost_card"
    assert paid(client).status == "succeeded"


def test_three_d_secure_approved(client: stripe.StripeClient, simulator: Simulator) -> None:
    intent = paid(client, payment_method="pm_card_threeDSecure2Required", return_url=AWAY)
    assert intent.status == "requires_action"
    assert simulator.ledger() == []
    buyer = Buyer().open(intent.next_action.redirect_to_url.url)
    assert "20.00" in buyer.text
    buyer.answer("approve")
    assert buyer.url.startswith(f"{AWAY}?payment_intent={intent.id}")
    assert "redirect_status=succeeded" in buyer.url
    after = client.v1.payment_intents.retrieve(
        intent.id, params={"expand": ["latest_charge", "payment_method"]}
    )
    assert after.status == "succeeded"
    details = after.latest_charge.payment_method_details.card
    assert details.three_d_secure.result == "authenticated"
    assert after.payment_method.card.last4 == "3220"


def test_three_d_secure_refused(client: stripe.StripeClient, simulator: Simulator) -> None:
    intent = paid(client, payment_method="pm_card_threeDSecure2Required", return_url=AWAY)
    buyer = Buyer().open(intent.next_action.redirect_to_url.url).answer("refuse")
    assert "redirect_status=failed" in buyer.url
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "payment_intent_authentication_failure"
    assert simulator.ledger() == []
    buyer.open(intent.next_action.redirect_to_url.url)
    assert "redirect_status=failed" in buyer.url, "the question is asked once"


def test_a_bank_can_say_no_after_three_d_secure(client: stripe.StripeClient) -> None:
    token = "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    intent = paid(client, payment_method=token, return_url=AWAY)
    Buyer().open(intent.next_action.redirect_to_url.url).answer("approve")
    after = client.v1.payment_intents.retrieve(intent.id)
    assert after.last_payment_error.decline_code == "insufficient_funds"


def test_off_session_a_card_that_asks_is_declined(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.CardError) as raised:
        paid(client, payment_method="pm_card_authenticationRequired", off_session=True)
    assert raised.value.code == "authentication_required"


def test_money_is_held_and_taken_in_part(client: stripe.StripeClient, simulator: Simulator) -> None:
    intent = paid(client, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 2000)
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.capture(intent.id, params={"amount_to_capture": 2001})
    assert raised.value.code == "amount_too_large"
    intent = client.v1.payment_intents.capture(intent.id, params={"amount_to_capture": 1500})
    assert (intent.status, intent.amount_received, intent.amount_capturable) == (
        "succeeded",
        1500,
        0,
    )
    row = simulator.ledger(intent.id)[0]
    assert (row["authorized"], row["charged"], row["voided"], row["net"]) == (2000, 1500, 500, 1500)
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.payment_intents.capture(intent.id)
    assert again.value.code == "payment_intent_unexpected_state"


def test_a_hold_is_given_up(client: stripe.StripeClient, simulator: Simulator) -> None:
    intent = paid(client, capture_method="manual")
    gone = client.v1.payment_intents.cancel(
        intent.id, params={"cancellation_reason": "requested_by_customer"}
    )
    assert (gone.status, gone.amount_capturable) == ("canceled", 0)
    row = simulator.ledger(intent.id)[0]
    assert (row["authorized"], row["voided"], row["charged"]) == (2000, 2000, 0)
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        client.v1.payment_intents.cancel(intent.id)


def test_a_hold_ends_by_itself_after_a_week(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    intent = paid(client, capture_method="manual")
    simulator.sim("POST", "clock", {"seconds": 6 * 24 * 3600})
    assert client.v1.payment_intents.retrieve(intent.id).status == "requires_capture"
    simulator.sim("POST", "clock", {"seconds": 2 * 24 * 3600})
    gone = client.v1.payment_intents.retrieve(intent.id)
    assert (gone.status, gone.cancellation_reason) == ("canceled", "automatic")


def test_a_customer_keeps_a_card_and_pays_with_it_again(client: stripe.StripeClient) -> None:
    buyer = client.v1.customers.create(params={"email": "ana@example.com", "name": "Ana"})
    intent = paid(client, customer=buyer.id, setup_future_usage="off_session")
    kept = client.v1.customers.payment_methods.list(buyer.id)
    assert [one.id for one in kept.data] == [intent.payment_method]
    again = paid(client, customer=buyer.id, payment_method=kept.data[0].id, off_session=True)
    assert again.status == "succeeded"
    other = client.v1.customers.create()
    with pytest.raises(stripe.InvalidRequestError, match="different Customer"):
        paid(client, customer=other.id, payment_method=kept.data[0].id)
    client.v1.payment_methods.detach(kept.data[0].id)
    assert client.v1.payment_methods.list(params={"customer": buyer.id}).data == []
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        paid(client, customer=buyer.id, payment_method=kept.data[0].id)


def test_a_card_that_nobody_kept_is_used_up(client: stripe.StripeClient) -> None:
    method = client.v1.payment_methods.create(
        params={
            "type": "card",
            "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "cvc": "123"},
        }
    )
    paid(client, payment_method=method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        paid(client, payment_method=method.id)


def test_only_test_cards_exist_and_no_number_is_kept(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    card = {"number": "4111111111111111", "exp_month": 1, "exp_year": 2040, "cvc": "123"}
    with pytest.raises(stripe.CardError) as raised:
        client.v1.payment_methods.create(params={"type": "card", "card": card})
    assert raised.value.error.decline_code == "test_mode_live_card"
    with pytest.raises(stripe.CardError) as wrong:
        client.v1.payment_methods.create(
            params={"type": "card", "card": {**card, "number": "4111111111111112"}}
        )
    assert wrong.value.code == "incorrect_number"
    assert simulator.sim("GET", "objects/stripe.payment_method")["data"] == []


def test_lists_come_in_pages(client: stripe.StripeClient) -> None:
    made = [client.v1.customers.create().id for _ in range(5)]
    first = client.v1.customers.list(params={"limit": 2})
    assert [one.id for one in first.data] == made[:2:-1]
    assert first.has_more
    everyone = [one.id for one in first.auto_paging_iter()]
    assert everyone == made[::-1]
    before = client.v1.customers.list(params={"ending_before": made[0], "limit": 2})
    assert [one.id for one in before.data] == [made[2], made[1]]


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"currency": "eur"}, "parameter_missing", "amount"),
        ({"amount": 100, "currency": "eur", "colour": "red"}, "parameter_unknown", "colour"),
        ({"amount": 10, "currency": "eur"}, "amount_too_small", "amount"),
        ({"amount": 10**9, "currency": "eur"}, "amount_too_large", "amount"),
        ({"amount": "ten", "currency": "eur"}, "parameter_invalid_integer", "amount"),
        ({"amount": 100, "currency": "doubloons"}, None, "currency"),
        ({"amount": 1005, "currency": "kwd"}, None, "amount"),
        ({"amount": 550, "currency": "isk"}, None, "amount"),
        ({"amount": 100, "currency": "eur", "capture_method": "later"}, None, "capture_method"),
        ({"amount": 100, "currency": "eur", "customer": "cus_no"}, "resource_missing", "customer"),
        ({"amount": 100, "currency": "eur", "return_url": AWAY}, None, "return_url"),
        (
            {"amount": 100, "currency": "eur", "automatic_payment_methods": {"enable": True}},
            "parameter_unknown",
            "automatic_payment_methods[enable]",
        ),
    ],
)
def test_wrong_parameters_are_refused_by_name(
    client: stripe.StripeClient, params: dict[str, object], code: str | None, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.create(params=params)  # type: ignore[arg-type]
    assert (raised.value.code, raised.value.param) == (code, param)


def test_only_a_secret_test_key_opens_the_api(simulator: Simulator) -> None:
    for key in ("pk_test_1", "sk_live_1", "nonsense"):
        client = stripe.StripeClient(key, base_addresses={"api": simulator.url})
        with pytest.raises(stripe.AuthenticationError, match="Invalid API Key"):
            client.v1.balance.retrieve()


def test_what_is_not_there_is_said_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        client.v1.payment_intents.retrieve("pi_nobody")
    assert (raised.value.http_status, raised.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.products.list()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.payment_intents.retrieve(paid(client).id, params={"expand": ["amount"]})

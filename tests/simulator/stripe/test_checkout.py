"""Stripe's hosted page: a buyer pays on it, is declined, is asked by their bank, or leaves."""

import threading
import time

import httpx
import pytest
import stripe

from tests.simulator.conftest import Simulator
from tests.simulator.stripe.conftest import AWAY, Buyer, paid, session

CARD = "4242 4242 4242 4242"


def test_a_buyer_pays_on_the_hosted_page(client: stripe.StripeClient, simulator: Simulator) -> None:
    page = session(client, payment_intent_data={"metadata": {"order": "VT-1"}})
    assert (page.status, page.payment_status, page.amount_total) == ("open", "unpaid", 2500)
    assert page.payment_intent is None, "the intent is made when the buyer first tries to pay"
    buyer = Buyer().open(page.url)
    assert "€25.00" in buyer.text
    assert "Mug &lt;b&gt;" in buyer.text
    assert "<script" not in buyer.text
    buyer.pay("4242 4242 4242 4242")
    assert buyer.url == f"{AWAY}?session={page.id}"
    done = client.v1.checkout.sessions.retrieve(
        page.id, params={"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert (done.status, done.payment_status) == ("complete", "paid")
    assert done.payment_intent.metadata.to_dict() == {"order": "VT-1"}
    assert done.payment_intent.latest_charge.amount == 2500
    assert [line.amount_total for line in done.line_items.data] == [2000, 500]
    assert done.customer_details.email == "ana@example.com"
    row = simulator.ledger(done.payment_intent.id)[0]
    assert (row["charged"], row["reference"]) == (2500, "VT-1")
    found = client.v1.checkout.sessions.list(params={"payment_intent": done.payment_intent.id})
    assert [one.id for one in found.data] == [page.id]


def test_a_page_that_was_paid_takes_no_second_payment(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    page = session(client)
    Buyer().open(page.url).pay("4242424242424242")
    again = Buyer().open(page.url)
    assert "This payment is done" in again.text
    again.pay("4242424242424242")
    assert [row["charged"] for row in simulator.ledger()] == [2500]


def test_a_page_open_in_eight_windows_is_paid_once(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    page = session(client)
    windows = [threading.Thread(target=Buyer(page.url).pay, args=(CARD,)) for _ in range(8)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert [row["charged"] for row in simulator.ledger()] == [2500]


def test_a_declined_card_stays_on_the_page_and_another_may_be_tried(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    page = session(client)
    buyer = Buyer().open(page.url).pay("4000000000000002")
    assert (buyer.status, buyer.alert) == (422, "Your card was declined.")
    first = client.v1.checkout.sessions.retrieve(page.id, params={"expand": ["payment_intent"]})
    assert first.payment_intent.status == "requires_payment_method"
    buyer.pay("4242424242424242")
    assert "shop.test" in buyer.url
    after = client.v1.checkout.sessions.retrieve(page.id)
    assert after.payment_intent == first.payment_intent.id
    assert [row["charged"] for row in simulator.ledger()] == [2500]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"number": "4242424242424241"}, "Your card number is incorrect."),
        ({"number": "4242424242424242", "expiry": "soon"}, "Enter the expiry as MM / YY."),
        ({"number": "4242424242424242", "expiry": "01/20"}, "expiration year is invalid"),
        ({"number": "4242424242424242", "cvc": "1"}, "security code is incomplete"),
        ({"number": "4111111111111111"}, "used a non test card"),
    ],
)
def test_what_cannot_be_read_is_said_and_leaves_nothing_behind(
    client: stripe.StripeClient, simulator: Simulator, form: dict[str, str], words: str
) -> None:
    page = session(client)
    buyer = Buyer().open(page.url).pay(**form)
    assert words in buyer.alert
    assert client.v1.checkout.sessions.retrieve(page.id).payment_intent is None
    assert simulator.sim("GET", "objects/stripe.payment_method")["data"] == []


def test_three_d_secure_on_the_hosted_page(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    page = session(client)
    buyer = Buyer().open(page.url).pay("4000000000003220")
    assert "/3ds/" in buyer.url
    buyer.answer("refuse")
    assert buyer.url.endswith(f"/pay/{page.id}")
    assert "unable to authenticate" in buyer.alert
    assert simulator.ledger() == []
    buyer.pay("4000000000003220").answer("approve")
    assert buyer.url == f"{AWAY}?session={page.id}"
    assert client.v1.checkout.sessions.retrieve(page.id).payment_status == "paid"


def test_a_page_that_only_holds_the_money(
    client: stripe.StripeClient, simulator: Simulator
) -> None:
    page = session(client, payment_intent_data={"capture_method": "manual"})
    Buyer().open(page.url).pay("4242424242424242")
    held = client.v1.checkout.sessions.retrieve(page.id)
    assert (held.status, held.payment_status) == ("complete", "unpaid")
    client.v1.payment_intents.capture(held.payment_intent)
    assert client.v1.checkout.sessions.retrieve(page.id).payment_status == "paid"
    assert [row["charged"] for row in simulator.ledger()] == [2500]


def test_an_expired_page_takes_no_money(client: stripe.StripeClient, simulator: Simulator) -> None:
    page = session(client)
    buyer = Buyer().open(page.url).pay("4000000000000002")
    gone = client.v1.checkout.sessions.expire(page.id)
    assert (gone.status, gone.url) == ("expired", None)
    buyer.pay("4242424242424242")
    assert "This page has expired" in buyer.text
    intent = client.v1.payment_intents.retrieve(str(gone.payment_intent))
    assert (intent.status, intent.cancellation_reason) == ("canceled", "expired")
    assert simulator.ledger() == []
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(page.id)


def test_a_page_expires_by_itself(client: stripe.StripeClient, simulator: Simulator) -> None:
    page = session(client, expires_at=int(time.time()) + 1800)
    simulator.sim("POST", "clock", {"seconds": 1801})
    assert client.v1.checkout.sessions.retrieve(page.id).status == "expired"


def test_the_intent_of_an_open_page_cannot_be_canceled_past_it(
    client: stripe.StripeClient,
) -> None:
    page = session(client)
    Buyer().open(page.url).pay("4000000000000002")
    intent = client.v1.checkout.sessions.retrieve(page.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="expire the Checkout Session"):
        client.v1.payment_intents.cancel(str(intent))


def test_a_customer_saves_a_card_and_chooses_it_the_next_time(
    client: stripe.StripeClient,
) -> None:
    ana = client.v1.customers.create(params={"email": "ana@example.com"})
    saving = {"saved_payment_method_options": {"payment_method_save": "enabled"}}
    once = {"customer": ana.id, "customer_email": None, **saving}
    wanted = {name: value for name, value in once.items() if value is not None}
    page = _for_customer(client, wanted)
    buyer = Buyer().open(page.url)
    assert "Save this card" in buyer.text
    buyer.pay("5555555555554444", save="yes")
    kept = client.v1.customers.payment_methods.list(ana.id).data
    assert [(one.card.brand, one.allow_redisplay) for one in kept] == [("mastercard", "always")]
    page = _for_customer(client, wanted)
    buyer = Buyer().open(page.url)
    assert "Mastercard ending in 4444" in buyer.text
    buyer.pay("", card=kept[0].id)
    assert client.v1.checkout.sessions.retrieve(page.id).status == "complete"


def test_a_new_customer_can_have_their_card_saved(client: stripe.StripeClient) -> None:
    page = session(
        client,
        customer_creation="always",
        saved_payment_method_options={"payment_method_save": "enabled"},
    )
    Buyer().open(page.url).pay("4242424242424242", save="yes")
    done = client.v1.checkout.sessions.retrieve(page.id)
    kept = client.v1.customers.payment_methods.list(str(done.customer)).data
    assert [one.card.last4 for one in kept] == ["4242"]


def test_a_card_is_not_kept_without_being_asked(client: stripe.StripeClient) -> None:
    ana = client.v1.customers.create(params={"email": "ana@example.com"})
    page = _for_customer(client, {"customer": ana.id})
    buyer = Buyer().open(page.url)
    assert "Save this card" not in buyer.text
    buyer.pay("4242424242424242")
    assert client.v1.customers.payment_methods.list(ana.id).data == []


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"success_url": "/thanks"}, "success_url"),
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
        ({"locale": "klingon"}, "locale"),
        ({"line_items": [{"price_data": {"currency": "eur"}}]}, None),
        ({"payment_intent_data": {"capture": "manual"}}, "payment_intent_data[capture]"),
    ],
)
def test_a_wrong_page_is_refused(
    client: stripe.StripeClient, wrong: dict[str, object], param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as raised:
        session(client, **wrong)
    assert param is None or raised.value.param == param


def test_a_page_nobody_made_is_not_there(simulator: Simulator) -> None:
    assert httpx.get(f"{simulator.url}/pay/cs_test_no").status_code == 404
    assert httpx.get(f"{simulator.url}/3ds/pi_no").status_code == 404


def test_a_bank_page_without_a_shop_has_an_end(client: stripe.StripeClient) -> None:
    intent = paid(client, payment_method="pm_card_threeDSecure2Required")
    buyer = Buyer().open(intent.next_action.use_stripe_sdk["stripe_js"]).answer("approve")
    assert buyer.status == 200
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def _for_customer(client: stripe.StripeClient, more: dict[str, object]) -> stripe.checkout.Session:
    line = {
        "price_data": {"currency": "eur", "unit_amount": 1000, "product_data": {"name": "Mug"}},
        "quantity": 1,
    }
    params = {"mode": "payment", "success_url": AWAY, "line_items": [line], **more}
    return client.v1.checkout.sessions.create(params=params)  # type: ignore[arg-type]

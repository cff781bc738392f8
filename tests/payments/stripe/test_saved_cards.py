"""A customer keeps their card at Stripe, pays with it again, and lets it go."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from tests.payments.stripe.world import World
from tests.storefront.buying import ADDRESS, orders
from vitrina.accounts.models import User
from vitrina.checkout import saved_cards, till
from vitrina.core.db import committing, session
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState
from vitrina.orders.rules import link_token
from vitrina.payments import customers, registry
from vitrina.payments import queries as payments
from vitrina.payments.models import PaymentState, ProviderCustomer
from vitrina.payments.provider import Outcome, SavedCard, Status

LISTED = "stripe.customers.payment_methods.list"
WISH, CHOICE, KEPT = "save_card_stripe", "saved_card_stripe", "Visa ending 4242"
WAY: dict[str, Any] = {"payment_method": "stripe", "step": "pay"}


@pytest.fixture
def selling(world: World, shop: Shop) -> World:
    """A shop that takes Stripe, with one thing to sell, and the simulator behind it."""
    registry.configure()
    registry.register(world.stripe)
    make.delivery()
    return world


def signed_in(shop: Shop) -> tuple[User, Browser]:
    customer, browser = make.user(), shop.browser()
    browser.open("/login")
    browser.submit("/login", login=customer.username, password=make.PASSWORD)
    return customer, browser


def at_checkout(browser: Browser) -> Browser:
    browser.post("/cart/items", {"variant_id": make.variant(price="20.00").id, "quantity": 1})
    browser.open("/checkout")
    return browser


def buy(browser: Browser, *, status: int = 302, **fields: str) -> None:
    """Send the checkout's form without going where it leads, which may be Stripe's page."""
    form = browser.page.form("/checkout")
    values = {**form.fields, **ADDRESS, **WAY, **fields}
    answer = browser.client.post(
        form.action, data=values, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]


def latest() -> Order:
    return orders()[-1]


def pays_on_page(world: World, order: Order, **form: str) -> None:
    """The buyer types a card on Stripe's page; the shop hears of it."""
    (payment,) = order.payments
    url, payment_id = str((payment.next_action or {})["url"]), payment.id
    session.rollback()
    world.type_card(Outcome(Status.REQUIRES_ACTION, redirect_url=url), **form)
    till.look(payment_id)
    assert latest().state is OrderState.PAID


def keeper(world: World, shop: Shop) -> tuple[User, Browser, str]:
    """A customer who has kept a card, and the card's name."""
    customer, browser = signed_in(shop)
    buy(at_checkout(browser), status=303, **{WISH: "y"})
    pays_on_page(world, latest(), save="1")
    (card,) = kept_at_stripe(world, customer)
    return customer, browser, card


def kept_at_stripe(world: World, customer: User) -> list[str]:
    session.rollback()
    ref = customers.names_of(customer.id)["stripe"]
    session.rollback()
    return [one.ref for one in world.stripe.cards(ref)]


def paid_rows(world: World) -> list[int]:
    return [one["charged"] for one in world.sim("GET", "ledger")["payments"]]


def test_who_ticks_the_box_pays_the_next_order_without_typing(selling: World, shop: Shop) -> None:
    _, browser, card = keeper(selling, shop)
    page = at_checkout(browser).page
    assert f"{KEPT}, valid until 12/2034" in page.text
    assert page.form("/checkout").fields[CHOICE] == card
    browser.submit("/checkout", **{**WAY, **ADDRESS})
    first, second = orders()
    assert second.state is OrderState.PAID
    assert paid_rows(selling) == [first.total, second.total]
    assert len(selling.objects("customer")) == 1
    assert (second.payments[0].ask or {})["save"] is False


def test_another_card_can_be_typed_and_only_a_tick_keeps_it(selling: World, shop: Shop) -> None:
    customer, browser, card = keeper(selling, shop)
    buy(at_checkout(browser), status=303, **{CHOICE: ""})
    newest, *_ = selling.objects("checkout.session")
    assert newest["customer"] == selling.objects("customer")[0]["id"]
    assert newest["saved_payment_method_options"] is None
    pays_on_page(selling, latest())
    assert kept_at_stripe(selling, customer) == [card]


def test_who_does_not_tick_is_unknown_to_stripe(selling: World, shop: Shop) -> None:
    _, browser = signed_in(shop)
    assert "Keep this card" in at_checkout(browser).page.text
    buy(browser, status=303)
    pays_on_page(selling, latest(), save="1")
    assert selling.objects("customer") == []
    assert session.scalar(sa.select(sa.func.count(ProviderCustomer.id))) == 0


def test_guests_are_offered_nothing_and_can_forge_nothing(selling: World, shop: Shop) -> None:
    _, _, card = keeper(selling, shop)
    guest = at_checkout(shop.browser())
    assert "Keep this card" not in guest.page.text
    assert KEPT not in guest.page.text
    buy(guest, status=422, **{CHOICE: card})
    buy(guest, status=303, **{WISH: "y"})
    assert (latest().payments[0].ask or {})["save"] is False
    pays_on_page(selling, latest(), save="1")
    assert len(selling.objects("customer")) == 1


def test_nobody_pays_with_the_card_of_another(selling: World, shop: Shop) -> None:
    _, _, card = keeper(selling, shop)
    _, thief = signed_in(shop)
    buy(at_checkout(thief), status=422, **{CHOICE: card})
    _, other, own = keeper(selling, shop)
    assert own != card
    buy(at_checkout(other), status=422, **{CHOICE: card})
    buy(other, status=422, **{CHOICE: "pm_card_visa"})
    assert len(orders()) == len(paid_rows(selling)) == 2


def test_stripe_is_asked_only_about_who_kept_a_card(
    selling: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def none(customer: str) -> list[SavedCard]:
        asked.append(customer)
        return []

    monkeypatch.setattr(selling.stripe, "cards", none)
    at_checkout(shop.browser())
    customer, browser = signed_in(shop)
    at_checkout(browser)
    browser.open("/account/cards")
    assert asked == []
    with committing():
        customers.remember("stripe", customer.id, "cus_1")
    browser.open("/checkout")
    assert asked == ["cus_1"]


def test_the_checkout_goes_on_when_stripe_does_not_list_the_cards(
    selling: World, shop: Shop
) -> None:
    _, browser, card = keeper(selling, shop)
    selling.fault(LISTED, "500_before", times=3)
    assert KEPT not in at_checkout(browser).page.text
    buy(browser, status=422, **{CHOICE: card})
    assert len(orders()) == 1
    page = browser.open("/account/cards")
    assert "We cannot reach your cards now" in page.text
    buy(at_checkout(browser), status=303, **{CHOICE: ""})
    pays_on_page(selling, latest())


def test_the_list_of_cards_is_not_waited_for_long(selling: World) -> None:
    slow = type(selling.stripe)(replace(selling.stripe.settings, timeout=60.0))
    selling.fault(LISTED, "timeout", seconds=30)
    assert slow.hasty is not slow.client
    with pytest.raises(Exception, match="provider_timeout"):
        slow.cards("cus_1")


def test_a_lost_answer_is_asked_for_again_as_before(selling: World, shop: Shop) -> None:
    customer, browser = signed_in(shop)
    selling.fault("stripe.checkout.sessions.create", "lost_reply")
    buy(at_checkout(browser), status=303, **{WISH: "y"})
    (payment,) = latest().payments
    assert payment.state is PaymentState.PENDING
    payment_id = payment.id
    with committing():  # meanwhile they become known by another order
        customers.remember("stripe", customer.id, "cus_meanwhile")
    selling.fault("stripe.checkout.sessions.list", "500_before")  # no need to search for it
    till.look(payment_id)
    session.rollback()
    assert payments.by_id(payment_id).state is PaymentState.REQUIRES_ACTION
    assert len(selling.objects("checkout.session")) == 1
    pays_on_page(selling, latest(), save="1")
    assert customers.names_of(customer.id) == {"stripe": "cus_meanwhile"}


def test_a_customer_whom_stripe_has_forgotten_is_forgotten_here(selling: World, shop: Shop) -> None:
    customer, browser = signed_in(shop)
    with committing():
        customers.remember("stripe", customer.id, "cus_gone")
    buy(at_checkout(browser), status=402)
    assert latest().payments[0].failure == "customer_missing"
    assert customers.names_of(customer.id) == {}
    buy(at_checkout(browser), status=303)
    pays_on_page(selling, latest())


def test_an_orders_link_does_not_open_its_customers_cards(selling: World, shop: Shop) -> None:
    _, browser, _ = keeper(selling, shop)
    buy(at_checkout(browser), status=303, **{CHOICE: ""})
    number = latest().number
    _, other, _ = keeper(selling, shop)
    for holder in (shop.browser(), other):
        holder.open(f"/orders/{number}?token={link_token(number)}")
        form = holder.page.form("/payment")
        values = {**form.fields, "payment_method": "stripe"}
        holder.client.post(form.action, data=values, headers={"Sec-Fetch-Site": "same-origin"})
    session.rollback()
    tried = queries.by_number(number).payments
    assert [(one.ask or {})["customer"] != "" for one in tried] == [True, False, False]


def test_cards_are_listed_in_the_account_and_removed_by_their_owner_alone(
    selling: World, shop: Shop
) -> None:
    customer, browser, card = keeper(selling, shop)
    _, other, _ = keeper(selling, shop)
    page = browser.open("/account/cards")
    assert KEPT in page.text
    removal = f"/account/cards/stripe/{card}/removal"
    other.open("/account/cards")
    token = other.page.forms[-1].fields
    assert "was removed already" in other.post(removal, token).text
    shop.browser().open("/account/cards")
    assert kept_at_stripe(selling, customer) == [card]
    assert "The card is removed" in browser.submit(removal).text
    assert "You keep no cards" in browser.page.text
    assert kept_at_stripe(selling, customer) == []


def test_a_removal_that_stripe_does_not_answer_says_so(selling: World, shop: Shop) -> None:
    customer, browser, card = keeper(selling, shop)
    browser.open("/account/cards")
    selling.fault("stripe.payment_methods.detach", "500_before")
    assert "cannot reach" in browser.submit(f"/stripe/{card}/removal").text
    assert kept_at_stripe(selling, customer) == [card]


def test_what_a_provider_calls_a_customer_goes_with_the_customer(shop: Shop) -> None:
    customer = make.user()
    with committing():
        customers.remember("stripe", customer.id, "cus_1")
        customers.remember("stripe", customer.id, "cus_2")
    assert customers.names_of(customer.id) == {"stripe": "cus_1"}
    with committing():
        session.execute(sa.delete(User).where(User.id == customer.id))
    assert session.scalar(sa.select(sa.func.count(ProviderCustomer.id))) == 0


def test_only_providers_that_keep_cards_are_asked_for_them(shop: Shop) -> None:
    registry.configure()
    customer = make.user()
    with committing():
        customers.remember("bank_transfer", customer.id, "somebody")
    assert saved_cards.of_customer(customer.id) == []

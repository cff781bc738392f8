"""A buyer who leaves the bank's page by Back, and finds the cart as it was."""

from tests import make
from tests.api.buyers import Buyer
from tests.api.conftest import Program
from tests.browser import Browser
from tests.checkout.buying import faults
from tests.conftest import Shop
from tests.storefront.buying import ADDRESS, ASKS, GOOD, at_checkout, left, orders
from vitrina.core.db import session
from vitrina.orders.models import OrderState
from vitrina.payments.credit import queries as credits

SILENT = "4000 0000 0000 0119"
NO_CARD = "No gift card with this code can pay"


def balance(account_id: int) -> int:
    session.rollback()
    return credits.by_id(account_id).balance


def turned_back(shop: Shop, variant_id: int, code: str, quantity: int = 1) -> Browser:
    """A buyer who pays a part with a gift card, is asked by the bank, and goes back."""
    browser = at_checkout(shop, variant_id, quantity)
    browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    browser.submit("/checkout", **ADDRESS, step="pay", card=ASKS)
    return browser


def test_the_gift_card_still_pays_its_part_in_the_cart_and_at_the_checkout(
    shop: Shop, print_id: int
) -> None:
    account, code = make.gift_card("30.00")
    account_id = account.id
    browser = turned_back(shop, print_id, code)
    assert balance(account_id) == 0
    page = browser.open("/cart")
    assert f"Gift card ending {code[-4:]} −€30 " in page.text
    assert "Left to pay €123 " in page.text
    assert "used up by this" in page.text
    page = browser.open("/checkout")
    assert "Pay €123.00" in page.text
    browser.submit("/checkout", **ADDRESS, step="pay", card=GOOD)
    older, order = orders()
    assert (older.state, order.state) == (OrderState.CANCELLED, OrderState.PAID)
    assert [(p.provider, p.captured) for p in order.payments] == [
        ("gift_card", 3000),
        ("sandbox", 12300),
    ]
    assert balance(account_id) == 0
    assert faults() == []


def test_its_code_can_be_entered_again(shop: Shop, print_id: int) -> None:
    account, code = make.gift_card("30.00")
    account_id = account.id
    browser = turned_back(shop, print_id, code)
    browser.open("/cart")
    page = browser.submit(f"/cart/gift-cards/{account_id}/removal")
    assert "Left to pay" not in page.text
    page = browser.submit("/cart/gift-cards", gift_card=code)
    assert "Left to pay €123 " in page.text
    page = browser.open("/checkout")
    page = browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    assert "Pay €123.00" in page.text


def test_another_cart_does_not_see_what_is_held(shop: Shop, print_id: int) -> None:
    _, code = make.gift_card("30.00")
    turned_back(shop, print_id, code)
    stranger = at_checkout(shop, print_id)
    stranger.open("/cart")
    page = stranger.submit("/cart/gift-cards", gift_card=code, status=422)
    assert NO_CARD in page.text


def test_a_cart_that_had_the_card_as_well_sees_only_what_is_left_on_it(
    shop: Shop, print_id: int
) -> None:
    _, code = make.gift_card("200.00")
    other = at_checkout(shop, print_id)
    other.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    turned_back(shop, print_id, code, 2)
    page = other.open("/cart")
    assert "Gift card ending" not in page.text
    page = other.open("/checkout")
    assert "Pay €153.00" in page.text


def test_an_order_that_is_paid_meanwhile_keeps_its_card_and_nothing_is_ordered_again(
    shop: Shop, print_id: int
) -> None:
    account, code = make.gift_card("30.00")
    account_id = account.id
    browser = turned_back(shop, print_id, code)
    bank = browser.page.forms[-1]
    form = browser.open("/checkout").form("/checkout")
    browser.post(bank.action, {**bank.fields, "answer": "approve"})
    browser.post("/checkout", {**form.fields, **ADDRESS, "step": "pay", "card": GOOD})
    (order,) = orders()
    assert (order.state, order.captured.minor) == (OrderState.PAID, 15300)
    assert balance(account_id) == 0
    assert faults() == []


def test_no_card_is_promised_while_money_may_be_on_its_way(shop: Shop, print_id: int) -> None:
    _, code = make.gift_card("30.00")
    browser = at_checkout(shop, print_id)
    browser.submit("/checkout", **ADDRESS, step="gift_card", gift_card=code)
    browser.submit("/checkout", **ADDRESS, step="pay", card=SILENT)
    page = browser.open("/cart")
    assert "Gift card ending" not in page.text
    browser.open("/checkout")
    browser.submit("/checkout", **ADDRESS, step="pay", card=GOOD, status=409)
    assert len(orders()) == 1


def test_the_last_pieces_are_not_sold_out_for_who_holds_them(shop: Shop, print_id: int) -> None:
    browser = at_checkout(shop, print_id, 3)
    browser.submit("/checkout", **ADDRESS, step="pay", card=ASKS)
    assert left(print_id) == 2
    stranger = at_checkout(shop, print_id, 2)
    stranger.submit("/checkout", **ADDRESS, step="pay", card=GOOD)
    assert left(print_id) == 0
    for address in ("/cart", "/checkout"):
        page = browser.open(address)
        assert "old out" not in page.text
        assert "left" not in page.text.replace("Left to pay", "")
    browser.submit("/checkout", **ADDRESS, step="pay", card=GOOD)
    assert orders()[-1].state is OrderState.PAID
    assert faults() == []


def test_pieces_that_another_buyer_holds_stay_gone(shop: Shop, print_id: int) -> None:
    other = at_checkout(shop, print_id, 5)
    browser = at_checkout(shop, print_id, 5)
    browser.submit("/checkout", **ADDRESS, step="pay", card=ASKS)
    assert "is sold out." in other.open("/checkout").text


def test_over_the_api_the_cart_says_what_it_said_before(shop: Shop) -> None:
    api = Program(shop)
    make.delivery("5.00", code="standard")
    account, code = make.gift_card("30.00")
    account_id = account.id
    buyer = Buyer(api, (make.variant(price="19.90", stock=9), 2))
    api.post("/cart/gift-cards", {"code": code}, headers=buyer.headers, status=200)
    buyer.orders("tok_3ds", due="14.80")
    cart = api.get("/cart", headers=buyer.headers).get_json()
    assert cart["due"] == {"amount": "14.80", "currency": "EUR"}
    assert [one["id"] for one in cart["credits"]] == [account_id]
    api.delete(f"/cart/gift-cards/{account_id}", headers=buyer.headers, status=200)
    api.post("/cart/gift-cards", {"code": code}, headers=buyer.headers, status=200)
    order = buyer.orders(due="14.80")
    assert order["payment_status"] == "paid"
    assert balance(account_id) == 0

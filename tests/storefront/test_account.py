import re

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.accounts import queries
from vitrina.accounts.actions.profile import save_address
from vitrina.accounts.models import User
from vitrina.cart import queries as carts
from vitrina.catalog.models.groups import Review
from vitrina.core.db import committing, session


def signed_in(shop: Shop, user: User | None = None) -> tuple[Browser, User]:
    user = user or make.user()
    name = user.username
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=name, password=make.PASSWORD)
    found = queries.find_by_username(name)
    assert found is not None
    return browser, found


PAGES = (
    "/account",
    "/account/profile",
    "/account/password",
    "/account/email",
    "/account/addresses",
    "/account/addresses/new",
    "/account/orders",
    "/account/carts",
    "/account/sessions",
)


@pytest.mark.parametrize("prefix", ["", "/pt-br", "/ru"])
def test_every_page_of_an_account_opens_in_every_language(sqlite_shop: Shop, prefix: str) -> None:
    browser, _ = signed_in(sqlite_shop)
    for page in PAGES:
        browser.open(f"{prefix}{page}")


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in_and_brought_back(sqlite_shop: Shop, page: str) -> None:
    user = make.user()
    browser = sqlite_shop.browser()
    browser.open(page)
    assert browser.url == "/login"
    browser.submit("/login", login=user.email, password=make.PASSWORD)
    assert browser.url == page


def test_the_latest_order_stands_first_and_orders_are_found(sqlite_shop: Shop) -> None:
    user = make.user()
    name = user.username
    make.paid_order([(make.variant(), 1)], user=user)
    number = make.paid_order([(make.variant(), 1)], user=user).number
    other = make.paid_order().number
    browser, _ = signed_in(sqlite_shop, queries.find_by_username(name))
    assert number in browser.open("/account").text
    page = browser.open("/account/orders", query_string={"q": number.lower()})
    assert number in page.text
    assert other not in browser.open("/account/orders").text
    assert number not in browser.open("/account/orders?state=cancelled").text
    browser.open("/account/orders?state=nonsense&before=x")


def test_a_declined_try_that_was_paid_anew_is_no_order_of_its_own(shop: Shop) -> None:
    make.delivery()
    mug = make.variant(stock=5).id
    browser, _ = signed_in(shop)
    browser.post("/cart/items", {"variant_id": mug, "quantity": 1})
    there = {"name": "Ana", "line1": "Rua 1", "city": "Lisboa", "postal_code": "1100-001"}
    browser.open("/checkout")
    declined = {**there, "country": "PT", "card": "4000 0000 0000 0002", "step": "pay"}
    browser.submit("/checkout", status=402, **declined)
    page = browser.submit("/checkout", **{**declined, "card": "4242 4242 4242 4242"})
    number = re.findall(r"VT-\d+", page.h1[0])[0]
    for path in ("/account/orders", "/account"):
        assert set(re.findall(r"VT-\d+", browser.open(path).text)) == {number}


def test_what_was_ordered_is_bought_again_as_far_as_it_is_sold(shop: Shop) -> None:
    user = make.user()
    name, mug, gone = user.username, make.variant(stock=5), make.variant(stock=1)
    number = make.paid_order([(mug, 2), (gone, 1)], user=user).number
    browser, _ = signed_in(shop, queries.find_by_username(name))
    browser.open("/account/orders")
    page = browser.submit(f"/account/orders/{number}/cart")
    assert "Not to be had any more" in page.text
    assert page.form("/quantity").fields["quantity"] == "2"


def test_what_is_bought_again_by_a_double_press_is_bought_once(shop: Shop) -> None:
    user = make.user()
    number = make.paid_order([(make.variant(stock=9), 2)], user=user).number
    browser, _ = signed_in(shop, user)
    form = browser.open("/account/orders").form(f"/account/orders/{number}/cart")
    for _press in range(2):
        page = browser.post(form.action, form.fields)
    assert page.form("/quantity").fields["quantity"] == "2"


def test_an_address_is_added_changed_made_default_and_removed(shop: Shop) -> None:
    browser, user = signed_in(shop)
    browser.open("/account/addresses/new?country=PT")
    fields = {"name": "Ana Reis", "line1": "Rua do Sol 12", "city": "Lisboa"}
    page = browser.submit("/addresses/new", **fields, postal_code="123", status=422)
    assert "Check this" in page.text
    assert 'value="Rua do Sol 12"' in page.html
    browser.submit("/addresses/new", **fields, postal_code="1100001")
    (entry,) = queries.addresses(user)
    assert entry.postal_code == "1100-001"
    assert entry.is_default
    browser.open(f"/account/addresses/{entry.id}")
    browser.submit(f"/addresses/{entry.id}", line1="Rua da Lua 1")
    session.expire_all()
    assert queries.addresses(user)[0].line1 == "Rua da Lua 1"
    browser.submit(f"/addresses/{entry.id}/removal")
    assert queries.addresses(user) == []


def test_the_fields_follow_the_country_without_script_and_keep_what_was_typed(
    sqlite_shop: Shop,
) -> None:
    browser, _ = signed_in(sqlite_shop)
    browser.open("/account/addresses/new?country=PT")
    page = browser.submit("/addresses/new", country="US", line1="12 Elm St", reload="1")
    assert "ZIP code" in page.text
    assert 'value="12 Elm St"' in page.html


def test_other_peoples_addresses_answer_as_if_they_were_not_there(sqlite_shop: Shop) -> None:
    theirs = make.user()
    with committing():
        address_id = save_address(theirs, make.address()).id
    browser, _ = signed_in(sqlite_shop)
    browser.open(f"/account/addresses/{address_id}", status=404)
    browser.open("/account/addresses/new")
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.page.html)
    assert token
    for verb in ("", "/default", "/removal"):
        data = {"csrf_token": token[1]}
        browser.post(f"/account/addresses/{address_id}{verb}", data, status=404)


def test_a_new_password_signs_the_other_devices_out_and_not_this_one(shop: Shop) -> None:
    user = make.user()
    here, _ = signed_in(shop, user)
    there, _ = signed_in(shop, user)
    here.open("/account/password")
    page = here.submit("/account/password", current_password="x" * 9, password="y" * 9, status=422)
    assert "not your present password" in page.text
    here.submit(
        "/account/password", current_password=make.PASSWORD, password="a brand new password"
    )
    assert here.url == "/account"
    there.open("/account")
    assert there.url == "/login"


def test_other_devices_can_be_signed_out(sqlite_shop: Shop) -> None:
    user = make.user()
    here, _ = signed_in(sqlite_shop, user)
    there, _ = signed_in(sqlite_shop, user)
    here.open("/account/sessions")
    here.submit("/account/sessions")
    there.open("/account")
    assert there.url == "/login"


def test_one_device_is_signed_out_and_others_are_none_of_ones_own(shop: Shop) -> None:
    user = make.user()
    here, _ = signed_in(shop, user)
    there, _ = signed_in(shop, user)
    stranger, _ = signed_in(shop)
    page = here.open("/account/sessions")
    path = next(form.action for form in page.forms if form.action.endswith("/end"))
    token = stranger.open("/account/profile").form("/profile").fields["csrf_token"]
    stranger.post(path, {"csrf_token": token})
    there.open("/account")
    assert there.url == "/account"
    here.open("/account/sessions")
    here.submit("/end")
    there.open("/account")
    assert there.url == "/login"


def test_details_are_saved_and_nothing_else_can_be_sent_along(sqlite_shop: Shop) -> None:
    browser, user = signed_in(sqlite_shop)
    browser.open("/account/profile")
    browser.submit("/account/profile", name="Ana", locale="ru", role_id="1", is_active="")
    session.expire_all()
    found = queries.by_id(user.id)
    assert (found.name, found.locale, found.role_id, found.is_active) == ("Ana", "ru", None, True)


def test_a_cart_is_saved_and_taken_up_again(sqlite_shop: Shop) -> None:
    user = make.user()
    make.cart([(make.variant(), 2)], user=user)
    browser, _ = signed_in(sqlite_shop, user)
    browser.open("/account/carts")
    page = browser.submit("/account/carts", name="For later")
    assert "For later" in page.text
    (saved,) = carts.saved_carts(user.id)
    browser.submit(f"/carts/{saved.id}/removal")
    assert carts.saved_carts(user.id) == []


def test_a_review_counts_once_and_says_who_bought(sqlite_shop: Shop) -> None:
    user = make.user()
    mug = make.product()
    slug, product_id = mug.slug, mug.id
    make.paid_order([(mug.variants[0], 1)], user=user)
    browser, _ = signed_in(sqlite_shop, user)
    browser.open(f"/products/{slug}/reviews/new")
    browser.submit(f"/products/{slug}/reviews", title="Fine", body="Good paper", status=422)
    assert "Good paper" in browser.page.html
    form = browser.page.form(f"/products/{slug}/reviews")
    values = {**form.fields, "rating": "4"}
    response = browser.client.post(form.action, data=values)
    assert response.status_code == 303
    assert response.headers["Location"] == f"/products/{slug}"
    again = browser.client.post(form.action, data=values)
    assert "reviewed this already" in again.get_data(as_text=True)
    (written,) = session.scalars(sa.select(Review).where(Review.product_id == product_id))
    assert (written.rating, written.is_verified) == (4, True)


def test_pages_of_help_and_law_open_in_every_language(sqlite_shop: Shop) -> None:
    browser = sqlite_shop.browser()
    for prefix in ("", "/pt-br", "/ru"):
        for slug in ("delivery", "returns", "terms", "privacy", "cookies", "imprint"):
            browser.open(f"{prefix}/pages/{slug}")
    browser.open("/pages/nonsense", status=404)

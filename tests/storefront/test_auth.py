import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.accounts import queries
from vitrina.accounts.models import User
from vitrina.cart import queries as carts
from vitrina.cart.actions import add_item, open_cart
from vitrina.core.db import committing, session
from vitrina.notifications.models import Mail

NEW = "a brand new password"


def register(browser: Browser, status: int = 200, **fields: str) -> str:
    browser.open("/register")
    values = {"username": "ana", "email": "ana@example.com", "password": make.PASSWORD, **fields}
    return browser.submit("/register", status=status, **values).text


def sign_in(browser: Browser, login: str, password: str = make.PASSWORD, **more: str) -> None:
    browser.open("/login")
    browser.submit("/login", login=login, password=password, **more)


def link(template: str) -> str:
    """The path of the link in the latest mail of a kind."""
    mail = session.scalars(
        sa.select(Mail).where(Mail.template == template).order_by(Mail.id.desc()).limit(1)
    ).one()
    return next(
        line.partition("http://localhost")[2]
        for line in mail.text.splitlines()
        if "http://localhost/" in line
    )


def test_a_new_and_a_known_address_get_the_same_answer(shop: Shop) -> None:
    fresh = register(shop.browser())
    known = register(shop.browser(), username="other")
    assert fresh == known
    assert session.scalar(sa.select(sa.func.count(User.id))) == 1


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    sqlite_shop: Shop,
) -> None:
    browser = sqlite_shop.browser()
    words = register(browser, status=422, username="a b", email="ana@example.com")
    assert "There is a problem" in words
    assert "Use letters" in words
    assert 'value="ana@example.com"' in browser.page.html
    assert make.PASSWORD not in browser.page.html
    assert "harder to guess" in register(browser, status=422, password="password123")
    make.user("bea")
    assert "taken" in register(browser, status=422, username="BEA")


def test_nobody_becomes_staff_by_registering(sqlite_shop: Shop) -> None:
    register(sqlite_shop.browser(), role="owner", role_id="1", is_active="y")
    user = queries.find_by_username("ana")
    assert user is not None
    assert not user.is_staff


@pytest.mark.parametrize("login", ["bea", "BEA@example.com"])
def test_somebody_signs_in_and_out(shop: Shop, login: str) -> None:
    make.user("bea")
    browser = shop.browser()
    sign_in(browser, login)
    assert browser.url == "/account"
    browser.submit("/logout")
    browser.open("/account")
    assert browser.url == "/login"


def test_an_unknown_name_and_a_wrong_password_look_alike(sqlite_shop: Shop) -> None:
    make.user("bea")
    answers = []
    for login in ("bea", "nobody"):
        browser = sqlite_shop.browser()
        browser.open("/login")
        page = browser.submit("/login", status=422, login=login, password="wrong password")
        answers.append(page.text)
    assert answers[0] == answers[1]


def test_guessing_is_slowed(sqlite_shop: Shop) -> None:
    make.user("bea")
    browser = sqlite_shop.browser()
    browser.open("/login")
    for _ in range(6):
        browser.submit("/login", status=422, login="bea", password="wrong password")
    page = browser.submit("/login", status=429, login="bea", password=make.PASSWORD)
    assert "Try again in" in page.text


@pytest.mark.parametrize(
    "target",
    ["//evil.test", "https://evil.test", "/\\evil.test", "\thttps://evil.test", "javascript:x",
     "https:evil.test", "/%0d%0a//evil.test\r\n"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(sqlite_shop: Shop, target: str) -> None:
    make.user("bea")
    browser = sqlite_shop.browser()
    browser.open("/login", query_string={"next": target})
    form = browser.page.form("/login")
    values = {**form.fields, "login": "bea", "password": make.PASSWORD, "next": target}
    response = browser.client.post("/login", data=values)
    assert response.status_code == 303
    assert response.headers["Location"] == "/account"


def test_a_session_from_before_signing_in_is_another_one(sqlite_shop: Shop) -> None:
    make.user("bea")
    browser = sqlite_shop.browser()
    browser.open("/login")
    before = browser.client.get_cookie("session")
    sign_in(browser, "bea")
    after = browser.client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_a_copied_cookie_is_dead_after_signing_out(sqlite_shop: Shop) -> None:
    make.user("bea")
    browser = sqlite_shop.browser()
    sign_in(browser, "bea")
    stolen = browser.client.get_cookie("session")
    assert stolen is not None
    browser.submit("/logout")
    thief = sqlite_shop.browser()
    thief.client.set_cookie("session", stolen.value)
    thief.open("/account")
    assert thief.url == "/login"


def test_recovery_answers_alike_and_the_link_works_once(shop: Shop) -> None:
    make.user("bea")
    browser = shop.browser()
    answers = []
    for email in ("bea@example.com", "nobody@example.com"):
        browser.open("/recover")
        answers.append(browser.submit("/recover", email=email).text)
    assert answers[0] == answers[1]
    shop.work()
    path = link("recovery")
    browser.open(path)
    assert browser.response is not None
    assert browser.response.headers["Referrer-Policy"] == "no-referrer"
    browser.submit(path, password="short", status=422)
    browser.submit(path, password=NEW)
    sign_in(browser, "bea", NEW)
    assert browser.url == "/account"
    browser.open(path, status=404)


def test_looking_at_a_link_does_not_use_it_up(sqlite_shop: Shop) -> None:
    browser = sqlite_shop.browser()
    register(browser)
    sqlite_shop.work()
    path = link("welcome")
    for _ in range(2):
        browser.open(path)
    browser.submit(path)
    user = queries.find_by_username("ana")
    assert user is not None
    assert user.email_verified_at is not None
    browser.open(path, status=404)


def test_an_account_moves_to_an_address_that_is_proved(sqlite_shop: Shop) -> None:
    make.user("bea")
    browser = sqlite_shop.browser()
    sign_in(browser, "bea")
    browser.open("/account/email")
    browser.submit("/account/email", email="new@example.com", current_password=make.PASSWORD)
    sqlite_shop.work()
    path = link("email_change")
    browser.open(path)
    browser.submit(path)
    session.expire_all()
    assert queries.find_by_email("new@example.com") is not None


@pytest.mark.parametrize("path", ["/recover/x", "/verify/x", "/email/x", "/invitations/x"])
def test_a_made_up_link_is_not_good(sqlite_shop: Shop, path: str) -> None:
    sqlite_shop.browser().open(path, status=404)


def test_a_form_without_its_token_is_refused(sqlite_shop: Shop) -> None:
    make.user("bea")
    client = sqlite_shop.browser().client
    response = client.post("/login", data={"login": "bea", "password": make.PASSWORD})
    assert response.status_code in (400, 403, 422)
    assert client.get_cookie("session") is None or client.get("/account").status_code == 303


def test_what_a_guest_chose_comes_along(sqlite_shop: Shop) -> None:
    user_id = make.user("bea").id
    mug = make.variant()
    with committing():
        cart, token = open_cart(currency="EUR", locale="en")
        add_item(cart, mug.id, 2)
    browser = sqlite_shop.browser()
    browser.client.set_cookie("cart", token)
    sign_in(browser, "bea")
    own = carts.of_user(user_id)
    assert own is not None
    assert [line.quantity for line in own.lines] == [2]
    assert carts.find_by_token(token) is None

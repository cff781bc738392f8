"""Sending something back, through the pages alone."""

import re

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from tests.orders.returns.worlds import STAFF, asked, delivered
from vitrina.core import store
from vitrina.core.db import committing, session
from vitrina.notifications import queries as mails
from vitrina.orders import queries as orders
from vitrina.orders.models import Order, OrderState
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.models import Return, ReturnKind, ReturnState
from vitrina.orders.rules import link_token


def opened(shop: Shop, order: Order, prefix: str = "") -> Browser:
    """A guest's browser on the page of an order."""
    browser = shop.browser()
    browser.open(f"{prefix}/orders/{order.number}?token={link_token(order.number)}")
    return browser


def only(order: Order) -> Return:
    session.rollback()
    (back,) = queries.of_order(order.id)
    return back


@pytest.mark.parametrize("prefix", ["", "/pt-br", "/ru"])
def test_a_guest_asks_follows_and_keeps_it_after_all(sqlite_shop: Shop, prefix: str) -> None:
    order = delivered()
    line = order.lines[0].id
    browser = opened(sqlite_shop, order, prefix)
    href = next(href for href, _ in browser.page.links if "/returns/new" in href)
    browser.open(href)
    path = f"{prefix}/orders/{order.number}/returns"
    page = browser.submit(path, status=422)
    assert "error-summary" in page.html
    page = browser.submit(path, status=422, **{f"pieces-{line}": "2", "note": "Too blue."})
    assert f'id="pieces-{line}-error"' in page.html
    assert "Too blue." in page.html
    page = browser.submit(path, **{f"pieces-{line}": "2", f"reason-{line}": "changed_mind"})
    back = only(order)
    assert back.number in page.text
    assert (back.state, back.note, back.pieces) == (ReturnState.REQUESTED, "Too blue.", 2)
    browser.submit(f"/returns/{back.number}/cancellation")
    assert only(order).state is ReturnState.CANCELLED


def test_the_page_says_where_to_send_it_and_why_not(sqlite_shop: Shop) -> None:
    with committing():
        store.current().address = make.address().as_dict()
    order = delivered()
    line = order.lines[0].id
    yes, no = asked(order, {line: 1}), asked(order, {line: 2})
    with committing():
        actions.approve(
            yes, instructions="Wrap it well.", label_url="https://x.example/label.pdf", by=STAFF
        )
    with committing():
        actions.reject(no, reason="It was cut to size.", by=STAFF)
    page = opened(sqlite_shop, order).page
    for words in ("Wrap it well.", "Rua do Sol 12", "Print the label", "It was cut to size."):
        assert words in page.text
    assert "https://x.example/label.pdf" in [href for href, _ in page.links]


def test_a_consumer_withdraws_in_two_steps_and_has_a_receipt(sqlite_shop: Shop) -> None:
    order = delivered()
    browser = opened(sqlite_shop, order)
    page = browser.click("Withdraw from the contract here")
    assert 'value="Ana Reis"' in page.html
    path = f"/orders/{order.number}/withdrawal"
    assert "error-summary" in browser.submit(f"{path}/review", status=422, name="").html
    page = browser.submit(f"{path}/review", name="Ana Reis")
    assert "Confirm withdrawal" in page.text
    assert queries.of_order(order.id) == []  # nothing before the second step
    page = browser.submit(path)
    back = only(order)
    assert (back.kind, back.state, back.pieces) == (ReturnKind.WITHDRAWAL, ReturnState.APPROVED, 3)
    sqlite_shop.work()
    (mail,) = [
        one
        for one in mails.of_subject(f"order:{order.number}")
        if one.template == "withdrawal_received"
    ]
    assert re.search(r"Received on: .+\d\d?:\d\d.* UTC", mail.text)
    for words in (order.number, back.number, "Ana Reis", order.lines[0].title):
        assert words in mail.text
    browser.open(f"{path}?token={link_token(order.number)}", status=409)


def test_what_has_not_left_is_cancelled_by_the_same_function(sqlite_shop: Shop) -> None:
    order = make.paid_order()
    browser = opened(sqlite_shop, order)
    browser.click("Withdraw from the contract here")
    browser.submit(f"/orders/{order.number}/withdrawal/review", name="Ana Reis")
    page = browser.submit(f"/orders/{order.number}/withdrawal")
    assert "Cancelled" in page.text
    assert orders.by_id(order.id).state is OrderState.CANCELLED
    sqlite_shop.work()
    templates = {one.template for one in mails.of_subject(f"order:{order.number}")}
    assert {"withdrawal_received", "refunded"} <= templates


def test_pages_of_returns_are_open_to_the_link_and_the_buyer_alone(sqlite_shop: Shop) -> None:
    order, other = delivered(), delivered()
    number, theirs, foreign = order.number, other.number, asked(other).number
    browser, guest = sqlite_shop.browser(), opened(sqlite_shop, order)
    for token in ("", "null", link_token(theirs)):
        for page in ("returns/new", "withdrawal"):
            browser.open(f"/orders/{number}/{page}?token={token}", status=404)
        for page in ("returns", "withdrawal", "withdrawal/review"):
            browser.open("/track")
            csrf = browser.page.form("/track").fields["csrf_token"]
            fields = {"token": token, "csrf_token": csrf}
            browser.post(f"/orders/{number}/{page}", fields, status=404)
    csrf = guest.page.form("/account").fields["csrf_token"]
    mine = {"token": link_token(number), "csrf_token": csrf}
    guest.post(f"/orders/{number}/returns/{foreign}/cancellation", mine, status=404)
    assert queries.by_number(foreign).state is ReturnState.REQUESTED


def test_a_customer_sees_their_returns(sqlite_shop: Shop) -> None:
    ana = make.user()
    name, mine = ana.username, asked(delivered(user=ana), as_credit=True)
    number, order = mine.number, mine.order.number
    stranger = asked(delivered()).number
    browser = sqlite_shop.browser()
    browser.open("/account/returns")
    assert browser.url == "/login"
    browser.submit("/login", login=name, password=make.PASSWORD)
    page = browser.open("/account/returns")
    assert number in page.text
    assert stranger not in page.text
    browser.open(f"/orders/{order}/returns/new", status=409)  # all of it is in returns


def test_a_return_whose_button_is_pressed_twice_is_one(sqlite_shop: Shop) -> None:
    order = delivered()
    line, number, link = order.lines[0].id, order.number, link_token(order.number)
    browser = opened(sqlite_shop, order)
    page = browser.open(f"/orders/{number}/returns/new?token={link}")
    path = f"/orders/{number}/returns"
    asks = {f"pieces-{line}": "1", f"reason-{line}": "damaged", "kind": "money"}
    for _ in range(2):
        browser.post(path, {**page.form(path).fields, **asks})
        assert browser.url == f"/orders/{number}"
    assert only(order).pieces == 1


def test_a_withdrawal_whose_button_is_pressed_twice_is_one_and_no_error(sqlite_shop: Shop) -> None:
    order = make.paid_order()
    path = f"/orders/{order.number}/withdrawal"
    browser = opened(sqlite_shop, order)
    browser.click("Withdraw from the contract here")
    page = browser.submit(f"{path}/review", name="Ana Reis")
    for _ in range(2):
        browser.post(path, page.form(path).fields)
        assert browser.url == f"/orders/{order.number}"
    session.rollback()
    assert orders.by_id(order.id).state is OrderState.CANCELLED


def test_an_exchange_for_what_is_no_variant_is_asked_about_again(sqlite_shop: Shop) -> None:
    order = delivered()
    line, number = order.lines[0].id, order.number
    browser = opened(sqlite_shop, order)
    browser.open(f"/orders/{number}/returns/new?token={link_token(number)}")
    asks = {f"pieces-{line}": "1", f"reason-{line}": "damaged", "kind": "exchange"}
    for odd in ("9" * 30, "0", "-1", "x"):
        browser.submit(f"/orders/{number}/returns", status=422, **asks, **{f"wanted-{line}": odd})

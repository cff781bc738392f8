"""Somebody buys a framed print: with script, without, and as a customer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
Visit = Callable[..., Page]
CARD = "4242 4242 4242 4242"


def choose_a_framed_print(page: Page) -> str:
    """From the front page by a list to a print in an oak frame; gives its title."""
    page.goto("/")
    page.get_by_role("link", name="See everything").click()
    page.get_by_role("heading", level=1, name="All products").wait_for()
    page.get_by_role("link", name="Slow Whirl").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("radio", name="Oak").check()
    return title


def fill_in(page: Page) -> None:
    page.get_by_role("main").get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Full name").first.fill("Ana Reis")
    page.get_by_label("Street and number").first.fill("Rua do Sol 12")
    page.get_by_label("City").first.fill("Lisboa")
    page.get_by_label("Postal code").first.fill("1100-001")
    page.get_by_label("Card number").fill(CARD)


def pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(re.compile(r"Thank you\. Your order is VT-\d{7}"))
    expect(page.get_by_text("Paid").first).to_be_visible()


def test_a_guest_buys_a_framed_print_with_javascript(visit: Visit) -> None:
    page = visit()
    title = choose_a_framed_print(page)
    page.get_by_role("button", name=re.compile("^Add to cart")).first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    expect(drawer).to_contain_text(title)
    expect(drawer).to_contain_text("Oak")
    drawer.get_by_role("link", name="Checkout").click()
    fill_in(page)
    pay(page)
    expect(page.get_by_text("Oak").first).to_be_visible()


@pytest.mark.parametrize("mobile", [False, True])
def test_another_country_and_delivery_are_paid_at_the_first_press(
    visit: Visit, *, mobile: bool
) -> None:
    page = visit(mobile=mobile)
    choose_a_framed_print(page)
    page.get_by_role("button", name=re.compile("^Add to cart")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.goto("/checkout")
    fill_in(page)
    button = page.get_by_role("button", name=re.compile("^Pay "))
    with page.expect_response(re.compile("/checkout")):
        page.get_by_label("Country", exact=True).select_option("FR")
    page.get_by_label("Postal code").first.fill("75001")
    sum_before = button.inner_text()
    page.get_by_role("radio", name=re.compile("Express")).check()
    expect(button).not_to_have_text(sum_before)
    page.get_by_label("Card number").fill(CARD)
    pay(page)


def test_a_guest_buys_a_framed_print_without_javascript(visit: Visit) -> None:
    page = visit(javascript=False)
    title = choose_a_framed_print(page)
    page.get_by_role("button", name=re.compile("^Add to cart")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your cart")
    expect(page.get_by_role("main")).to_contain_text(title)
    expect(page.get_by_role("main")).to_contain_text("Oak")
    page.get_by_role("link", name="Checkout").click()
    fill_in(page)
    pay(page)


def test_a_customer_registers_buys_and_finds_the_order(visit: Visit) -> None:
    page = visit(mobile=True)
    page.goto("/register")
    page.get_by_label("Name to sign in with").fill("ana-reis")
    page.get_by_label("Email").fill("ana.reis@example.com")
    page.get_by_label("Password").fill("plenty-of-lines-42")
    page.get_by_role("button", name="Open the account").click()
    page.goto("/login")
    page.get_by_label("Name or email").fill("ana-reis")
    page.get_by_label("Password").fill("plenty-of-lines-42")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    title = choose_a_framed_print(page)
    page.get_by_role("button", name=re.compile("^Add to cart")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text(title)
    page.goto("/checkout")
    fill_in(page)
    pay(page)
    page.goto("/account/orders")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"VT-\d{7}"))
    keep_an_address(page)


def keep_an_address(page: Page) -> None:
    """The fields follow the country at once, and what is typed stays."""
    page.goto("/account/addresses/new")
    expect(page.get_by_role("button", name="Show the fields of this country")).to_be_hidden()
    page.get_by_label("Full name").fill("Ana Reis")
    page.get_by_label("Country").select_option("US")
    expect(page.get_by_label("ZIP code")).to_be_visible()
    expect(page.get_by_label("Full name")).to_have_value("Ana Reis")
    page.get_by_label("Country").select_option("PT")
    page.get_by_label("Street and number").fill("Rua do Sol 12")
    page.get_by_label("City").fill("Lisboa")
    page.get_by_label("Postal code").fill("1100-001")
    page.get_by_role("button", name="Save the address").click()
    expect(page.get_by_role("main")).to_contain_text("Rua do Sol 12")

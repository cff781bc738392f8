"""The whole purchase by each way to pay, against the simulator: paid, invoiced, and told once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OWNER
from tests.e2e.test_purchase import choose_a_framed_print
from vitrina.core.ids import new_token

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
Visit = Callable[..., Page]


def go_to_checkout(page: Page) -> str:
    """A framed print in the cart, and the checkout filled in; gives the buyer's e-mail."""
    choose_a_framed_print(page)
    page.get_by_role("button", name=re.compile("^Add to cart")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    return fill_in_checkout(page)


def fill_in_checkout(page: Page) -> str:
    email = f"{new_token()[:12].lower().replace('_', 'x').replace('-', 'x')}@example.com"
    page.goto("/checkout")
    page.get_by_role("main").get_by_label("Email").fill(email)
    page.get_by_label("Full name").first.fill("Ana Reis")
    page.get_by_label("Street and number").first.fill("Rua do Sol 12")
    page.get_by_label("City").first.fill("Lisboa")
    page.get_by_label("Postal code").first.fill("1100-001")
    return email


def choose(page: Page, provider: str) -> None:
    page.locator(f"input[name=payment_method][value={provider}]").check(force=True)


def press_pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay ")).click()


def pay_by_card(page: Page, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12 / 40")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on the card").fill("Ana Reis")
    press_pay(page)


def is_paid_and_invoiced(page: Page) -> str:
    """The order page says so, and the invoice is a PDF; gives the order's number."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(re.compile(r"VT-\d{7}"))
    expect(page.get_by_text("Paid").first).to_be_visible()
    invoice = page.get_by_role("link", name=re.compile("^Invoice INV-"))
    for _ in range(20):  # the worker writes it
        if invoice.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    answer = page.request.get(invoice.first.get_attribute("href") or "")
    assert answer.body().startswith(b"%PDF-")
    return re.findall(r"VT-\d{7}", heading.inner_text())[0]


def mails_to(visit: Visit, email: str) -> list[str]:
    """The subjects of what was sent to a buyer."""
    desk = visit()
    sign_in(desk)
    desk.goto(f"/admin/mail/?q={email}")
    return desk.locator("tbody th").all_inner_texts()


def sign_in(desk: Page) -> None:
    desk.goto("/login?next=/admin/")
    desk.get_by_label("Name or email").fill(OWNER[0])
    desk.get_by_label("Password").fill(OWNER[1])
    desk.get_by_role("main").get_by_role("button", name="Sign in").click()
    desk.wait_for_url("**/admin/**")


def told_once(visit: Visit, email: str, number: str) -> None:
    subjects = mails_to(visit, email)
    assert len(subjects) == 1, subjects
    assert number in subjects[0]


def test_by_stripes_own_page(visit: Visit) -> None:
    page = visit()
    email = go_to_checkout(page)
    choose(page, "stripe")
    press_pay(page)
    pay_by_card(page, "4242 4242 4242 4242")
    told_once(visit, email, is_paid_and_invoiced(page))


def test_by_a_card_whose_bank_asks_first(visit: Visit) -> None:
    page = visit()
    email = go_to_checkout(page)
    choose(page, "stripe")
    press_pay(page)
    pay_by_card(page, "4000 0000 0000 3220")
    page.get_by_role("button", name="Approve").click()
    told_once(visit, email, is_paid_and_invoiced(page))


def test_by_paypal(visit: Visit) -> None:
    page = visit()
    email = go_to_checkout(page)
    choose(page, "paypal")
    press_pay(page)
    page.get_by_role("button", name="Agree and pay").click()
    told_once(visit, email, is_paid_and_invoiced(page))


def test_who_turns_away_from_paypal_can_pay_another_way(visit: Visit) -> None:
    page = visit()
    go_to_checkout(page)
    choose(page, "paypal")
    press_pay(page)
    page.get_by_role("button", name="Cancel and go back to the shop").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"VT-\d{7}"))
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_be_visible()


def test_by_bank_transfer(visit: Visit) -> None:
    page = visit()
    email = go_to_checkout(page)
    choose(page, "manual")
    press_pay(page)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(re.compile(r"VT-\d{7}"))
    number = re.findall(r"VT-\d{7}", heading.inner_text())[0]
    desk = visit()
    sign_in(desk)
    desk.goto(f"/admin/orders/{number}")
    desk.get_by_role("button", name="Mark as paid").click()
    page.reload()
    assert is_paid_and_invoiced(page) == number
    subjects = mails_to(visit, email)
    assert len(subjects) == len(set(subjects)) == 2, subjects  # placed, and the money is here


def a_gift_card(visit: Visit, amount: str) -> str:
    """A card that staff issued; its code, which is shown once."""
    desk = visit()
    sign_in(desk)
    desk.goto("/admin/gift-cards/new")
    desk.get_by_label("Amount").fill(amount)
    desk.get_by_role("main").get_by_role("button", name="Issue").first.click()
    found = re.search(r"\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){3}\b", desk.get_by_role("main").inner_text())
    assert found is not None
    return found[0]


def test_by_a_gift_card_and_the_rest_by_card(visit: Visit) -> None:
    code = a_gift_card(visit, "30.00")
    page = visit()
    email = go_to_checkout(page)
    page.get_by_text("Have a gift card?").click()
    page.get_by_label("Gift card code").fill(code)
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("main")).to_contain_text(code[-4:])
    choose(page, "stripe")
    press_pay(page)
    pay_by_card(page, "4242 4242 4242 4242")
    told_once(visit, email, is_paid_and_invoiced(page))


def test_by_a_gift_card_alone(visit: Visit) -> None:
    code = a_gift_card(visit, "500.00")
    page = visit()
    email = go_to_checkout(page)
    page.get_by_text("Have a gift card?").click()
    page.get_by_label("Gift card code").fill(code)
    page.get_by_role("button", name="Use it").click()
    page.get_by_role("button", name="Place order").click()
    told_once(visit, email, is_paid_and_invoiced(page))

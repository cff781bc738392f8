"""The invoices of an order on its page: for its buyer, and for nobody else (the same 404)."""

import re

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.db import committing, session
from vitrina.notifications.models import Mail
from vitrina.orders.invoices import queries
from vitrina.orders.invoices.actions import issue_credit_note
from vitrina.orders.models import Order
from vitrina.orders.rules import link_token


def buy(shop: Shop, **fields: object) -> Order:
    """A paid order, whose invoice the worker has issued."""
    order = make.paid_order(**fields)  # type: ignore[arg-type]
    shop.work()
    session.rollback()
    return order


def pdf(browser: Browser, path: str) -> bytes:
    """Fetch a paper; it must be nobody's to keep but the one who asked."""
    response = browser.client.get(path)
    assert response.status_code == 200, (path, response.status)
    assert response.mimetype == "application/pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="')
    assert response.data.startswith(b"%PDF-1.7")
    return response.data


@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_the_holder_of_the_link_finds_every_paper_on_the_orders_page(
    shop: Shop, prefix: str
) -> None:
    order = buy(shop)
    with committing():
        issue_credit_note(order, order.money(100), refund_key="a")
    guest = shop.browser()
    page = guest.open(f"{prefix}/orders/{order.number}?token={link_token(order.number)}")
    links = re.findall(r'href="([^"]+\.pdf[^"]*)"', page.html)
    assert len(links) == 2
    for link in links:
        pdf(guest, link.replace("&amp;", "&"))


def test_the_confirmation_links_to_the_invoice_and_no_other_mail_is_sent(shop: Shop) -> None:
    buy(shop)
    (mail,) = session.scalars(sa.select(Mail))
    assert mail.template == "order_confirmation"
    found = re.search(r"http://localhost(/orders/\S+invoice\.pdf\?token=\S+)", mail.text)
    assert found is not None
    pdf(shop.browser(), found.group(1))


def test_until_it_is_issued_the_link_leads_to_the_order(shop: Shop) -> None:
    order = make.paid_order()
    browser = shop.browser()
    token = link_token(order.number)
    response = browser.client.get(f"/orders/{order.number}/invoice.pdf?token={token}")
    assert (response.status_code, response.location) == (
        303,
        f"/orders/{order.number}?token={token}",
    )


def refused(browser: Browser, path: str, unknown: str) -> None:
    """``path`` answers as ``unknown`` does, which does not exist: 404, with the very same words."""
    answers = [browser.client.get(one) for one in (path, unknown)]
    assert [one.status_code for one in answers] == [404, 404], path
    found = [re.search(r"<main.*</main>", one.text, re.DOTALL) for one in answers]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0].group() == found[1].group()


def test_what_is_not_yours_does_not_exist(shop: Shop) -> None:
    owner, other = make.user(), make.user()
    name = owner.username
    order, foreign = buy(shop, user=owner), buy(shop, user=other)
    (mine,), (theirs,) = queries.of_order(order.id), queries.of_order(foreign.id)
    token, foreign_token = link_token(order.number), link_token(foreign.number)
    paper, other_paper = mine.number, theirs.number
    number, session_number = order.number, foreign.number
    signed_in = shop.browser()
    signed_in.open("/login")
    signed_in.submit("/login", login=name, password=make.PASSWORD)
    pdf(signed_in, f"/orders/{number}/invoices/{paper}.pdf")
    orders = (f"/orders/{session_number}", "/orders/VT-0000000")
    for path in (
        f"{one}{rest}" for one in orders for rest in ("/invoice.pdf", f"/invoices/{paper}.pdf")
    ):
        refused(signed_in, path, "/orders/VT-0000000/invoice.pdf")
    for given in (other_paper, "INV-1999-000001"):
        for query in ("", f"?token={token}"):
            path = f"/orders/{number}/invoices/{given}.pdf{query}"
            refused(signed_in, path, f"/orders/{number}/invoices/nothing.pdf")
    refused(
        signed_in, f"/orders/{session_number}/invoices/{other_paper}.pdf?token={token}", orders[1]
    )
    guest = shop.browser()
    assert guest.client.get(f"/orders/{number}/invoices/{paper}.pdf").status_code == 404
    assert (
        guest.client.get(f"/orders/{number}/invoices/{paper}.pdf?token={foreign_token}").status_code
        == 404
    )

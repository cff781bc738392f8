"""A company of another member state gives its VAT number: net prices, from cart to invoice."""

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.accounts.actions.profile import save_address
from vitrina.checkout.editing import confirm, preview
from vitrina.core.db import committing, session
from vitrina.orders import queries
from vitrina.orders.edits.values import Wish
from vitrina.orders.invoices.document import Document
from vitrina.orders.invoices.queries import of_order
from vitrina.orders.models import Order

THERE = {
    "email": "ana@example.com",
    "name": "Ana Maler",
    "line1": "Unter den Linden 5",
    "city": "Berlin",
    "postal_code": "10117",
    "country": "DE",
}
CARD = "4242 4242 4242 4242"

NUMBER = "DE 136 695 976"


@pytest.fixture(autouse=True)
def europe(shop: Shop) -> None:
    """A Portuguese shop with gross prices and 23 % everywhere."""
    make.tax("0.23")
    make.delivery("6.15")


def sold(country: str = "DE", number: str = NUMBER, *, billing: str = "DE") -> Order:
    payer = make.address(billing, company="Maler GmbH", vat_number=number)
    mug = make.variant(price="12.30", stock=9)
    return make.order([(mug, 2)], country=country, billing_address=payer)


def test_goods_to_a_company_abroad_are_charged_net(shop: Shop) -> None:
    order = sold()
    assert (order.total, order.tax) == (2500, 0)
    assert [(line.unit_price, line.tax, line.total) for line in order.lines] == [(1000, 0, 2000)]
    assert order.billing_address is not None
    assert order.billing_address["vat_number"] == "DE136695976"
    number = order.number
    shop.work()
    session.remove()
    (invoice,) = of_order(queries.by_number(number).id)
    document = Document.from_json(invoice.document)
    assert document.buyer.vat_number == "DE136695976"
    assert {line.category for line in document.lines} == {"K"}
    assert "Article 138" in document.notes[0]


@pytest.mark.parametrize(
    ("country", "number", "billing"),
    [
        ("PT", NUMBER, "DE"),  # the goods do not leave the seller's country
        ("DE", "PT500000000", "PT"),  # the seller's own country
    ],
)
def test_others_pay_the_tax(country: str, number: str, billing: str) -> None:
    order = sold(country, number, billing=billing)
    assert (order.total, order.tax) == (3075, 460 + 115)


def test_a_file_for_a_company_abroad_is_charged_net() -> None:
    payer = make.address("DE", company="Maler GmbH", vat_number=NUMBER)
    file = make.variant(price="12.30", requires_shipping=False)
    cart = make.cart([(file, 1)])
    order = make.order(of=cart, billing_address=payer)
    assert (order.total, order.tax) == (1000, 0)


def test_what_is_added_later_is_net_too() -> None:
    order = sold()
    more = make.variant(price="24.60", stock=3)
    order_id, wish = order.id, Wish(added={more.id: 1})
    with committing():
        found = queries.by_id(order_id)
        seen = preview(found, wish)
        confirm(found, wish, fingerprint=seen.fingerprint, by="staff:1")
    session.remove()
    changed = queries.by_id(order_id)
    assert (changed.total, changed.tax) == (4500, 0)


def test_a_buyer_types_the_number_sees_the_sum_and_pays_it(shop: Shop) -> None:
    mug = make.variant(price="12.30", stock=9)
    mug_id, browser = mug.id, shop.browser()
    browser.post("/cart/items", {"variant_id": mug_id, "quantity": 2})
    page = browser.open("/checkout?country=DE")
    assert "Buying for a company?" in page.text
    company = {**THERE, "company": "Maler GmbH", "vat_number": NUMBER}
    page = browser.submit("/checkout", **company, step="update")
    assert "€25" in page.text
    assert "your company owes" in page.text
    browser.submit("/checkout", **company, card=CARD, step="pay")
    session.remove()
    order = session.scalars(sa.select(Order)).one()
    assert (order.total, order.tax) == (2500, 0)
    assert order.shipping_address is not None
    assert order.shipping_address["vat_number"] == "DE136695976"
    number, boss, user = order.number, shop.browser(), make.staff()
    boss.open("/login")
    boss.submit("/login", login=user.username, password=make.PASSWORD)
    assert "DE136695976" in boss.open(f"/admin/orders/{number}").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"company": "Maler GmbH", "vat_number": "DE136695975"}, "Check the VAT number"),
        ({"vat_number": NUMBER}, "Enter the name of the company"),
    ],
)
def test_a_wrong_number_is_said_at_its_field(
    shop: Shop, fields: dict[str, str], words: str
) -> None:
    mug_id, browser = make.variant(price="12.30", stock=9).id, shop.browser()
    browser.post("/cart/items", {"variant_id": mug_id, "quantity": 1})
    browser.open("/checkout?country=DE")
    page = browser.submit("/checkout", status=422, **THERE, **fields, card=CARD, step="pay")
    assert words in page.text
    assert session.scalars(sa.select(Order)).all() == []


def test_a_number_that_was_not_on_the_page_changes_what_is_confirmed(shop: Shop) -> None:
    mug_id, browser = make.variant(price="12.30", stock=9).id, shop.browser()
    browser.post("/cart/items", {"variant_id": mug_id, "quantity": 1})
    browser.open("/checkout?country=DE")
    company = {"company": "Maler GmbH", "vat_number": NUMBER}
    browser.submit("/checkout", status=409, **THERE, **company, card=CARD, step="pay")
    assert session.scalars(sa.select(Order)).all() == []


def test_the_address_book_keeps_the_number(shop: Shop) -> None:
    customer = make.user("ana")
    found = make.address("DE", company="Maler GmbH", vat_number=NUMBER)
    with committing():
        save_address(customer, found)
    mug_id, browser = make.variant(price="12.30", stock=9).id, shop.browser()
    browser.open("/login")
    browser.submit("/login", login="ana", password=make.PASSWORD)
    browser.post("/cart/items", {"variant_id": mug_id, "quantity": 2})
    assert "€25" in browser.open("/checkout").text

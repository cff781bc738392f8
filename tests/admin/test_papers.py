"""The papers of an order at the desk."""

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core import store
from vitrina.core.db import session
from vitrina.orders.invoices import queries


@pytest.fixture
def owner(sqlite_shop: Shop) -> Browser:
    """The owner's browser, signed in."""
    return desk(sqlite_shop, "owner")


def desk(shop: Shop, role: str) -> Browser:
    """The browser of a member of staff."""
    user = make.staff(role)
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def fetch(browser: Browser, path: str) -> bytes:
    response = browser.client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/pdf"), path
    assert response.headers["Cache-Control"] == "private, no-store"
    return response.data


def test_staff_issue_the_missing_invoice_of_a_paid_order_and_fetch_it(
    sqlite_shop: Shop, owner: Browser
) -> None:
    order = make.paid_order()
    number, order_id = order.number, order.id
    owner.open(f"/admin/orders/{number}")
    owner.submit(f"/admin/orders/{number}/invoices")
    session.rollback()
    (invoice,) = queries.of_order(order_id)
    paper = invoice.number
    assert paper in owner.open(f"/admin/orders/{number}").text
    path = f"/admin/orders/{number}/invoices/{paper}.pdf"
    assert fetch(owner, path).startswith(b"%PDF")
    assert fetch(desk(sqlite_shop, "fulfilment"), path).startswith(b"%PDF")
    assert desk(sqlite_shop, "catalogue").client.get(path).status_code == 403
    other = make.paid_order().number
    assert owner.client.get(path.replace(number, other)).status_code == 404


def test_whoever_packs_fetches_slips_and_lists(sqlite_shop: Shop) -> None:
    number = make.paid_order().number
    parcel = make.shipped_order().shipments[0].number
    packer = desk(sqlite_shop, "fulfilment")
    page = packer.open(f"/admin/orders/{number}")
    assert f"/admin/orders/{number}/packing-slip.pdf" in page.html
    fetch(packer, f"/admin/orders/{number}/packing-slip.pdf")
    fetch(packer, f"/admin/orders/shipments/{parcel}/packing-slip.pdf")
    fetch(packer, "/admin/orders/picking-list.pdf")
    fetch(packer, f"/admin/orders/picking-list.pdf?order={number}&order=nonsense")
    support = desk(sqlite_shop, "support")
    assert support.client.get("/admin/orders/picking-list.pdf").status_code == 403


def test_the_merchant_says_where_the_shop_is_and_how_invoices_are_numbered(owner: Browser) -> None:
    owner.open("/admin/settings/")
    owner.submit(
        "/admin/settings/",
        street="Rua Nova 3",
        postal_code="4000-001",
        city="Porto",
        invoice_prefix="FT-A",
        credit_note_prefix="NC-A",
    )
    session.expire_all()
    shop = store.current()
    assert (shop.invoice_prefix, shop.credit_note_prefix) == ("FT-A", "NC-A")
    assert (shop.address["line1"], shop.address["city"]) == ("Rua Nova 3", "Porto")
    page = owner.submit("/admin/settings/", invoice_prefix="a/b", status=422)
    assert "capital letters" in page.text

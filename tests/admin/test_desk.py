"""A day at the desk: what staff see and do, through the pages alone."""

import re

import pytest

from tests import make
from tests.admin.desk import audited
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.catalog import queries as catalog
from vitrina.core import store
from vitrina.core.db import session
from vitrina.orders import queries as orders
from vitrina.orders.models import OrderState
from vitrina.promotions.queries import find_by_code
from vitrina.shipping.queries import zones as shipping_zones
from vitrina.tax.queries import zones as tax_zones


def test_every_page_of_an_empty_shop_opens(owner: Browser) -> None:
    owner.open("/admin/")
    for part in (
        "orders", "products", "categories", "stock", "customers", "promotions", "reviews",
        "returns",
        "support", "mail", "shipping", "tax", "staff", "settings", "audit",
    ):  # fmt: skip
        page = owner.open(f"/admin/{part}/")
        assert page.h1 != [""]
        owner.open(f"/admin/{part}/?q=%25%27%22&before=99999999999999999999&state=nonsense")
    for part in ("products", "categories", "promotions", "shipping", "tax"):
        owner.open(f"/admin/{part}/new")


@pytest.mark.parametrize("prefix", ["", "/ru", "/pt-br"])
def test_the_menu_marks_the_part_one_is_in_and_no_other(owner: Browser, prefix: str) -> None:
    page = owner.open(f"{prefix}/admin/ledger/")
    marked = re.findall(r'href="([^"]+)" aria-current="page"', page.html)
    assert marked == [f"{prefix}/admin/ledger/"]


def test_an_order_is_shipped_in_parts_and_arrives(owner: Browser) -> None:
    order = make.paid_order([(make.variant(stock=5), 3)])
    path, line = f"/admin/orders/{order.number}", order.lines[0].id
    page = owner.open(path)
    assert order.number in page.h1[0]
    owner.submit(f"{path}/shipments", **{f"pieces-{line}": "1", "carrier": "ctt"})
    owner.submit(f"{path}/shipments", carrier="ctt", tracking_number="AB1")
    session.rollback()
    sent = orders.by_number(order.number)
    assert sent.state is OrderState.SHIPPED
    assert [len(one.lines) for one in sent.shipments] == [1, 1]
    for shipment in sent.shipments:
        owner.open(path)
        owner.submit(f"/admin/orders/shipments/{shipment.number}/delivery")
    session.rollback()
    assert orders.by_number(order.number).state is OrderState.DELIVERED
    owner.open(path)
    owner.submit(f"{path}/notes", text="Left with the neighbour")
    assert "Left with the neighbour" in owner.page.text
    assert audited("order.ship")


def test_a_paid_order_is_refunded_in_part_and_another_cancelled(owner: Browser) -> None:
    order = make.paid_order([(make.variant(price="20.00"), 1)])
    path = f"/admin/orders/{order.number}"
    owner.open(path)
    owner.open(f"{path}/refunds")
    owner.submit(f"{path}/refunds", amount="5.00", refund_reason="A scratch")
    owner.submit(f"{path}/refunds", step="refund")
    owner.open(f"{path}/refunds")
    owner.submit(f"{path}/refunds", amount="-5.00", refund_reason="No", status=422)
    owner.submit(f"{path}/refunds", amount="500.00", refund_reason="Too much")
    owner.submit(f"{path}/refunds", step="refund", status=409)
    session.rollback()
    refunds = [
        one for payment in orders.by_number(order.number).payments for one in payment.refunds
    ]
    assert [one.amount for one in refunds] == [500]
    other = make.paid_order([(make.variant(), 1)])
    owner.open(f"/admin/orders/{other.number}")
    owner.submit(f"/admin/orders/{other.number}/cancellation", cancel_reason="Changed mind")
    session.rollback()
    assert orders.by_number(other.number).state is OrderState.CANCELLED
    assert audited("order.cancel")
    assert "Changed mind" in owner.open("/admin/audit/?q=order.cancel").text


def test_promotions_zones_and_settings_are_written(owner: Browser) -> None:
    owner.open("/admin/promotions/new")
    owner.submit("/admin/promotions/new", name="Ten", kind="percent", code="ten", percent="10")
    session.rollback()
    found = find_by_code("TEN")
    assert found is not None
    owner.submit(f"/admin/promotions/{found.id}/end")
    owner.open("/admin/shipping/new")
    owner.submit(
        "/admin/shipping/new",
        name="Iberia", countries="PT, ES", methods="standard | Standard | 4.90 | 60 | 2 | 4",
    )  # fmt: skip
    owner.open("/admin/tax/new")
    owner.submit("/admin/tax/new", name="Portugal", countries="PT", rates="IVA | 23 | standard")
    session.rollback()
    assert any(zone.name == "Iberia" for zone in shipping_zones())
    zone = next(zone for zone in tax_zones() if zone.name == "Portugal")
    assert [str(rate.rate).rstrip("0") for rate in zone.rates] == ["0.23"]
    owner.open(f"/admin/tax/{zone.id}")
    owner.open("/admin/settings/")
    owner.submit("/admin/settings/", name="Tide & Co", low_stock="3")
    session.rollback()
    assert store.current().name == "Tide & Co"


def test_mails_are_read_in_a_frame_that_can_do_nothing(owner: Browser, sqlite_shop: Shop) -> None:
    make.paid_order([(make.variant(), 1)])
    sqlite_shop.work()
    page = owner.open("/admin/mail/")
    link = next(href for href, _ in page.links if re.fullmatch(r"/admin/mail/\d+", href))
    owner.open(link)
    framed = owner.client.get(f"{link}/html")
    assert framed.status_code == 200
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    previews = [href for href, _ in page.links if "/previews/" in href]
    assert len(previews) >= 30
    for href in previews:
        assert owner.client.get(href).status_code == 200, href


def test_staff_are_invited_and_lose_their_role(owner: Browser) -> None:
    other = make.staff("support")
    owner.open("/admin/staff/")
    owner.submit("/admin/staff/invitations", email="new@example.com", role="catalogue")
    owner.open("/admin/staff/")
    owner.submit(f"/admin/staff/{other.id}/role", role="analyst")
    assert audited("staff.role")
    assert audited("staff.invite")


def test_a_form_without_its_token_changes_nothing(owner: Browser) -> None:
    made = make.product().id
    answer = owner.client.post(
        f"/admin/products/{made}/deletion", headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 400
    foreign = owner.client.post(
        f"/admin/products/{made}/deletion", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code in (400, 403)
    session.rollback()
    assert catalog.by_id(made).title


@pytest.mark.parametrize("part", ["orders", "products", "stock", "customers"])
def test_a_list_costs_the_same_for_any_number(owner: Browser, part: str) -> None:
    def world(count: int) -> None:
        for _ in range(count):
            make.user()
            make.paid_order([(make.variant(), 1)])

    world(1)
    owner.open(f"/admin/{part}/")
    owner.open(f"/admin/{part}/")
    few = owner.statements
    world(3)
    owner.open(f"/admin/{part}/")
    assert owner.statements <= few <= 25


def test_a_parcel_leaves_once_however_often_the_button_is_pressed(owner: Browser) -> None:
    order = make.paid_order([(make.variant(stock=5), 3)])
    path, line = f"/admin/orders/{order.number}", order.lines[0].id
    page = owner.open(path)
    sent = {**page.form("/shipments").fields, f"pieces-{line}": "1", "carrier": "CTT"}
    for _ in range(2):
        owner.post(f"{path}/shipments", sent)
        assert owner.url == path
    session.rollback()
    assert len(orders.by_number(order.number).shipments) == 1

"""A day at the desk: what staff see and do, through the pages alone."""

import io
import re
from decimal import Decimal

import pytest
import sqlalchemy as sa
from PIL import Image

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.currencies import set_currency
from vitrina.core import store
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.inventory.queries import availability
from vitrina.orders import queries as orders
from vitrina.orders.models import OrderState
from vitrina.promotions.queries import find_by_code
from vitrina.shipping.queries import zones as shipping_zones
from vitrina.tax.queries import zones as tax_zones


@pytest.fixture
def owner(sqlite_shop: Shop) -> Browser:
    """The owner's browser, signed in."""
    user = make.staff("owner")
    browser = sqlite_shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def _audited(action: str) -> bool:
    session.rollback()
    wanted = sa.select(
        sa.exists().where(AuditEntry.action == action, AuditEntry.by.like("staff:%"))
    )
    return bool(session.scalar(wanted))


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


def test_a_product_is_made_changed_and_removed(owner: Browser) -> None:
    owner.open("/admin/products/new")
    owner.submit("/admin/products/new", title="Tide print", price="19,90", stock="4")
    session.rollback()
    product = catalog.by_slug("tide-print")
    path, variant = f"/admin/products/{product.id}", product.variants[0].id
    assert product.variants[0].price == 1990
    assert availability([variant])[variant].available == 4
    owner.submit(
        path, title="Tide print two", tags="sea, blue", description="<b>a</b><script>x</script>"
    )
    owner.submit(f"{path}/variants", **{f"price-{variant}": "24.50", f"pieces-{variant}": "9"})
    owner.submit(f"{path}/options", options="Size: S; M; L\nFrame: Oak; None")
    owner.submit(f"{path}/variants", **{"price-all": "25.00", "pieces-all": "3"})
    session.rollback()
    shelves = availability([one.id for one in catalog.by_id(product.id).variants])
    assert {one.available for one in shelves.values()} == {3}
    owner.open(path)
    owner.submit(f"{path}/variants", **{"price-all": "24.50"})
    session.rollback()
    changed = catalog.by_id(product.id)
    assert (changed.title, changed.tags) == ("Tide print two", ["sea", "blue"])
    assert "script" not in changed.description
    assert len(changed.variants) == 6
    assert {one.price for one in changed.variants} == {2450}
    assert owner.open("/admin/products/?q=tide").text.count("Tide print two") == 1
    for action in ("product.create", "product.update", "product.variants"):
        assert _audited(action), action
    owner.open(path)
    owner.submit(f"{path}/deletion")
    owner.open(path, status=404)
    assert _audited("product.delete")


def test_saving_a_product_unchanged_changes_nothing(owner: Browser) -> None:
    product = make.product(tags=("dark paper", "red"), description="<p>Two <b>inks</b></p>")
    path, version = f"/admin/products/{product.id}", product.version
    page = owner.open(path)
    assert page.form(path).fields["tags"] == "dark paper, red"
    owner.submit(path)
    session.rollback()
    assert catalog.by_id(product.id).tags == ["dark paper", "red"]
    assert catalog.by_id(product.id).version == version
    assert not _audited("product.update")


def test_texts_and_prices_are_written_for_the_other_markets(owner: Browser) -> None:
    product = make.product("Tide", translations={"ru": {"details": [{"name": "Бумага"}]}})
    path, variant = f"/admin/products/{product.id}", product.variants[0].id
    with committing():
        set_currency("BRL", Decimal(6), by="staff:1")
    owner.open(path)
    owner.submit(path, **{"title-ru": "Прилив", "description-ru": "<p>Вода</p><script>x</script>"})
    owner.submit(f"{path}/variants", **{f"price_BRL-{variant}": "129,90"})
    session.rollback()
    changed = catalog.by_id(product.id)
    assert changed.text("title", "ru") == "Прилив"
    assert changed.text("description", "ru") == "<p>Вода</p>"
    assert changed.facts("ru") == [{"name": "Бумага"}]
    assert changed.text("title", "pt-BR") == "Tide"
    assert [(one.currency, one.price) for one in changed.variants[0].prices] == [("BRL", 12990)]
    assert owner.open(path).form("/variants").fields[f"price_BRL-{variant}"] == "129.90"
    owner.submit(f"{path}/variants", **{f"price_BRL-{variant}": ""})
    session.rollback()
    assert catalog.by_id(product.id).variants[0].prices == []


def test_a_category_is_named_in_every_language(owner: Browser) -> None:
    owner.open("/admin/categories/new")
    owner.submit(
        "/admin/categories/new", title="Posters", is_visible="y", **{"title-ru": "Плакаты"}
    )
    session.rollback()
    posters = catalog.category_by_path("posters")
    assert posters.text("title", "ru") == "Плакаты"
    path = f"/admin/categories/{posters.id}"
    owner.open(path)
    owner.submit(path, **{"title-pt-BR": "Cartazes"})
    session.rollback()
    named = catalog.category_by_path("posters")
    assert [named.text("title", code) for code in ("en", "pt-BR", "ru")] == [
        "Posters", "Cartazes", "Плакаты",
    ]  # fmt: skip


def test_what_cannot_be_is_said_and_nothing_is_stored(owner: Browser) -> None:
    made = make.product(price="10.00", stock=3)
    path, variant = f"/admin/products/{made.id}", made.variants[0].id
    for price in ("-1", "abc", "", "1.999", "1e3", "NaN"):
        owner.open(path)
        owner.submit(f"{path}/variants", **{f"price-{variant}": price}, status=422)
    for pieces in ("-1", "1.5", "x", "9" * 30):
        owner.open(path)
        owner.submit(f"{path}/variants", **{f"pieces-{variant}": pieces}, status=422)
    owner.open(path)
    owner.submit(path, title="", status=422)
    session.rollback()
    assert catalog.by_id(made.id).variants[0].price == 1000
    assert availability([variant])[variant].available == 3


def test_a_picture_is_hung_and_taken_down(owner: Browser) -> None:
    product_id = make.product().id
    path = f"/admin/products/{product_id}"
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    page = owner.open(path)
    token = page.form(f"{path}/pictures").fields["csrf_token"]
    file.seek(0)
    fields = {"csrf_token": token, "alt": "The sea", "picture": (file, "../sea.png")}
    owner.post(f"{path}/pictures", fields, content_type="multipart/form-data")
    session.rollback()
    media = catalog.by_id(product_id).media
    first = media[0].id
    assert [(one.alt, one.width) for one in media] == [("The sea", 60)]
    bad = {"csrf_token": token, "alt": "", "picture": (io.BytesIO(b"<svg onload=x>"), "a.png")}
    owner.post(f"{path}/pictures", bad, content_type="multipart/form-data")
    owner.open(path)
    owner.submit(f"{path}/pictures/{first}/removal")
    session.rollback()
    assert catalog.by_id(product_id).media == []


def test_categories_are_made_moved_and_deleted(owner: Browser) -> None:
    owner.open("/admin/categories/new")
    owner.submit("/admin/categories/new", title="Prints", is_visible="y")
    owner.open("/admin/categories/new")
    owner.submit("/admin/categories/new", title="Sea", is_visible="y")
    session.rollback()
    prints, sea = catalog.category_by_path("prints"), catalog.category_by_path("sea")
    owner.open(f"/admin/categories/{sea.id}")
    owner.submit(f"/admin/categories/{sea.id}", parent=str(prints.id))
    session.rollback()
    assert catalog.category_by_path("prints/sea").id == sea.id
    owner.open(f"/admin/categories/{prints.id}")
    assert "Delete" in owner.page.text
    owner.submit(f"/admin/categories/{prints.id}/deletion")
    session.rollback()
    assert catalog.category_by_path("prints").id == prints.id
    owner.open(f"/admin/categories/{sea.id}")
    owner.submit(f"/admin/categories/{sea.id}/deletion")
    assert _audited("category.delete")


def test_a_count_is_written_down_with_its_reason(owner: Browser) -> None:
    variant = make.variant(stock=5)
    owner.open("/admin/stock/?low=1")
    variant_id = variant.id
    path = f"/admin/stock/{variant_id}"
    owner.open(path)
    owner.submit(f"{path}/count", quantity="2", reason="", status=422)
    owner.submit(f"{path}/count", quantity="-2", reason="x", status=422)
    owner.submit(f"{path}/count", quantity="2", reason="Three broke")
    assert "Three broke" in owner.page.text
    session.rollback()
    assert availability([variant_id])[variant_id].available == 2
    assert _audited("stock.count")


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
    assert _audited("order.ship")


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
    assert _audited("order.cancel")
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
    assert _audited("staff.role")
    assert _audited("staff.invite")


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


def test_forms_speak_in_the_shops_own_words(owner: Browser) -> None:
    owner.open("/admin/categories/new")
    page = owner.submit("/admin/categories/new", title="", position="x", parent="99", status=422)
    for words in ("Fill this in.", "Enter a whole number.", "Choose one of the list."):
        assert words in page.text


def test_a_wrong_line_of_a_table_is_named(owner: Browser) -> None:
    owner.open("/admin/shipping/new")
    lines = "standard | Standard | 4.90\nexpress | Express | dear"
    owner.submit("/admin/shipping/new", name="Home", countries="PT", methods=lines, status=422)
    assert "express | Express | dear" in owner.page.text


def test_a_product_that_cannot_be_made_is_still_on_the_page(owner: Browser) -> None:
    owner.open("/admin/products/new")
    typed = {"title": "Mug", "price": "dear", "sku": "MUG-1", "title-ru": "Кружка", "stock": "3"}
    page = owner.submit("/admin/products/new", **typed, status=422)
    assert "Enter an amount such as 19.90" in page.text
    fields = page.form("/admin/products/new").fields
    assert {name: fields[name] for name in typed} == typed
    owner.submit("/admin/products/new", price="12.00")
    make.variant(sku="TAKEN")
    owner.open("/admin/products/new")
    page = owner.submit(
        "/admin/products/new", **{**typed, "price": "9", "sku": "TAKEN"}, status=409
    )
    assert "Another variant has this SKU" in page.text
    assert page.form("/admin/products/new").fields["title-ru"] == "Кружка"


def test_a_table_of_variants_that_cannot_be_keeps_what_was_typed_and_nothing_else(
    owner: Browser,
) -> None:
    mug = make.variant(price="19.90", stock=5)
    mug_id, path = mug.id, f"/admin/products/{mug.product_id}"
    owner.open("/admin/categories/new")
    owner.submit("/admin/categories/new", title="Kitchen")
    page = owner.open(path)
    kitchen = re.findall(r'<option value="(\d+)"[^>]*>kitchen', page.html)[0]
    owner.submit(path, title="Mug", categories=kitchen)
    sent = {f"price-{mug_id}": "21", f"weight_g-{mug_id}": "a kilo", f"backorder-{mug_id}": "1"}
    page = owner.submit(f"{path}/variants", **sent, status=422)
    fields = page.form(f"{path}/variants").fields
    assert {name: fields[name] for name in sent} == sent
    assert f"track_stock-{mug_id}" in fields
    assert re.search(rf'<option selected value="{kitchen}"', page.html)  # the other form stays
    page = owner.submit(path, slug="!", title="Cup", status=422)
    assert page.form(path).fields["title"] == "Cup"
    fields = page.form(f"{path}/variants").fields
    assert fields[f"price-{mug_id}"] == "19.90"
    assert f"track_stock-{mug_id}" in fields
    page = owner.submit(f"{path}/options", options="Size", status=422)
    assert ">Size</textarea>" in page.html


def test_a_parcel_that_cannot_leave_keeps_its_tracking_number(owner: Browser) -> None:
    order = make.paid_order([(make.variant(stock=5), 2)])
    path, line = f"/admin/orders/{order.number}", order.lines[0].id
    owner.open(path)
    typed = {f"pieces-{line}": "3", "carrier": "CTT", "tracking_number": "RR123456785PT"}
    page = owner.submit(f"{path}/shipments", **typed, status=422)
    assert {name: page.form("/shipments").fields[name] for name in typed} == typed


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("promotions", {"name": "Spring", "kind": "percent", "percent": "", "code": "SPRING"}),
        ("shipping", {"name": "Islands", "countries": "PT", "methods": "boat | Boat | dear"}),
        ("tax", {"name": "Islands", "countries": "PT", "rates": "VAT | much"}),
    ],
)
def test_what_cannot_be_made_is_still_on_the_page(
    owner: Browser, page: str, typed: dict[str, str]
) -> None:
    path = f"/admin/{page}/new"
    owner.open(path)
    html = owner.submit(path, **typed, status=422).html
    assert all(words in html for words in typed.values())


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

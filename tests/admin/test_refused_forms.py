"""Forms that cannot be taken keep what staff typed, and say what is wrong."""

import re

import pytest

from tests import make
from tests.browser import Browser
from vitrina.catalog.actions.reviews import ReviewDraft, take_reviews
from vitrina.core.db import committing


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


def test_who_reloads_a_refused_form_comes_to_the_page_where_it_stands(owner: Browser) -> None:
    order = make.paid_order([(make.variant(stock=5), 1)])
    path = f"/admin/orders/{order.number}"
    owner.open(path)
    owner.submit(f"{path}/shipments", carrier="", status=422)
    assert owner.url == f"{path}/shipments"
    owner.open(owner.url)
    assert owner.url == path
    for form, page in (
        ("/ru/admin/promotions/7/end", "/admin/promotions/"),
        ("/admin/staff/invitations", "/admin/staff/"),
        ("/cart/codes", "/cart"),
    ):
        owner.open(form)
        assert owner.url.removeprefix("/ru") == page
    kept = owner.client.get("/orders/V-1/cancellation?token=a.b")
    assert kept.location == "/orders/V-1?token=a.b"
    assert owner.client.delete("/cart/codes").status_code == 405
    assert owner.client.get("/logout").status_code == 405


def test_nobody_is_invited_without_a_role(owner: Browser) -> None:
    page = owner.open("/admin/staff/")
    assert "optional" not in page.html.partition("Invite")[2]
    page = owner.submit("/admin/staff/invitations", email="new@example.com", status=422)
    assert page.form("/admin/staff/invitations").fields["email"] == "new@example.com"


def test_an_answer_that_is_too_long_is_still_in_its_field(owner: Browser) -> None:
    mug, ana = make.product("Mug"), make.user()
    with committing():
        take_reviews([ReviewDraft(mug.id, ana.id, "Ana", 5, "Good")])
    page = owner.open("/admin/reviews/")
    (name,) = re.findall(r'name="(reply-\d+)"', page.html)
    review = name.removeprefix("reply-")
    page = owner.submit(f"{review}/reply", status=422, **{name: "x" * 4001})
    assert "x" * 4001 in page.html
    assert "Use at most 4000 characters." in page.text
    owner.submit(f"{review}/reply", **{name: "Thank you"})
    assert ">Thank you</textarea>" in owner.open("/admin/reviews/").html


def test_a_wrong_amount_of_a_variant_is_said_with_its_row(owner: Browser) -> None:
    shirt = make.product("Shirt", options={"Size": ["S", "M"]})
    small, medium = (one.id for one in shirt.variants)
    path = f"/admin/products/{shirt.id}"
    owner.open(path)
    page = owner.submit(f"{path}/variants", **{f"price-{medium}": "dear"}, status=422)
    assert "M, Price: Enter an amount such as 19.90." in page.text
    owner.open(path)
    page = owner.submit(f"{path}/variants", **{f"weight_g-{small}": "light"}, status=422)
    assert "S, Grams: " in page.text
    owner.open(path)
    page = owner.submit(f"{path}/variants", **{"compare_at-all": "dear"}, status=422)
    assert "All of them, Before: " in page.text

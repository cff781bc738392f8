"""Products, pictures and categories at the desk, through the pages alone."""

import io
from decimal import Decimal

from PIL import Image

from tests import make
from tests.admin.desk import audited
from tests.browser import Browser
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.currencies import set_currency
from vitrina.core.db import committing, session
from vitrina.inventory.queries import availability


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
        assert audited(action), action
    owner.open(path)
    owner.submit(f"{path}/deletion")
    owner.open(path, status=404)
    assert audited("product.delete")


def test_saving_a_product_unchanged_changes_nothing(owner: Browser) -> None:
    product = make.product(tags=("dark paper", "red"), description="<p>Two <b>inks</b></p>")
    path, version = f"/admin/products/{product.id}", product.version
    page = owner.open(path)
    assert page.form(path).fields["tags"] == "dark paper, red"
    owner.submit(path)
    session.rollback()
    assert catalog.by_id(product.id).tags == ["dark paper", "red"]
    assert catalog.by_id(product.id).version == version
    assert not audited("product.update")


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
    assert audited("category.delete")


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
    assert audited("stock.count")

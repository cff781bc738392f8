"""Bringing in products of other shops."""

import csv
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import make
from tests.cli.bringing import faults, file
from tests.conftest import Shop
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.products import update_product
from vitrina.catalog.models.products import Product, Variant
from vitrina.cli.imports import shopify
from vitrina.cli.imports.command import run
from vitrina.cli.imports.parsed import amount, number
from vitrina.cli.imports.reading import UnreadableFile, encoding_of
from vitrina.cli.imports.storing import Tally
from vitrina.core import store
from vitrina.core.db import committing, session
from vitrina.inventory import queries as inventory
from vitrina.inventory.models import StockItem
from vitrina.search import queries as search

MUG = 'mug,Mug,"<p onclick=x>Good<script>1</script>",Kiln,Mugs,"clay, Blue",true,'


def bring(path: Path, *, images: Path | None = None, dry_run: bool = False) -> Tally:
    session.rollback()
    currency = store.current().currency
    return run(path, shopify.Shopify(currency), shopify.key, images, dry_run)


def test_a_product_comes_in_with_all_that_its_rows_say(shop: Shop, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        MUG
        + "Size,Small,Glaze,Blue,M-1,250,shopify,4,deny,12.50,15.00,https://x.test/mug.jpg,A mug",
        "mug,,,,,,,,Large,,Blue,M-2,300,shopify,0,continue,14.00,,,",
        "mug,,,,,,,,,,,,,,,,,,https://x.test/side.jpg,",
    )
    assert bring(path) == Tally(created=1, variants=2)
    mug = catalog.by_slug("mug")
    assert (mug.title, mug.vendor, mug.tags) == ("Mug", "Kiln", ["clay", "Blue"])
    assert mug.description == "<p>Good</p>"
    small, large = mug.variants
    assert (small.sku, small.price, small.compare_at, small.weight_g) == ("M-1", 1250, 1500, 250)
    assert (small.label("en"), large.label("en")) == ("Small, Blue", "Large, Blue")
    assert large.backorder
    assert not small.backorder
    assert inventory.availability([small.id])[small.id].available == 4
    assert [one.source_url for one in mug.media] == [
        "https://x.test/mug.jpg",
        "https://x.test/side.jpg",
    ]
    assert [one.path for one in catalog.categories()] == ["mugs"]
    assert [card.title for card in search.listing(search.Listing(query="mug")).cards] == ["Mug"]


def test_a_second_run_touches_nothing(shop: Shop, tmp_path: Path) -> None:
    path = file(tmp_path, MUG + "Title,Default Title,,,,,shopify,3,deny,9,,https://x.test/a.jpg,")
    bring(path)
    before = catalog.by_slug("mug")
    version, updated_at, kept = before.version, before.updated_at, store.catalogue_version()
    assert bring(path) == Tally(unchanged=1, variants=1)
    after = catalog.by_slug("mug")
    assert (after.version, after.updated_at) == (version, updated_at)
    assert store.catalogue_version() == kept


def test_what_was_sold_meanwhile_does_not_come_back_with_the_same_file(
    shop: Shop, tmp_path: Path
) -> None:
    def rows(count: int) -> str:
        return MUG + f"Title,Default Title,,,M,,shopify,{count},deny,9,,,"

    def on_hand() -> int:
        session.rollback()
        return session.scalars(sa.select(StockItem.on_hand)).one()

    bring(file(tmp_path, rows(5)))
    session.rollback()
    make.shipped_order([(catalog.by_slug("mug").variants[0], 2)])
    bring(file(tmp_path, rows(5)))
    assert on_hand() == 3
    bring(file(tmp_path, rows(9)))
    assert on_hand() == 7
    bring(file(tmp_path, rows(9)))
    assert on_hand() == 7


def test_only_what_differs_is_changed_and_what_the_shop_added_stays(
    shop: Shop, tmp_path: Path
) -> None:
    bring(file(tmp_path, MUG + "Title,Default Title,,,M,,shopify,3,deny,9,,,"))
    session.rollback()
    with committing():
        texts = {"ru": {"title": "Кружка"}}
        update_product(catalog.by_slug("mug"), by="staff:1", translations=texts, position=4)
    path = file(tmp_path, MUG + "Title,Default Title,,,M,,shopify,3,deny,11,,,")
    assert bring(path) == Tally(changed=1, variants=1)
    mug = catalog.by_slug("mug")
    assert (mug.variants[0].price, mug.text("title", "ru"), mug.position) == (1100, "Кружка", 4)


def test_a_dry_run_says_what_would_happen_and_stores_nothing(shop: Shop, tmp_path: Path) -> None:
    path = file(tmp_path, MUG + "Title,Default Title,,,M,,shopify,3,deny,9,,,")
    assert bring(path, dry_run=True) == Tally(created=1, variants=1)
    assert catalog.all_ids() == []
    assert catalog.categories() == []


def test_rows_with_faults_are_listed_while_the_rest_goes_in(shop: Shop, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        MUG + "Size,Small,,,M-1,,shopify,-3,deny,9,,,",
        "mug,,,,,,,,Large,,,M-1,,shopify,1,deny,9,,,",
        "mug,,,,,,,,Large,,,M-3,,shopify,1,deny,9,,,",
        "mug,,,,,,,,Huge,,,M-4,,shopify,1,deny,-9,,,",
        "cup,,,,,,,Title,Default Title,,,,,,,deny,1,,,",
        ",No handle,,,,,,Title,Default Title,,,,,,,deny,1,,,",
        'bowl,Bowl,,,,,true,Title,Default Title,,,"=1+1",,,,deny,1,,,',
        "jug,Jug,,,,,true,Title,Default Title,,,=1+1,,,,deny,free,,,",
    )
    assert bring(path) == Tally(created=2, variants=3)
    found = {(int(one["line"]), one["column"]): one for one in faults(path)}
    assert found[2, "Variant Inventory Qty"]["outcome"] == "went in"
    assert found[3, "Variant SKU"]["reason"] == "line 2 has the same SKU; goes in without it"
    assert found[4, "Option1 Value"]["reason"] == "line 3 has a variant of the same options"
    assert found[5, "Variant Price"]["reason"] == "negative as a price"
    assert found[6, "Title"]["outcome"] == "left out"
    assert found[7, "Handle"]["outcome"] == "left out"
    assert (9, "Variant Price") in found
    assert bring(path) == Tally(unchanged=2, variants=3)


def test_a_sku_that_another_product_of_the_shop_has_is_left_off(shop: Shop, tmp_path: Path) -> None:
    make.product("Teapot", sku="M-1")
    path = file(tmp_path, MUG + "Title,Default Title,,,M-1,,,,deny,9,,,")
    assert bring(path).created == 1
    assert catalog.by_slug("mug").variants[0].sku is None
    assert "another product of the shop" in faults(path)[0]["reason"]
    assert bring(path).unchanged == 1


def test_rows_of_a_handle_may_stand_apart(shop: Shop, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        MUG + "Size,Small,,,,,,,deny,9,,,",
        "cup,Cup,,,,,,Title,Default Title,,,,,,,deny,1,,,",
        "mug,,,,,,,,Large,,,,,,,deny,9,,,",
    )
    assert bring(path) == Tally(created=2, variants=3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_files_of_several_encodings_are_read(shop: Shop, tmp_path: Path, encoding: str) -> None:
    path = file(
        tmp_path, "cafe,Café\x00 crème,,,,,,Title,Default Title,,,,,,,deny,1,,,", encoding=encoding
    )
    assert encoding_of(path) == encoding
    bring(path)
    assert catalog.by_slug("cafe").title == "Café crème"


def test_a_file_that_is_no_export_is_refused_in_one_line(shop: Shop, tmp_path: Path) -> None:
    path = file(tmp_path, "1,2", header="a,b")
    with pytest.raises(UnreadableFile, match="there is no column 'Handle'"):
        bring(path)


def test_pictures_are_taken_from_a_folder_by_name(shop: Shop, tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (1000, 800), "navy").save(folder / "Mug.JPG", "JPEG")
    (folder / "bad.jpg").write_bytes(b"<svg/>")
    path = file(
        tmp_path,
        MUG + "Title,Default Title,,,,,,,deny,9,,https://x.test/a/mug.jpg?v=1,Mug",
        "mug,,,,,,,,,,,,,,,,,,https://x.test/bad.jpg,",
    )
    bring(path, images=folder)
    shop.work()
    session.expire_all()
    good, bad = catalog.by_slug("mug").media
    assert (good.mime, good.width, good.height) == ("image/jpeg", 1000, 800)
    assert {one["width"] for one in good.renditions} == {320, 640, 960}
    assert bad.key == ""
    assert "no picture" in faults(path)[0]["reason"]
    assert bring(path, images=folder).unchanged == 1
    assert bring(path).unchanged == 1


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12.5", 1250), ("1,299.00", 129900), ("1.299,00", 129900), ("12,5", 1250), ("€ 3", 300)],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int) -> None:
    assert amount(text, "EUR") == minor


@pytest.mark.parametrize("text", ["", "x", "-1", "NaN", "1e99", "Infinity"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|negative"):
        amount(text, "EUR")
    if text not in ("-1",):
        with pytest.raises(ValueError, match="number"):
            number(text)


NAMES = ["apparel", "bicycles", "jewelry", "snowdevil"]


def _counts(path: Path) -> tuple[int, int, Counter[str]]:
    with path.open(newline="", encoding="utf-8-sig") as found:
        rows = list(csv.DictReader(found))
    variants = [row for row in rows if row["Option1 Value"] or row["Variant Price"]]
    by_handle = Counter(row["Handle"] for row in variants)
    return len({row["Handle"] for row in rows}), len(variants), by_handle


def test_the_four_real_files_go_in_whole_and_a_second_run_changes_nothing(
    shop: Shop, data: Path, tmp_path: Path
) -> None:
    products = variants = 0
    paths = []
    for name in NAMES:
        path = tmp_path / f"{name}.csv"
        path.write_bytes((data / "shopify" / f"{name}.csv").read_bytes())
        paths.append(path)
        count, of_variants, by_handle = _counts(path)
        assert bring(path) == Tally(created=count, variants=of_variants)
        for handle, wanted in list(by_handle.items())[::25]:
            assert len(catalog.by_slug(handle).variants) == wanted
        products, variants = products + count, variants + of_variants
    assert session.scalar(sa.select(sa.func.count()).select_from(Product)) == products == 606
    assert session.scalar(sa.select(sa.func.count()).select_from(Variant)) == variants == 1863
    kept = store.catalogue_version()
    for path in paths:
        again = bring(path)
        assert (again.created, again.changed) == (0, 0)
    assert store.catalogue_version() == kept

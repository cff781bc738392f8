"""Bringing in products of WooCommerce's exports."""

import random
from pathlib import Path

import sqlalchemy as sa

from tests.cli.bringing import faults, file
from tests.conftest import Shop
from vitrina.catalog import queries as catalog
from vitrina.catalog.models.products import Product, ProductStatus
from vitrina.cli.imports import woocommerce
from vitrina.cli.imports.command import run
from vitrina.cli.imports.storing import Tally
from vitrina.core import clock, store
from vitrina.core.db import session


def bring_woo(path: Path) -> Tally:
    session.rollback()
    reader = woocommerce.WooCommerce(store.current().currency, clock.now())
    return run(path, reader, woocommerce.key, None, False)


WOO = (
    "ID,Type,SKU,Name,Published,Visibility in catalog,Description,In stock?,Stock,Weight (kg),"
    "Sale price,Regular price,Categories,Tags,Images,Parent,Position,"
    "Attribute 1 name,Attribute 1 value(s)"
)


def test_woocommerce_variations_join_their_product(shop: Shop, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        '1,variable,tee,Tee,1,visible,Soft\\n\\nWarm,1,,0.2,,,"Clothing > Tees, Sale",a,,,0,'
        'Size,"S, M, L"',
        "2,simple,cap,Cap,1,visible,,1,7,,8,10,Clothing,,,,0,Colour,Red",
        "3,variation,tee-s,Tee - S,1,visible,,1,3,,,20,,,,tee,1,Size,S",
        "4,variation,tee-any,Tee,1,visible,,0,,,,22,,,,id:tee,2,Size,",
        "5,grouped,all,All,1,visible,,1,,,,,,,,,0,,",
        header=WOO,
    )
    assert bring_woo(path) == Tally(created=2, variants=4)
    tee = catalog.by_slug("tee")
    assert [one.sku for one in tee.variants] == ["tee-s", "tee-any-m", "tee-any-l"]
    assert tee.variants[0].weight_g == 200
    assert tee.description == "<p>Soft</p><p>Warm</p>"
    cap = catalog.by_slug("cap")
    assert (cap.variants[0].price, cap.variants[0].compare_at) == (800, 1000)
    assert cap.details == [{"name": "Colour", "value": "Red"}]
    assert [one.path for one in catalog.categories()] == ["clothing", "clothing/tees", "sale"]
    assert {one["outcome"] for one in faults(path)} == {"left out", "went in"}
    assert bring_woo(path) == Tally(unchanged=2, variants=4)


def test_the_real_woocommerce_file_goes_in(shop: Shop, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "woo.csv"
    path.write_bytes((data / "woocommerce" / "sample_products.csv").read_bytes())
    first = bring_woo(path)
    assert first.created == 14  # 24 rows: 9 variations and a group among them
    assert bring_woo(path) == Tally(unchanged=first.created, variants=first.variants)
    slugs = session.scalars(
        sa.select(Product.slug).where(Product.status == ProductStatus.ACTIVE).order_by(Product.id)
    ).all()
    visitor = shop.app.test_client()
    for slug in random.Random(7).sample(slugs, 10):
        assert visitor.get(f"/products/{slug}").status_code == 200, slug

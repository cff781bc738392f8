"""A variant that its product drops stays for the orders and the stock that know it."""

from dataclasses import replace

import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.catalog import queries
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.drafts import OptionDraft
from vitrina.catalog.models.products import Product, Variant
from vitrina.core.db import committing, session
from vitrina.inventory import desk
from vitrina.inventory.models import StockItem, StockMovement
from vitrina.orders import actions as orders
from vitrina.orders import queries as order_queries
from vitrina.orders.models import OrderState


def _drop(product: Product, sku: str) -> None:
    """Leave the variant out of its product, and the option value it had."""
    with committing():
        found = queries.by_id(product.id)
        now = draft_of(found)
        kept = tuple(one for one in now.variants if one.sku != sku)
        values = [value for one in kept for value in one.values]
        options = (OptionDraft.of("Size", *values),)
        replace_product(found, replace(now, variants=kept, options=options), by=make.BY)


def _count(variant_id: int) -> tuple[int, int]:
    session.rollback()
    row = session.execute(
        sa.select(StockItem.on_hand, StockItem.reserved).where(StockItem.variant_id == variant_id)
    ).one()
    return row[0], row[1]


def test_a_sold_variant_is_sent_although_its_product_dropped_it(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["S", "L"]}, sku="MUG", stock=5)
    small = queries.variant(mug.variants[0].id)
    order = make.paid_order([(small, 2)])
    _drop(mug, "MUG")
    assert [one.sku for one in queries.by_id(mug.id).variants] == ["MUG-2"]
    line = order_queries.by_id(order.id).lines[0]
    assert line.variant_id == small.id
    assert _count(small.id) == (5, 2)
    with committing():
        orders.ship(order_queries.by_id(order.id), carrier="CTT", by="staff:1")
    assert order_queries.by_id(order.id).state is OrderState.SHIPPED
    assert _count(small.id) == (3, 0)


def test_a_dropped_variant_keeps_its_history_and_what_is_left_is_seen_by_staff(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["S", "L"]}, sku="MUG", stock=5)
    small = mug.variants[0].id
    _drop(mug, "MUG")
    moved = sa.select(sa.func.count()).select_from(StockMovement).join(StockItem)
    assert session.scalar(moved.where(StockItem.variant_id == small)) == 1
    assert small in [row.variant.id for row in desk.stock().rows]
    assert not queries.variant(small).is_active


def test_a_variant_that_returns_with_its_sku_finds_its_stock(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["S", "L"]}, sku="MUG", stock=5)
    before = draft_of(queries.by_id(mug.id))
    small = mug.variants[0].id
    _drop(mug, "MUG")
    with committing():
        assert replace_product(queries.by_id(mug.id), before, by=make.BY)
    found = queries.by_id(mug.id)
    assert [one.label("en") for one in found.variants] == ["S", "L"]
    assert found.variants[0].id == small
    assert found.variants[0].is_active


def test_the_sku_of_a_dropped_variant_is_free_for_others(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["S", "L"]}, sku="MUG", stock=5)
    small = mug.variants[0].id
    _drop(mug, "MUG")
    cup = make.product("Cup", sku="MUG")
    assert queries.owners_of_skus(["MUG"]) == {"MUG": cup.id}
    assert queries.variant(small).sku is None


def test_an_option_that_goes_takes_no_variant_with_it(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["S", "L"], "Glaze": ["Blue"]}, sku="MUG", stock=5)
    ids = [one.id for one in mug.variants]
    with committing():
        found = queries.by_id(mug.id)
        now = draft_of(found)
        variants = tuple(replace(one, values=one.values[:1]) for one in now.variants)
        replace_product(found, replace(now, options=now.options[:1], variants=variants), by="x")
    assert [one.id for one in queries.by_id(mug.id).variants] == ids
    assert session.scalar(sa.select(sa.func.count()).select_from(Variant)) == 2
    assert _count(ids[0]) == (5, 0)

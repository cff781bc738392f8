"""Products, variants, prices, categories, collections and reviews through their actions."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import counting
from tests.conftest import Shop
from vitrina.catalog import desk, queries
from vitrina.catalog.actions import categories, collections, currencies, products, reviews, variants
from vitrina.catalog.actions.replacement import draft_of, replace_product
from vitrina.catalog.drafts import OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.errors import (
    AlreadyReviewed,
    CategoryNotEmpty,
    InvalidCategory,
    ProductNotFound,
    SkuTaken,
    SlugTaken,
)
from vitrina.catalog.models.products import Product, ProductStatus
from vitrina.core import store
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.core.events import OutboxEvent
from vitrina.core.money import Money

BY = "staff:1"


def sized(title: str, *skus: str) -> ProductDraft:
    sizes = [f"S{number}" for number, _ in enumerate(skus)]
    return ProductDraft(
        title=title,
        options=(OptionDraft.of("Size", *sizes),),
        variants=tuple(
            VariantDraft(100, (size,), sku=sku) for size, sku in zip(sizes, skus, strict=True)
        ),
    )


def test_equal_titles_get_addresses_of_their_own_but_a_chosen_one_is_refused(shop: Shop) -> None:
    with committing():
        made = products.create_products([sized("Mug", "A"), sized("Mug", "B")], by=BY)
    assert [one.slug for one in made] == ["mug", "mug-2"]
    draft = ProductDraft(title="x", slug="mug", variants=(VariantDraft(1),))
    with pytest.raises(SlugTaken), committing():
        products.create_product(draft, by=BY)


def test_a_sku_belongs_to_one_variant_of_the_shop(shop: Shop) -> None:
    make.product(sku="A")
    session.rollback()
    with pytest.raises(SkuTaken), committing():
        products.create_product(sized("x", "A"), by=BY)
    with pytest.raises(SkuTaken), committing():
        products.create_products([sized("x", "B"), sized("y", "B")], by=BY)
    assert len(queries.all_ids()) == 1


def test_many_products_cost_few_statements_and_one_event(shop: Shop) -> None:
    with counting() as count, committing():
        products.create_products([sized(f"P{n}", f"A{n}", f"B{n}") for n in range(50)], by=BY)
        made = count[0]
    assert made <= 30
    changed = sa.select(OutboxEvent).where(OutboxEvent.name == "ProductChanged")
    events = session.scalars(changed).all()
    assert [len(event.payload["product_ids"]) for event in events] == [50]


def test_a_change_bumps_the_version_keeps_the_old_address_and_leaves_a_row(shop: Shop) -> None:
    mug = make.product("Mug")
    session.rollback()
    with committing():
        mug = queries.by_id(mug.id)
        products.update_product(mug, by=BY, title="Cup", slug="cup")
    assert (mug.version, queries.moved_to("mug")) == (2, "cup")
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.by, entry.before["title"], entry.after["title"]) == (BY, "Mug", "Cup")
    session.rollback()
    with committing():
        products.update_product(queries.by_id(mug.id), by=BY, slug="mug")
    assert (queries.moved_to("cup"), queries.moved_to("mug")) == ("mug", None)


def test_a_change_that_changes_nothing_leaves_no_trace(shop: Shop) -> None:
    mug = make.product("Mug")
    before = store.catalogue_version()
    session.rollback()
    with committing():
        products.update_product(queries.by_id(mug.id), by=BY, title="Mug", tags=[])
    assert queries.by_id(mug.id).version == 1
    assert store.catalogue_version() == before


def test_deleting_what_was_ordered_archives_it(shop: Shop) -> None:
    kept, gone = make.product("Kept"), make.product("Gone")
    session.rollback()
    with committing():
        products.delete_product(queries.by_id(kept.id), by=BY, was_ordered=True)
        products.delete_product(queries.by_id(gone.id), by=BY, was_ordered=False)
    assert queries.by_id(kept.id).status is ProductStatus.ARCHIVED
    with pytest.raises(ProductNotFound):
        queries.by_id(gone.id)


def test_replacing_by_what_it_is_changes_nothing(shop: Shop) -> None:
    mug = make.product("Mug", options={"Size": ["S", "L"], "Glaze": ["Blue", "Red"]})
    session.rollback()
    with committing():
        found = queries.by_id(mug.id)
        assert not replace_product(found, draft_of(found), by=BY)
    assert queries.by_id(mug.id).version == 1


def test_replacing_keeps_the_variants_that_stay(shop: Shop) -> None:
    with committing():
        made = products.create_product(sized("Mug", "A", "B"), by=BY)
        first = made.variants[0].id
    with committing():
        found = queries.by_id(made.id)
        new = ProductDraft(
            title="Mug",
            options=(OptionDraft.of("Size", "S1", "S9", "S0"),),
            variants=(
                VariantDraft(300, ("S1",), sku="A"),  # the SKUs have changed places
                VariantDraft(100, ("S9",), sku="C"),
            ),
        )
        assert replace_product(found, new, by=BY)
    after = queries.by_id(made.id)
    assert [(one.sku, one.price, one.label("en")) for one in after.variants] == [
        ("A", 300, "S1"),
        ("C", 100, "S9"),
    ]
    assert after.variants[0].id == first
    assert queries.owners_of_skus(["B"]) == {}
    assert queries.lowest_price_30_days(first) == 100


def test_a_price_may_be_fixed_in_another_currency(shop: Shop) -> None:
    mug = make.product("Mug", price="10.00")
    session.rollback()
    with committing():
        currencies.set_currency("BRL", Decimal("5.9"), by=BY, step=100, ending=90)
        variants.set_price(queries.by_id(mug.id).variants[0], 4990, by=BY, currency="BRL")
    one, rates = queries.by_id(mug.id).variants[0], queries.rates()
    assert queries.listed_price(one, "BRL", rates).price == Money(4990, "BRL")
    assert queries.listed_price(one, "EUR", rates).price == Money(1000, "EUR")


def test_variants_load_whole_in_a_fixed_number_of_statements(shop: Shop) -> None:
    def cost(ids: list[int]) -> int:
        session.rollback()
        session.expunge_all()
        with counting() as count:
            for one in queries.variants(ids).values():
                assert one.product.title
                assert len([*one.values, *one.prices, *one.product.media]) == 1
        return count[0]

    ids = [make.product(options={"Size": ["S", "L"]}).variants[0].id for _ in range(4)]
    assert cost(ids[:1]) == cost(ids) <= 3


def test_a_moved_category_takes_all_below_it_along(shop: Shop) -> None:
    top = make.category("Prints")
    middle = make.category("Ridges", top)
    low = make.category("Small", middle)
    other = make.category("Other")
    session.rollback()
    with committing():
        categories.move_category(queries.category_by_id(middle.id), other, by=BY)
    assert queries.category_by_id(low.id).path == "other/ridges/small"
    session.rollback()
    with pytest.raises(InvalidCategory), committing():
        categories.move_category(
            queries.category_by_id(middle.id), queries.category_by_id(low.id), by=BY
        )
    with pytest.raises(CategoryNotEmpty), committing():
        categories.delete_category(queries.category_by_id(middle.id), by=BY)
    with pytest.raises(SlugTaken), committing():
        categories.create_category("Ridges", queries.category_by_id(other.id), by=BY)


def test_what_stands_below_a_hidden_category_is_hidden(shop: Shop) -> None:
    top = make.category("Top", is_visible=False)
    make.category("Below", top)
    make.category("Seen")
    assert [one.title for one in queries.categories()] == ["Seen"]
    assert len(queries.categories(hidden=True)) == 3


def test_a_collection_by_rule_fills_itself_when_products_change(shop: Shop) -> None:
    cheap = make.product("Cheap", price="5.00", tags=("sea",))
    make.product("Dear", price="50.00", tags=("sea",))
    session.rollback()
    with committing():
        rule = {"tags": ["sea"], "max_price": 1000}
        sea = collections.create_collection("Sea", by=BY, rule=rule)
    late = make.product("Late", price="6.00", tags=("sea",))
    session.rollback()
    with committing():
        variants.set_price(queries.by_id(cheap.id).variants[0], 9900, by=BY)
    groups = queries.groups_of([cheap.id, late.id])
    assert groups[cheap.id].collection_ids == frozenset()
    assert groups[late.id].collection_ids == {sea.id}


def test_reviews_are_counted_hidden_and_answered(shop: Shop) -> None:
    mug = make.product("Mug")
    ana, ben = make.user(), make.user()
    session.rollback()
    with committing():
        found = queries.by_id(mug.id)
        first = reviews.review(
            found, user_id=ana.id, author="Ana", rating=5, title="Fine", is_verified=True
        )
        reviews.review(found, user_id=ben.id, author="Ben", rating=2, is_verified=False)
    assert (queries.by_id(mug.id).rating, queries.rating_bars(mug.id)[5]) == (3.5, 1)
    session.rollback()
    with pytest.raises(AlreadyReviewed), committing():
        reviews.review(
            queries.by_id(mug.id), user_id=ana.id, author="Ana", rating=1, is_verified=True
        )
    with committing():
        reviews.hide_review(desk.review_by_id(first.id), by=BY)
    assert (queries.by_id(mug.id).rating, queries.by_id(mug.id).rating_count) == (2.0, 1)
    assert [one.author for one in queries.reviews_of(mug.id)] == ["Ben"]


@pytest.mark.parametrize("column", ["price", "compare_at", "weight_g"])
def test_the_database_itself_refuses_what_is_below_zero(shop: Shop, column: str) -> None:
    mug = make.product("Mug")
    session.rollback()
    statement = sa.text(f"UPDATE variants SET {column} = -1 WHERE product_id = :id")
    with pytest.raises(sa.exc.IntegrityError), committing():
        session.execute(statement, {"id": mug.id})
    assert session.scalar(sa.select(sa.func.count()).select_from(Product)) == 1

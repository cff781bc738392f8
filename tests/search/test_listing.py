"""Lists of products: filters, counts, words, order, paging."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.browser import counting
from tests.conftest import Shop
from tests.search.lists import titles
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions import categories as category_actions
from vitrina.catalog.actions.products import create_products
from vitrina.catalog.actions.variants import set_price
from vitrina.catalog.drafts import OptionDraft, ProductDraft, VariantDraft
from vitrina.core import store
from vitrina.core.db import committing, session
from vitrina.inventory import actions as inventory
from vitrina.search import actions, queries
from vitrina.search.errors import BrokenCursor, UnknownSort
from vitrina.search.queries import Listing

SIZES = ("S", "M", "L")
COLOURS = ("Red", "Blue")
KINDS = ("Mug", "Bowl", "")


def test_the_last_piece_sold_turns_the_card_and_the_catalogue_version(shop: Shop) -> None:
    mug = make.variant(stock=1)
    before = store.catalogue_version()
    session.rollback()
    with committing():
        inventory.reserve("X-1", {mug.id: 1}, expires_at=None, by="guest")
    card = queries.listing(Listing()).cards[0]
    assert (card.in_stock, card.badge) == (False, "sold_out")
    assert queries.listing(Listing(in_stock=True)).total == 0
    assert store.catalogue_version() > before
    session.rollback()
    with committing():
        inventory.release("X-1", by="system")
    assert queries.listing(Listing(in_stock=True)).total == 1


def test_a_new_price_is_on_the_card_at_once(shop: Shop) -> None:
    mug = make.product("Mug", price="20.00")
    with committing():
        set_price(catalog.by_id(mug.id).variants[0], 1500, 2000, by="staff:1")
    card = queries.listing(Listing()).cards[0]
    assert (card.price.minor, card.compare_at and card.compare_at.minor) == (1500, 2000)
    assert card.badge == "reduced"


def test_a_category_holds_what_is_in_those_below_it(shop: Shop) -> None:
    top = make.category("Prints")
    below = make.category("Ridges", top)
    make.product("Deep", categories=[below])
    make.product("Elsewhere")
    page = queries.listing(Listing(category_id=top.id))
    assert titles(page) == ["Deep"]
    with committing():
        category_actions.move_category(catalog.category_by_id(below.id), None, by="staff:1")
    shop.work()
    assert queries.listing(Listing(category_id=top.id)).total == 0


# Counts against a plain loop over all products


def _fill(count: int) -> list[ProductDraft]:
    chance = random.Random(7)
    drafts = []
    for number in range(count):
        sizes = chance.sample(SIZES, chance.randint(1, 3))
        colours = chance.sample(COLOURS, chance.randint(1, 2))
        drafts.append(
            ProductDraft(
                title=f"Thing {number}",
                product_type=chance.choice(KINDS),
                options=(OptionDraft.of("Size", *sizes), OptionDraft.of("Colour", *colours)),
                variants=tuple(
                    VariantDraft(
                        price=chance.randint(1, 9) * 500,
                        values=(size, colour),
                        track_stock=chance.random() < 0.3,
                    )
                    for size in sizes
                    for colour in colours
                ),
            )
        )
    return drafts


def _plain(draft: ProductDraft) -> dict[str, Any]:
    return {
        "Size": {value.value for value in draft.options[0].values},
        "Colour": {value.value for value in draft.options[1].values},
        "type": {draft.product_type} - {""},
        "price": min(variant.price for variant in draft.variants),
        "stock": any(not variant.track_stock for variant in draft.variants),
    }


def _keeps(thing: dict[str, Any], ask: Listing, but: str = "") -> bool:
    price_fits = (ask.min_price or 0) <= thing["price"] <= (ask.max_price or 10**9)
    return (
        (but == "price" or price_fits)
        and (not ask.in_stock or thing["stock"])
        and all(name == but or thing[name] & set(wanted) for name, wanted in ask.facets.items())
    )


asks = st.builds(
    Listing,
    min_price=st.none() | st.sampled_from([0, 1000, 2500]),
    max_price=st.none() | st.sampled_from([1500, 3000, 4500]),
    in_stock=st.booleans(),
    facets=st.fixed_dictionaries(
        {},
        optional={
            "Size": st.lists(st.sampled_from(SIZES), min_size=1, unique=True),
            "Colour": st.lists(st.sampled_from(COLOURS), min_size=1, unique=True),
            "type": st.lists(st.sampled_from(["Mug", "Bowl"]), min_size=1, unique=True),
        },
    ),
    limit=st.just(100),
)


@given(ask=asks)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_counts_are_those_of_a_plain_loop(shop: Shop, ask: Listing) -> None:
    drafts = _fill(60)
    if not catalog.all_ids():
        session.rollback()
        with committing():
            create_products(drafts, by="system")
    things = [_plain(draft) for draft in drafts]
    page = queries.listing(ask)
    assert page.total == sum(_keeps(thing, ask) for thing in things) == len(page.cards)
    for facet in page.facets:
        for value in facet.values:
            expected = sum(
                _keeps(thing, ask, facet.name) and value.value in thing[facet.name]
                for thing in things
            )
            assert value.count == expected, (facet.name, value.value)
            assert value.selected == (value.value in ask.facets.get(facet.name, ()))
    prices = [thing["price"] for thing in things if _keeps(thing, ask, "price")]
    span = page.price_span
    assert (span and (span[0].minor, span[1].minor)) == (
        (min(prices), max(prices)) if prices else None
    )
    session.rollback()


@pytest.mark.parametrize("sort", queries.SORTS)
@pytest.mark.parametrize("query", ["", "thing"])
def test_cursors_and_page_numbers_walk_the_same_list(shop: Shop, sort: str, query: str) -> None:
    with committing():
        create_products(_fill(25), by="system")
    ask = Listing(query=query, sort=sort, limit=7)
    walked: list[str] = []
    cursor: str | None = None
    for number in range(1, 5):
        page = queries.listing(replace(ask, cursor=cursor))
        assert titles(page) == titles(queries.listing(replace(ask, page=number)))
        walked += titles(page)
        cursor = page.next_cursor
    assert cursor is None
    assert len(walked) == len(set(walked)) == 25


def test_a_cursor_of_another_order_is_refused(shop: Shop) -> None:
    with committing():
        create_products(_fill(3), by="system")
    cursor = queries.listing(Listing(sort="newest", limit=1)).next_cursor
    with pytest.raises(BrokenCursor):
        queries.listing(Listing(sort="price_asc", cursor=cursor))
    with pytest.raises(BrokenCursor):
        queries.listing(Listing(cursor="rubbish"))
    with pytest.raises(UnknownSort):
        queries.listing(Listing(sort="cheapest"))


def test_a_page_costs_the_same_few_statements_at_any_size(shop: Shop) -> None:
    def cost(ask: Listing) -> int:
        session.rollback()
        with counting() as count:
            queries.listing(ask)
        return count[0]

    asks = [
        Listing(),
        Listing(query="thing"),
        Listing(query="thnig"),
        Listing(facets={"Size": ["S"], "Colour": ["Red"]}, min_price=100, in_stock=True),
    ]
    with committing():
        create_products(_fill(2), by="system")
    small = [cost(ask) for ask in asks]
    session.rollback()
    with committing():
        create_products(_fill(80), by="system")
    assert [cost(ask) for ask in asks] == small
    assert max(small) <= 5


def test_cards_come_in_the_order_asked_for_and_related_ones_leave_the_product_out(
    shop: Shop,
) -> None:
    shelf = make.category("Shelf")
    first, second, third = (make.product(name, categories=[shelf]) for name in "ABC")
    shown = queries.cards([third.id, 999, first.id], "en", "EUR")
    assert [card.title for card in shown] == ["C", "A"]
    near = queries.related(second.id, "en", "EUR")
    assert {card.title for card in near} == {"A", "C"}


def test_building_the_index_anew_gives_the_same_lists(shop: Shop) -> None:
    with committing():
        create_products(_fill(12), by="system")
    asks = [Listing(), Listing(query="thing 3"), Listing(facets={"Size": ["S"]})]
    before = [queries.listing(ask) for ask in asks]
    session.rollback()
    with committing():
        assert actions.reindex_all() == 12
    assert [queries.listing(ask) for ask in asks] == before


def test_what_sells_stands_before_what_does_not(shop: Shop) -> None:
    sold = make.variant(title="Sold", price="5.00")
    make.product("Newer")
    make.paid_order([(sold, 2)])
    shop.work()
    assert titles(queries.listing(Listing()))[0] == "Sold"

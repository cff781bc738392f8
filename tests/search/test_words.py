"""What words find: beginnings, misspelt and mistyped ones, and what is not there any more."""

from typing import Any

import pytest

from tests import make
from tests.conftest import Shop
from tests.search.lists import titles
from vitrina.catalog import queries as catalog
from vitrina.catalog.actions.products import archive_product, delete_product
from vitrina.core.db import committing
from vitrina.search import queries
from vitrina.search.queries import Listing


def find(query: str, **fields: Any) -> list[str]:
    return titles(queries.listing(Listing(query=query, **fields)))


def test_a_product_is_found_by_the_beginning_of_a_word_without_accents(shop: Shop) -> None:
    make.product("Maré de Água")
    make.product("Stone")
    assert find("mare") == ["Maré de Água"]
    assert find("AGU") == ["Maré de Água"]
    assert find("mare agua") == ["Maré de Água"]
    assert find("mare stone") == []


def test_a_misspelt_word_finds_the_likeliest_one_and_says_so(shop: Shop) -> None:
    make.product("Tidal Study")
    page = queries.listing(Listing(query="tidla stdy"))
    assert titles(page) == ["Tidal Study"]
    assert page.corrected_query == "tidal study"


def test_misspelt_words_are_mended_to_what_stands_together(shop: Shop) -> None:
    for number in range(3):
        make.product(f"Gira {number}")
        make.product(f"Bridge {number}", description="<p>Quite a tide of tears</p>")
    make.product("Quiet Grid")
    make.product("Tidal Study")
    for typed in ("quiet gird", "quite gird", "tidl", "tidal stdy"):
        page = queries.listing(Listing(query=typed))
        assert titles(page)[:1] == ["Tidal Study" if typed[0] == "t" else "Quiet Grid"], typed
    suggested = queries.suggest("tidl", "en", "EUR").products
    assert [card.title for card in suggested] == ["Tidal Study"]


def test_words_that_are_never_together_are_not_mended(shop: Shop) -> None:
    make.product("Tear")
    page = queries.listing(Listing(query="or near"))
    assert (page.total, page.corrected_query) == (0, None)


@pytest.mark.parametrize("query", ["😀", '""', "!?"])
def test_signs_without_a_letter_find_nothing(shop: Shop, query: str) -> None:
    make.product("Mug")
    page = queries.listing(Listing(query=query))
    assert (page.total, page.cards) == (0, ())


def test_the_wrong_keyboard_layout_is_understood(shop: Shop) -> None:
    make.product("Мост над рекой")
    page = queries.listing(Listing(query="vjcn"))
    assert titles(page) == ["Мост над рекой"]
    assert page.corrected_query == "мост"


def test_singular_and_plural_find_each_other(shop: Shop) -> None:
    make.product("Leather boots")
    make.product("Картина маслом")
    assert find("boot leather") == ["Leather boots"]
    assert find("boots") == ["Leather boots"]
    assert find("картины маслом") == ["Картина маслом"]


def test_a_word_in_the_title_counts_more_than_one_in_the_description(shop: Shop) -> None:
    make.product("Cup", description="<p>Goes well with every teapot of ours</p>")
    make.product("Teapot", description="<p>Holds a litre</p>")
    make.product("Saucer", tags=("teapot",))
    assert find("teapot") == ["Teapot", "Saucer", "Cup"]


@pytest.mark.parametrize("query", ['"', "OR", "NEAR(a b)", "a*b", "';--", "title:x", "\x00", "%_"])
def test_signs_of_a_query_language_are_only_words(shop: Shop, query: str) -> None:
    make.product("Mug")
    assert queries.listing(Listing(query=query)) is not None


def test_a_product_that_is_archived_deleted_or_a_draft_is_not_found(shop: Shop) -> None:
    kept, archived, deleted = (make.product(name) for name in ("Kept mug", "Old mug", "Lost mug"))
    make.product("Coming mug", status="draft")
    with committing():
        archive_product(catalog.by_id(archived.id), by="staff:1")
        delete_product(catalog.by_id(deleted.id), by="staff:1", was_ordered=False)
    assert find("mug") == ["Kept mug"]
    assert [card.product_id for card in queries.listing(Listing()).cards] == [kept.id]


def test_words_of_a_removed_product_are_not_offered_any_more(shop: Shop) -> None:
    gone = make.product("Zeppelin")
    with committing():
        delete_product(catalog.by_id(gone.id), by="staff:1", was_ordered=False)
    assert queries.listing(Listing(query="zepelin")).corrected_query is None


def test_suggestions_complete_words_and_name_categories_and_products(shop: Shop) -> None:
    prints = make.category("Tidal prints")
    make.product("Tidal Study", categories=[prints])
    found = queries.suggest("tid", "en", "EUR")
    assert found.queries == ("tidal",)
    assert [hit.path for hit in found.categories] == ["tidal-prints"]
    assert [card.title for card in found.products] == ["Tidal Study"]
    assert queries.suggest("", "en", "EUR").products == ()

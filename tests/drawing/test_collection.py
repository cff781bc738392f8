"""The catalogue of the demo shop is complete in three languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from vitrina.drawing.collection import Print, Theme, families, prints, themes
from vitrina.drawing.palettes import PALETTES
from vitrina.drawing.studio import FAMILIES
from vitrina.drawing.words import Words

ALL = prints()
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def complete(words: Words) -> bool:
    english, portuguese, russian = words.en, words.pt_br, words.ru
    if not (english.strip() and portuguese.strip() and CYRILLIC.search(russian)):
        return False
    plain = not CYRILLIC.search(english + portuguese)
    return plain and "!" not in english + portuguese + russian


def test_there_are_sixty_four_prints() -> None:
    assert len(ALL) == 64


def test_titles_and_drawings_are_unique_in_every_language() -> None:
    for locale in ("en", "pt-BR", "ru"):
        titles = Counter(each.title.to(locale).casefold() for each in ALL)
        assert [title for title, count in titles.items() if count > 1] == []
    assert len({(each.family, each.seed) for each in ALL}) == len(ALL)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_a_print_is_fully_described(each: Print) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.key)
    assert complete(each.title)
    assert complete(each.description)
    assert each.description.en.endswith(".")
    assert each.family in FAMILIES
    assert each.palette in PALETTES
    assert each.edition > 0


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.key)
def test_larger_sizes_cost_more_and_prices_are_whole_euros(each: Print) -> None:
    prices = [size.price for size in each.sizes]
    assert prices == sorted(set(prices))
    assert all(price % 100 == 0 and price >= 5000 for price in prices)
    tall, wide = each.sizes[0].height_cm, each.sizes[0].width_cm
    assert each.format == ("square" if tall == wide else "portrait" if tall > wide else "landscape")


def test_every_family_and_palette_is_named_and_in_use() -> None:
    assert all(complete(each.name) and complete(each.description) for each in families())
    assert {each.family for each in ALL} == set(FAMILIES)
    assert all(complete(palette.words) for palette in PALETTES.values())
    assert {each.palette for each in ALL} == set(PALETTES)


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.key)
def test_a_theme_has_texts_and_prints(theme: Theme) -> None:
    assert complete(theme.name)
    assert complete(theme.description)
    assert len(set(theme.works)) == len(theme.works) >= 8


def test_themes_keep_their_promise() -> None:
    by_key, by_theme = {each.key: each for each in ALL}, {each.key: each for each in themes()}
    assert all(PALETTES[by_key[key].palette].dark for key in by_theme["night-papers"].works)
    for key in by_theme["small-walls"].works:
        assert any(max(size.width_cm, size.height_cm) <= 40 for size in by_key[key].sizes)


def test_words_fall_back_to_english() -> None:
    words = Words("Fog", "Névoa", "Туман")
    assert (words.to("pt_BR"), words.to("ru"), words.to("de")) == ("Névoa", "Туман", "Fog")

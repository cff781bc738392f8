"""How words are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.search import rules
from vitrina.search.errors import BrokenCursor


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Maré Água", ["mare", "agua"]),
        ("Ёлка и йод", ["елка", "и", "йод"]),
        ("30×40 cm", ["30", "40", "cm"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ('"; DROP* OR NEAR(', ["drop", "or", "near"]),
        ("  _ - ", []),
    ],
)
def test_words_are_folded_without_case_and_accents(text: str, words: list[str]) -> None:
    assert rules.words(text) == words


def test_what_was_typed_with_the_wrong_keyboard_layout_is_read_with_the_other() -> None:
    assert rules.words(rules.other_layout("vjcn") or "") == ["мост"]
    assert rules.words(rules.other_layout("зкште") or "") == ["print"]


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("prints", "print"),
        ("boxes", "box"),
        ("berries", "berry"),
        ("glass", None),
        ("canvas", "canva"),
        ("картины", "картин"),
        ("картинами", "картин"),
        ("700", None),
    ],
)
def test_singular_and_plural_begin_alike(word: str, base: str | None) -> None:
    assert rules.stem(word) == base


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("tidal", "tidal", 0), ("tidla", "tidal", 1), ("tial", "tidal", 1), ("tudel", "tidal", 2)],
)
def test_a_slip_is_a_letter_more_less_other_or_swapped(left: str, right: str, slips: int) -> None:
    assert rules.distance(left, right, 3) == slips


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_does_not_depend_on_the_side(left: str, right: str) -> None:
    assert rules.distance(left, right, 9) == rules.distance(right, left, 9)
    assert (rules.distance(left, right, 9) == 0) == (left == right)


def test_short_words_and_numbers_are_taken_as_they_are() -> None:
    assert rules.likeliest("oak", [("oat", 100)], 4) == []
    assert rules.likeliest("5070", [("5075", 100)], 4) == []


def test_the_commoner_of_two_lookalikes_is_meant() -> None:
    lookalikes = [("wave", 2), ("ways", 9), ("tidal", 50)]
    assert rules.likeliest("wavs", lookalikes, 4) == ["ways", "wave"]


@pytest.mark.parametrize(
    ("typed", "meant", "commoner"),
    [("tidl", "tidal", "tide"), ("gird", "grid", "gira"), ("stdy", "study", "stay")],
)
def test_letters_left_out_or_swapped_are_likelier_than_others(
    typed: str, meant: str, commoner: str
) -> None:
    assert rules.likeliest(typed, [(commoner, 90), (meant, 1)], 2) == [meant, commoner]


def test_the_likeliest_sentences_come_first() -> None:
    found = rules.together([["quiet", "quite"], ["grid", "gird"]], 3)
    assert found == [("quiet", "grid"), ("quiet", "gird"), ("quite", "grid")]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=2, max_size=2))
def test_a_cursor_reads_back(values: list[int]) -> None:
    assert rules.read_cursor(rules.write_cursor("x", values), "x", [int, int]) == values


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "é", "bnVsbA", "W10", "WyJ4Il0", "WyJ4IiwidHJ1ZSJd", "[" * 4000, "WyJ4Iix0cnVlXQ"],
)
def test_a_broken_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BrokenCursor):
        rules.read_cursor(cursor, "x", [int])

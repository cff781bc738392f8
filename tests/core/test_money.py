"""Money never loses a unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.core.money import CurrencyMismatch, InvalidAmount, Money, total

AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)


@given(AMOUNTS, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=40))
def test_shares_add_up_and_differ_from_the_exact_part_by_less_than_one_unit(
    minor: int, weights: list[int]
) -> None:
    shares = Money(minor, "EUR").share(weights)
    assert total(shares, "EUR") == Money(minor, "EUR")
    whole = sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share.minor * whole - minor * weight) < whole


def test_what_cannot_be_split_evenly_goes_to_the_first() -> None:
    assert Money(1000, "EUR").split(3) == [Money(334, "EUR"), Money(333, "EUR"), Money(333, "EUR")]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("19.90", "EUR", 1990), ("20", "EUR", 2000), ("148", "JPY", 148), ("1.234", "KWD", 1234)],
)
def test_amounts_are_read_with_the_decimals_of_their_currency(
    text: str, currency: str, minor: int
) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("19.905", "EUR"),
        ("1.5", "JPY"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e99", "EUR"),
        ("", "EUR"),
        ("12 €", "EUR"),
        ("1_000", "EUR"),
        (" 5 ", "EUR"),
        ("٥", "EUR"),
        ("1e2", "EUR"),
        ("19.90000000000000000000000000000000001", "EUR"),
        ("1", "XXQ"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, currency: str) -> None:
    with pytest.raises(InvalidAmount):
        Money.parse(text, currency)


@given(AMOUNTS, st.sampled_from(["JPY", "EUR", "KWD"]))
def test_an_amount_survives_being_written_and_read(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    assert Money.parse(amount.text, currency) == amount


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "BRL")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "EUR") < Money(1, "BRL")


def test_a_float_is_no_amount() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "EUR")  # type: ignore[arg-type]

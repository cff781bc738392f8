"""Decisions about returns, as tables of cases."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vitrina.orders.returns.rules import (
    Back,
    is_in_time,
    is_safe_label,
    is_whole,
    last_return_day,
    last_withdrawal_day,
    left_to_return,
    part_back,
)
from vitrina.orders.rules import RefundPart, line_part


@pytest.mark.parametrize(
    ("backs", "refunded", "left"),
    [
        ([], {}, {1: 3, 2: 1}),
        ([Back(1, 2, 0, 0, True)], {}, {1: 1, 2: 1}),
        ([Back(1, 2, 1, 1, False)], {1: 1}, {1: 2, 2: 1}),
        ([Back(1, 3, 3, 0, False)], {}, {2: 1}),
        ([], {1: 2}, {1: 1, 2: 1}),
        ([Back(1, 1, 1, 1, False)], {1: 2}, {1: 1, 2: 1}),
        ([Back(9, 1, 1, 1, True)], {9: 1}, {1: 3, 2: 1}),
    ],
)
def test_what_may_still_come_back(
    backs: list[Back], refunded: dict[int, int], left: dict[int, int]
) -> None:
    assert left_to_return({1: 3, 2: 1}, backs, refunded) == left


@pytest.mark.parametrize(
    ("arrived", "last"),
    [
        (datetime(2026, 11, 2, 15, tzinfo=UTC), date(2026, 11, 16)),  # a Monday
        (datetime(2026, 11, 7, 9, tzinfo=UTC), date(2026, 11, 23)),  # Saturday becomes Monday
        (datetime(2026, 11, 8, 9, tzinfo=UTC), date(2026, 11, 23)),  # Sunday becomes Monday
        (None, None),
    ],
)
def test_the_right_of_withdrawal_ends_on_a_working_day(
    arrived: datetime | None, last: date | None
) -> None:
    assert last_withdrawal_day(arrived) == last


def test_the_last_day_counts_whole_wherever_the_buyer_lives() -> None:
    last = last_return_day(datetime(2026, 11, 1, 23, tzinfo=UTC), 30)
    assert last == date(2026, 12, 1)
    assert is_in_time(last, datetime(2026, 12, 2, 11, tzinfo=UTC))
    assert not is_in_time(last, datetime(2026, 12, 2, 13, tzinfo=UTC))
    assert is_in_time(None, datetime(2030, 1, 1, tzinfo=UTC))


def test_a_deduction_takes_its_share_of_the_tax() -> None:
    full = RefundPart(1, 2, 2000, 374)
    assert part_back(full, 0) == full
    assert part_back(full, 500) == RefundPart(1, 2, 1500, 281)
    assert part_back(full, 2000) == RefundPart(1, 2, 0, 0)
    for wrong in (-1, 2001):
        with pytest.raises(ValueError, match="worth"):
            part_back(full, wrong)


@given(
    total=some.integers(0, 10**7),
    rate=some.integers(0, 30),
    steps=some.lists(some.integers(1, 9), min_size=1, max_size=6),
)
def test_all_pieces_of_a_line_give_its_sums_in_any_steps(
    total: int, rate: int, steps: list[int]
) -> None:
    bought, tax, back = sum(steps), total * rate // (100 + rate), 0
    amount = taxes = 0
    for more in steps:
        part = line_part(line_id=1, total=total, tax=tax, bought=bought, back=back, more=more)
        amount, taxes, back = amount + part.amount, taxes + part.tax, back + more
        assert 0 <= part.tax <= part.amount
    assert (amount, taxes) == (total, tax)


def test_the_whole_order_is_every_piece_of_every_line() -> None:
    assert is_whole({1: 2, 2: 1}, {1: 2, 2: 1})
    assert not is_whole({1: 2, 2: 1}, {1: 2})


@pytest.mark.parametrize("url", ["", "https://x.example/a.pdf", "http://x.example:8080/a?b=c"])
def test_a_label_may_be_a_plain_link(url: str) -> None:
    assert is_safe_label(url)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//x.example", "data:text/html,x", "https://[", "https://x\ty"]
)
def test_a_label_may_be_nothing_else(url: str) -> None:
    assert not is_safe_label(url)

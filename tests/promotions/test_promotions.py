"""Promotions are written down with care, and none is used more often than it may be."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from vitrina.catalog.rules.prices import Rate, Rates
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.promotions import actions, queries
from vitrina.promotions.actions import PromotionDraft
from vitrina.promotions.errors import (
    CodeTaken,
    CouponAlreadyUsed,
    CouponUsedUp,
    InvalidPromotion,
    PromotionNotFound,
)
from vitrina.promotions.models import Promotion, PromotionUse
from vitrina.promotions.rules import PromotionKind

pytestmark = pytest.mark.usefixtures("database")
BY = "staff:1"


def draft(code: str | None = "TEN", **fields: Any) -> PromotionDraft:
    values = {"name": "Ten off", "kind": PromotionKind.PERCENT, "percent": Decimal(10), **fields}
    return PromotionDraft(code=code, **values)


def a_promotion(code: str | None = "TEN", **fields: Any) -> int:
    with committing():
        made = actions.create(draft(code, **fields), by=BY)
    return made.id


def used(promotion_id: int) -> int:
    session.rollback()
    return queries.by_id(promotion_id).used


def burst(work: Callable[[int], None], count: int) -> list[BaseException | None]:
    """Do ``work(n)`` in ``count`` threads that start together; what each of them raised."""
    outcomes: list[BaseException | None] = [None] * count
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        try:
            with committing():
                work(number)
        except Exception as error:
            outcomes[number] = error
        finally:
            session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.remove()
    return outcomes


def test_of_thirty_buyers_one_gets_the_last_use() -> None:
    ten = a_promotion(usage_limit=1)
    refused = burst(lambda n: actions.redeem([ten], f"VT-{n}", f"b{n}@example.com"), 30)
    assert sum(error is None for error in refused) == 1
    assert {type(error) for error in refused if error} == {CouponUsedUp}
    assert used(ten) == 1
    assert queries.find_discrepancies() == []


def test_one_buyer_with_thirty_carts_gets_no_more_than_one_customer_may() -> None:
    ten = a_promotion(per_customer_limit=2)
    refused = burst(lambda n: actions.redeem([ten], f"VT-{n}", "Ana@Example.com "), 30)
    assert sum(error is None for error in refused) == 2
    assert {type(error) for error in refused if error} == {CouponAlreadyUsed}
    assert used(ten) == 2
    assert queries.find_discrepancies() == []


def test_without_the_conditional_update_the_limit_is_broken_and_the_doctor_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The burst above can fail: who decides on what was read before lets too many through."""
    ten = a_promotion(usage_limit=1)
    seen = used(ten)

    def naive(promotion_id: int) -> None:
        if seen >= 1:
            raise CouponUsedUp(coupon="")
        session.execute(
            sa.update(Promotion).where(Promotion.id == promotion_id).values(used=seen + 1)
        )

    monkeypatch.setattr(actions, "_count_use", naive)
    refused = burst(lambda n: actions.redeem([ten], f"VT-{n}", f"b{n}@example.com"), 4)
    assert sum(error is None for error in refused) == 4
    assert f"promotion {ten}: used is 1, its uses add up to 4" in queries.find_discrepancies()


def test_what_is_given_back_can_be_used_again_and_only_once() -> None:
    ten = a_promotion(usage_limit=1, per_customer_limit=1)
    with committing():
        actions.redeem([ten], "VT-1", "ana@example.com")
    for _ in range(2):
        with committing():
            actions.give_back("VT-1")
    assert used(ten) == 0
    with committing():
        actions.redeem([ten], "VT-2", "ana@example.com")
    assert used(ten) == 1
    counts = sa.select(PromotionUse.count).order_by(PromotionUse.id)
    assert session.scalars(counts).all() == [1, -1, 1]
    assert queries.find_discrepancies() == []


def test_redeeming_again_under_the_same_reference_changes_nothing() -> None:
    ten, more = a_promotion(), a_promotion("MORE")
    for _ in range(2):
        with committing():
            actions.redeem([more, ten, ten], "VT-1", "ana@example.com")
    assert (used(ten), used(more)) == (1, 1)


def test_of_two_promotions_both_count_or_none() -> None:
    free, scarce = a_promotion("FREE"), a_promotion("SCARCE", usage_limit=1)
    with committing():
        actions.redeem([scarce], "VT-1", "ana@example.com")
    with pytest.raises(CouponUsedUp) as refused, committing():
        actions.redeem([free, scarce], "VT-2", "rui@example.com")
    assert refused.value.facts["coupon"] == "SCARCE"
    assert used(free) == 0


def test_the_doctor_sees_a_use_that_was_never_counted() -> None:
    ten = a_promotion()
    with committing():
        session.add(PromotionUse(promotion_id=ten, reference="VT-1", customer="x"))
    assert queries.find_discrepancies() == [f"promotion {ten}: used is 0, its uses add up to 1"]


def test_a_code_is_kept_in_capitals_and_belongs_to_one_promotion() -> None:
    a_promotion(" spring 10 ")
    assert queries.find_by_code("SPRING10") is not None
    with pytest.raises(CodeTaken), committing():
        actions.create(draft("Spring10"), by=BY)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"percent": None}, "percent"),
        ({"percent": Decimal("100.1")}, "percent"),
        ({"percent": Decimal(0)}, "percent"),
        ({"percent": Decimal("NaN")}, "percent"),
        ({"kind": PromotionKind.AMOUNT}, "amount"),
        ({"kind": PromotionKind.AMOUNT, "amount": -5}, "amount"),
        ({"kind": PromotionKind.BUY_X_GET_Y, "buy_quantity": 0}, "buy_quantity"),
        ({"minimum": -1}, "minimum"),
        ({"usage_limit": 0}, "usage_limit"),
        ({"code": "A"}, "code"),
        ({"code": "DROP TABLE;"}, "code"),
        ({"conditions": {"planets": [1]}}, "conditions"),
        ({"conditions": {"product_ids": ["1"]}}, "conditions"),
        (
            {
                "starts_at": datetime(2026, 2, 1, tzinfo=UTC),
                "ends_at": datetime(2026, 1, 1, tzinfo=UTC),
            },
            "ends_at",
        ),
    ],
)
def test_an_impossible_promotion_is_refused(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidPromotion) as refused, committing():
        actions.create(draft(**fields), by=BY)
    assert refused.value.facts["field"] == field
    assert queries.all_promotions() == []


def test_staff_end_a_promotion_and_its_uses_stay() -> None:
    ten = a_promotion(usage_limit=5)
    with committing():
        actions.redeem([ten], "VT-1", "ana@example.com")
        actions.redeem([ten], "VT-2", "rui@example.com")
    with committing():
        actions.end(queries.by_id(ten), by=BY)
    found = queries.by_id(ten)
    assert (found.used, found.is_active) == (2, False)
    with pytest.raises(PromotionNotFound):
        queries.by_id(999)


def test_candidates_are_the_automatic_ones_of_today_and_the_codes_that_were_entered() -> None:
    now = clock.now()
    day = timedelta(days=1)
    a_promotion("CODE", minimum=1000, per_customer_limit=1)
    a_promotion("UNASKED")
    always = a_promotion(None)
    a_promotion(None, ends_at=now - day)
    a_promotion(None, starts_at=now + day)
    rates = Rates("EUR", {"BRL": Rate(Decimal("6.1"))})
    found = queries.candidates(["CODE"], now, currency="BRL", rates=rates)
    assert [rule.code for rule in found] == ["CODE", None]
    assert found[0].minimum == 6100
    assert found[1].id == always
    with committing():
        actions.redeem([found[0].id], "VT-1", "ana@example.com")
    by_email = {
        email: queries.candidates(["CODE"], now, currency="EUR", rates=rates, email=email)[0]
        for email in ("ana@example.com", "rui@example.com")
    }
    assert by_email["ana@example.com"].customer_limit
    assert not by_email["rui@example.com"].customer_limit

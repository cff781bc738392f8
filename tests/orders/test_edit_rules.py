"""The sums of edits, for any order and any edits of it: exact to the last unit."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from vitrina.orders.edits.errors import InvalidPieces, NothingLeft, NotSoldAnyMore, TooFewPieces
from vitrina.orders.edits.rules import (
    Row,
    Sheet,
    TaxSum,
    Today,
    Wish,
    changes_of,
    edited,
    less_off,
    new_pieces,
    rules_of,
)
from vitrina.tax import rules as tax
from vitrina.tax.rules import TaxRule

VAT, LOW = TaxRule("standard", "VAT", Decimal("0.23")), TaxRule("low", "VAT", Decimal("0.06"))
FEDERAL = TaxRule("split", "GST", Decimal("0.05"))
STATE = TaxRule("split", "QST", Decimal("0.09975"))
TAXES: dict[str, tuple[TaxRule, ...]] = {
    "standard": (VAT,),
    "low": (LOW,),
    "split": (FEDERAL, STATE),
    "none": (),
}


def row(
    line_id: int, price: int, quantity: int, off: int, kind: str, *, included: bool, least: int = 0
) -> Row:
    off = min(off, price * quantity)
    on = tax.on(price * quantity - off, TAXES[kind], included=included)
    return Row(
        line_id=line_id,
        variant_id=line_id,
        title=f"Thing {line_id}",
        label="",
        sku=f"T-{line_id}",
        quantity=quantity,
        unit_price=price,
        discount=off,
        tax_rate=on.rate,
        tax=on.tax,
        total=on.net + on.tax,
        rules=TAXES[kind],
        least=least,
    )


def sheet(rows: list[Row], *, included: bool, shipping: int = 500, off: int = 0) -> Sheet:
    """An order as checkout would have written it, its taxes by name and rate."""
    on = tax.on(shipping - off, (VAT,), included=included)
    parts = [(one.net, tax.on(_taxed(one, included), one.rules, included=included)) for one in rows]
    base: dict[tuple[str, Decimal], int] = {}
    sums: dict[tuple[str, Decimal], int] = {}
    for net, taxed in [*parts, (on.net, on)]:
        for rule, part in taxed.parts:
            key = (rule.name, rule.rate)
            base[key] = base.get(key, 0) + net
            sums[key] = sums.get(key, 0) + part
    taxes = tuple(TaxSum(n, r, base[n, r], sums[n, r]) for n, r in base if base[n, r])
    return Sheet(included, tuple(rows), taxes, shipping, off, on.tax, (VAT,))


def _taxed(one: Row, included: bool) -> int:
    return one.total if included else one.net


def today(variant_id: int, price: int, kind: str = "standard") -> Today:
    return Today(
        variant_id, variant_id, f"Thing {variant_id}", "", f"T-{variant_id}", "",
        price, TAXES[kind], 100, True,
    )  # fmt: skip


def check(made: Sheet) -> None:
    assert made.subtotal - made.discount + made.shipping + made.tax_added == made.total
    assert sum(one.tax for one in made.taxes) == made.tax
    assert all(one.tax >= 0 and one.base >= 0 for one in made.taxes)
    for one in made.rows:
        listed = one.unit_price * one.quantity - one.discount
        assert one.total == listed + (0 if made.included else one.tax)
        assert 0 <= one.discount <= one.unit_price * one.quantity
        assert 0 <= one.tax <= one.total


lines = some.lists(
    some.tuples(
        some.integers(0, 100_000),
        some.integers(1, 40),
        some.integers(0, 200_000),
        some.sampled_from(list(TAXES)),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=400, deadline=None)
@given(some.data(), lines, some.booleans(), some.integers(0, 3000), some.integers(0, 900))
def test_any_edits_of_any_order_are_exact(
    data: some.DataObject,
    bought: list[tuple[int, int, int, str]],
    included: bool,
    shipping: int,
    off: int,
) -> None:
    rows = [
        row(number, price, quantity, less, kind, included=included)
        for number, (price, quantity, less, kind) in enumerate(bought, 1)
    ]
    now = sheet(rows, included=included, shipping=shipping, off=min(off, shipping))
    check(now)
    for turn in range(3):
        wanted = {
            one.line_id or 0: data.draw(some.integers(0, one.quantity + 3))
            for one in now.rows
            if data.draw(some.booleans())
        }
        added = data.draw(some.dictionaries(some.integers(1, 9), some.integers(1, 9), max_size=2))
        price = data.draw(some.none() | some.integers(0, 5000))
        wish = Wish(quantities=wanted, added=added, shipping=price)
        sold = {
            one: today(one, data.draw(some.integers(0, 50_000)), data.draw(kinds))
            for one in new_pieces(now, wish)
        }
        try:
            now = edited(now, wish, sold)
        except NothingLeft:
            continue
        check(now)
        now = stored(now, turn)


kinds = some.sampled_from(list(TAXES))


def stored(made: Sheet, turn: int) -> Sheet:
    """As it is read from the database afterwards: new rows have ids, rules are found by rate."""
    rows = tuple(
        Row(
            **{
                **{name: getattr(one, name) for name in Row.__dataclass_fields__},
                "line_id": one.line_id or 100 * (turn + 1) + place,
            }
        )
        for place, one in enumerate(made.rows)
    )
    return Sheet(
        made.included, rows, made.taxes, made.shipping, made.shipping_off, made.shipping_tax,
        made.shipping_rules,
    )  # fmt: skip


@given(some.integers(1, 60), some.integers(0, 10**6), some.integers(0, 10**6))
def test_what_stays_and_what_goes_make_the_whole_discount(
    quantity: int, price: int, off: int
) -> None:
    one = row(1, price, quantity, off, "standard", included=True)
    now = sheet([one], included=True)
    for wanted in {1, quantity // 2, quantity} - {0}:
        made = edited(now, Wish(quantities={1: wanted}), {}).rows[0]
        exact = Decimal(one.discount) * wanted / quantity
        assert abs(made.discount - exact) <= Decimal("0.5")


def test_a_rate_is_found_again_from_the_taxes_of_the_order() -> None:
    taxes = [
        TaxSum("GST", Decimal("0.05"), 900, 45),
        TaxSum("QST", Decimal("0.09975"), 900, 90),
        TaxSum("Zero", Decimal(0), 100, 0),
    ]
    assert [one.name for one in rules_of(Decimal("0.05"), taxes)] == ["GST"]
    assert {one.name for one in rules_of(Decimal("0.14975"), taxes)} == {"GST", "QST"}
    assert [one.name for one in rules_of(Decimal(0), taxes)] == ["Zero"]
    assert rules_of(Decimal(0), taxes[:2]) == ()


def test_pieces_join_only_a_line_of_the_same_price_and_tax() -> None:
    now = sheet([row(1, 1000, 2, 0, "standard", included=True)], included=True)
    wish = Wish(added={1: 1})
    assert len(edited(now, wish, {1: today(1, 1000)}).rows) == 1
    assert len(edited(now, wish, {1: today(1, 1001)}).rows) == 2
    assert len(edited(now, wish, {1: today(1, 1000, "low")}).rows) == 2
    gone = sheet([row(1, 1000, 2, 0, "standard", included=True, least=2)], included=True)
    assert len(edited(gone, wish, {1: today(1, 1000)}).rows) == 2
    cheap = sheet([row(1, 1000, 2, 100, "standard", included=True)], included=True)
    assert len(edited(cheap, wish, {1: today(1, 1000)}).rows) == 2


def test_what_is_taken_off_the_delivery_is_never_more_than_it_costs() -> None:
    now = sheet(
        [row(1, 1000, 2, 0, "standard", included=True)], included=True, shipping=500, off=500
    )
    made = edited(now, Wish(shipping=300), {})
    assert (made.shipping, made.shipping_off) == (300, 300)
    check(made)


def test_what_cannot_be_asked_for() -> None:
    now = sheet([row(1, 1000, 3, 0, "standard", included=True, least=2)], included=True)
    with pytest.raises(TooFewPieces):
        edited(now, Wish(quantities={1: 1}), {})
    with pytest.raises(InvalidPieces):
        edited(now, Wish(quantities={7: 1}), {})
    with pytest.raises(InvalidPieces):
        edited(now, Wish(quantities={1: -1}), {})
    with pytest.raises(InvalidPieces):
        edited(now, Wish(added={1: 0}), {})
    with pytest.raises(InvalidPieces):
        edited(now, Wish(shipping=-1), {})


def test_of_a_deleted_variant_there_is_no_more() -> None:
    one = row(1, 1000, 3, 0, "standard", included=True)
    gone = Row(
        **{**{name: getattr(one, name) for name in Row.__dataclass_fields__}, "variant_id": None}
    )
    now = sheet([gone], included=True)
    with pytest.raises(NotSoldAnyMore):
        new_pieces(now, Wish(quantities={1: 4}))
    assert edited(now, Wish(quantities={1: 1}), {}).rows[0].quantity == 1


def test_the_story_tells_each_line_that_changed() -> None:
    before = sheet([row(1, 10, 2, 0, "none", included=True)], included=True).as_json()
    rows = [row(1, 10, 1, 0, "none", included=True), row(2, 10, 4, 0, "none", included=True)]
    after = sheet(rows, included=True).as_json()
    assert changes_of(before, after) == [("Thing 1", 2, 1), ("Thing 2", 0, 4)]
    assert changes_of(before, before) == []


@given(some.lists(some.integers(0, 10_000), min_size=1, max_size=5), some.data())
def test_less_is_taken_off_in_proportion(amounts: list[int], data: some.DataObject) -> None:
    total = data.draw(some.integers(0, sum(amounts)))
    made = less_off(amounts, total)
    assert sum(made) == total
    assert all(0 <= now <= was for now, was in zip(made, amounts, strict=True))

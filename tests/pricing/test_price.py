"""What a basket costs, to the last unit."""

import dataclasses
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings

from tests.pricing.worlds import (
    NOW,
    VAT,
    amount,
    basket,
    baskets,
    buy_get,
    free_shipping,
    line,
    offer,
    percent,
)
from vitrina.core.money import CurrencyMismatch, Money
from vitrina.pricing.rules import BadQuantity, Basket, Destination, Quote, price
from vitrina.promotions.rules import Reason
from vitrina.tax.rules import TaxRule


def minor(*amounts: Money) -> list[int]:
    return [one.minor for one in amounts]


def reasons(quote: Quote) -> dict[str, str]:
    return {one.code: str(one.reason) for one in quote.rejected}


@settings(max_examples=600, deadline=None)
@given(baskets())
def test_every_sum_holds_for_any_basket(given_basket: Basket) -> None:
    quote = price(given_basket)
    zero = Money.zero(quote.currency)
    shipping = quote.shipping or zero
    assert quote.subtotal - quote.discount + shipping + quote.tax_added == quote.total
    assert quote.total >= zero
    assert quote.discount >= zero
    assert sum((one.listed for one in quote.lines), zero) == quote.subtotal
    assert sum((one.discount for one in quote.lines), quote.shipping_discount) == quote.discount
    assert sum((one.tax for one in quote.lines), quote.shipping_tax) == quote.tax
    assert quote.tax_added == (zero if quote.tax_included else quote.tax)
    sent = shipping - quote.shipping_discount
    sent_total = sent if quote.tax_included else sent + quote.shipping_tax
    assert sum((one.total for one in quote.lines), sent_total) == quote.total
    for one in quote.lines:
        assert zero <= one.discount <= one.listed
        assert zero <= one.tax <= one.total
        added = zero if quote.tax_included else one.tax
        assert one.listed - one.discount + added == one.total
    assert sum((one.tax for one in quote.taxes), zero) == quote.tax
    assert sum((one.amount for one in quote.promotions), zero) == quote.discount
    for used in quote.promotions:
        assert sum((part for _, part in used.lines), used.shipping) == used.amount
    told = {one.code for one in quote.rejected} | {one.code for one in quote.promotions if one.code}
    assert set(given_basket.codes) == told


@settings(max_examples=200, deadline=None)
@given(baskets())
def test_the_order_of_promotions_and_codes_never_matters(given_basket: Basket) -> None:
    shuffled = list(given_basket.promotions)
    random.Random(7).shuffle(shuffled)
    again = dataclasses.replace(
        given_basket, promotions=tuple(shuffled), codes=given_basket.codes[::-1]
    )
    assert price(again).fingerprint == price(given_basket).fingerprint


@settings(max_examples=200, deadline=None)
@given(baskets())
def test_no_single_promotion_would_have_been_cheaper(given_basket: Basket) -> None:
    single = [rule for rule in given_basket.promotions if not rule.stacks]
    assume(single)
    quote = price(given_basket)
    for rule in single:
        alone = price(dataclasses.replace(given_basket, promotions=(rule,)))
        # Rounding of added tax happens per line, so compare what is before it.
        assert quote.total - quote.tax_added <= alone.total - alone.tax_added


def test_tax_is_taken_out_of_gross_prices_line_by_line() -> None:
    quote = price(basket(line(1, 1990, 3), line(2, 600, tax_class="reduced"), shipping=offer(500)))
    assert minor(quote.lines[0].tax, quote.lines[1].tax, quote.shipping_tax) == [1116, 34, 93]
    assert minor(quote.subtotal, quote.tax, quote.tax_added, quote.total) == [6570, 1243, 0, 7070]
    assert [(t.name, t.base.minor, t.tax.minor) for t in quote.taxes] == [
        ("VAT 23%", 5970 - 1116 + 500 - 93, 1116 + 93),
        ("VAT 6%", 566, 34),
    ]


def test_tax_comes_on_top_of_net_prices() -> None:
    quote = price(basket(line(1, 1005), shipping=offer(500), tax_included=False))
    assert minor(quote.lines[0].tax, quote.shipping_tax) == [231, 115]  # 231.15 and 115.0
    assert minor(quote.tax_added, quote.total) == [346, 1851]


def test_a_half_is_rounded_up() -> None:
    half = (TaxRule("standard", "Half", Decimal("0.1")),)
    assert price(basket(line(1, 5), taxes=half, tax_included=False)).tax == Money(1, "EUR")


def test_where_no_tax_is_due_a_gross_price_is_charged_as_it_stands() -> None:
    quote = price(basket(line(1, 1990), taxes=()))
    assert minor(quote.tax, quote.total) == [0, 1990]
    assert quote.taxes == ()


def test_two_taxes_of_one_class_are_rounded_together_and_told_apart() -> None:
    both = (
        TaxRule("standard", "GST", Decimal("0.05")),
        TaxRule("standard", "QST", Decimal("0.09975")),
    )
    quote = price(basket(line(1, 10000), taxes=both, tax_included=False))
    assert [(t.name, t.tax.minor, t.base.minor) for t in quote.taxes] == [
        ("QST", 998, 10000),
        ("GST", 500, 10000),
    ]
    assert quote.tax.minor == 1498


def test_a_class_of_its_own_rate_zero_is_free_of_tax() -> None:
    free = (*VAT, TaxRule("exempt", "Exempt", Decimal(0)))
    quote = price(basket(line(1, 1000, tax_class="exempt"), taxes=free))
    assert quote.tax.minor == 0
    assert [(t.name, t.base.minor) for t in quote.taxes] == [("Exempt", 1000)]


def test_a_percentage_is_taken_off_the_whole_and_shared_to_the_last_cent() -> None:
    quote = price(basket(line(1, 333), line(2, 333), line(3, 334), promotions=(percent("33.33"),)))
    assert quote.discount.minor == 333
    assert sorted(one.discount.minor for one in quote.lines) == [111, 111, 111]


def test_an_amount_never_makes_a_total_negative() -> None:
    quote = price(basket(line(1, 500), promotions=(amount(100_000, code="BIG"),), codes=("BIG",)))
    assert minor(quote.discount, quote.total, quote.tax) == [500, 0, 0]


def test_the_cheapest_pieces_are_the_free_ones() -> None:
    quote = price(basket(line(1, 3000, 2), line(2, 1000, 2), promotions=(buy_get(2, 1),)))
    assert [one.discount.minor for one in quote.lines] == [0, 1000]
    for pieces, free in {2: 0, 3: 1, 5: 1, 6: 2, 7: 2}.items():
        found = price(basket(line(1, 100, pieces), promotions=(buy_get(2, 1),)))
        assert found.discount.minor == free * 100, pieces


def test_buy_two_get_two_half_off_counts_what_is_there() -> None:
    quote = price(basket(line(1, 1000, 3), promotions=(buy_get(2, 2, percent=Decimal(50)),)))
    assert quote.discount.minor == 500


def test_free_shipping_shows_its_price_and_takes_it_off() -> None:
    quote = price(basket(line(1, 1000), promotions=(free_shipping(),), shipping=offer(600)))
    assert minor(quote.shipping or quote.tax, quote.shipping_discount, quote.total) == [
        600,
        600,
        1000,
    ]
    assert quote.shipping_tax.minor == 0


def test_free_from_a_sum_counts_after_discounts() -> None:
    sent = offer(600, free_from=8000)
    assert price(basket(line(1, 8000), shipping=sent)).total.minor == 8000
    less = price(basket(line(1, 8000), shipping=sent, promotions=(percent(),)))
    assert less.total.minor == 7200 + 600


def test_a_discount_that_would_cost_the_free_delivery_is_not_forced_on_anybody() -> None:
    sent = offer(2000, free_from=8000)
    small = amount(100, id=1, code="ONE")
    quote = price(basket(line(1, 8000), shipping=sent, promotions=(small,), codes=("ONE",)))
    assert quote.total.minor == 8000
    assert reasons(quote) == {"ONE": "nothing_off"}
    large = amount(2500, id=2, code="TWO")
    quote = price(basket(line(1, 8000), shipping=sent, promotions=(small, large), codes=("TWO",)))
    assert quote.total.minor == 5500 + 2000


def test_promotions_that_stack_are_applied_together_one_on_the_other() -> None:
    both = (percent("10", id=1, stacks=True), percent("10", id=2, stacks=True))
    assert price(basket(line(1, 10000), promotions=both)).discount.minor == 1900


def test_one_that_does_not_stack_goes_alone_and_the_best_for_the_buyer_counts() -> None:
    stacked = (percent("10", id=1, stacks=True), percent("5", id=2, stacks=True, code="FIVE"))
    strong = percent("30", id=3, code="THIRTY")
    quote = price(basket(line(1, 10000), promotions=(*stacked, strong), codes=("FIVE", "THIRTY")))
    assert quote.discount.minor == 3000
    assert reasons(quote) == {"FIVE": "not_combined"}
    weak = percent("12", id=3, code="TWELVE")
    quote = price(basket(line(1, 10000), promotions=(*stacked, weak), codes=("FIVE", "TWELVE")))
    assert quote.discount.minor == 1450
    assert reasons(quote) == {"TWELVE": "not_combined"}


def test_codes_say_why_they_take_nothing_off() -> None:
    rules = (
        percent(id=1, code="LATE", ends_at=NOW),
        percent(id=2, code="SOON", starts_at=NOW + timedelta(seconds=1)),
        percent(id=3, code="GONE", used_up=True),
        percent(id=4, code="MINE", customer_limit=True),
        percent(id=5, code="BRAZIL", countries=frozenset({"BR"})),
        percent(id=6, code="RICH", minimum=5000),
        percent(id=7, code="OTHER", product_ids=frozenset({99})),
        buy_get(2, 1, id=8, code="THREE"),
        percent(id=9, code="OFF", is_active=False),
    )
    codes = tuple(rule.code or "" for rule in rules)
    quote = price(
        basket(
            line(1, 4200), promotions=rules, codes=(*codes, "NEVER"), destination=Destination("PT")
        )
    )
    assert reasons(quote) == {
        "LATE": "expired",
        "SOON": "not_started",
        "GONE": "used_up",
        "MINE": "customer_limit",
        "BRAZIL": "country",
        "RICH": "minimum",
        "OTHER": "no_lines",
        "THREE": "quantity",
        "OFF": "unknown",
        "NEVER": "unknown",
    }
    assert quote.total.minor == 4200
    missing = next(one.missing for one in quote.rejected if one.reason is Reason.MINIMUM)
    assert missing == Money(800, "EUR")


def test_a_discount_for_one_category_leaves_the_rest_alone() -> None:
    quote = price(
        basket(
            line(1, 1000, category_ids=frozenset({7})),
            line(2, 1000, category_ids=frozenset({8})),
            promotions=(percent("50", category_ids=frozenset({7})),),
        )
    )
    assert [one.discount.minor for one in quote.lines] == [500, 0]


def test_the_fingerprint_changes_with_all_that_is_confirmed_and_nothing_else() -> None:
    def of(**changes: object) -> str:
        made = basket(line(1, 1990, 2), shipping=offer(600))
        return price(dataclasses.replace(made, **changes)).fingerprint  # type: ignore[arg-type]

    first = of()
    assert of() == first
    assert of(lines=(dataclasses.replace(line(1, 1990, 2), key=77),)) == first
    assert of(now=NOW + timedelta(days=1)) == first
    different = [
        of(lines=(line(1, 1991, 2),)),
        of(lines=(line(1, 1990, 3),)),
        of(lines=(line(2, 1990, 2),)),
        of(shipping=offer(601)),
        of(shipping=None),
        of(taxes=()),
        of(promotions=(percent(),)),
    ]
    assert len({first, *different}) == 8


def test_prices_of_another_currency_and_empty_lines_are_refused() -> None:
    with pytest.raises(CurrencyMismatch):
        price(basket(line(1, 100), line(2, 100, currency="USD")))
    for quantity in (0, -1):
        with pytest.raises(BadQuantity):
            price(basket(line(1, 100, quantity)))

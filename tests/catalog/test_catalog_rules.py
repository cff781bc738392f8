"""Slugs, listed prices, drafts and rules of collections: decisions without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrina.catalog.drafts import OptionDraft, ProductDraft, VariantDraft
from vitrina.catalog.errors import InvalidCollection, InvalidProduct, UnknownCurrency
from vitrina.catalog.rich_text import plain, sanitize
from vitrina.catalog.rules.collections import ProductFacts, belongs, checked_rule
from vitrina.catalog.rules.drafts import checked
from vitrina.catalog.rules.prices import ListedInput, Rate, Rates, listed, lowest_before
from vitrina.catalog.slugs import slugify
from vitrina.core.money import Money

RATES = Rates("EUR", {"BRL": Rate(Decimal("5.9"), 100, 90), "JPY": Rate(Decimal(160))})


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Maré de Água 50 × 70", "mare-de-agua-50-70"),
        ("Мост над рекой, Ёлка", "most-nad-rekoy-yolka"),
        ("日本 語", "日本-語"),
        ("Großer Œuvre", "grosser-oeuvre"),
        ("!!!", ""),
    ],
)
def test_a_slug_is_simple_and_keeps_other_scripts(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text(max_size=40))
def test_a_slug_of_a_slug_is_itself(text: str) -> None:
    assert slugify(slugify(text)) == slugify(text)


def test_a_price_is_fixed_or_converted_to_the_ending_of_the_store() -> None:
    fixed = ListedInput(1990, 2490, {"BRL": (9990, None)})
    assert listed(fixed, "BRL", RATES).price == Money(9990, "BRL")
    converted = listed(ListedInput(1990, 2490), "BRL", RATES)
    assert (converted.price, converted.compare_at) == (Money(11790, "BRL"), Money(14690, "BRL"))
    assert listed(ListedInput(1990), "JPY", RATES).price == Money(3184, "JPY")
    with pytest.raises(UnknownCurrency):
        listed(ListedInput(1990), "USD", RATES)


@given(st.integers(0, 10**7))
def test_what_costs_something_costs_something_everywhere(minor: int) -> None:
    assert (RATES.convert(minor, "BRL") == 0) == (minor == 0)
    assert minor == 0 or RATES.convert(minor, "BRL") % 100 == 90


def test_an_old_price_that_is_not_higher_is_not_shown() -> None:
    assert listed(ListedInput(1990, 1990), "EUR", RATES).compare_at is None


def test_the_lowest_price_is_that_of_the_30_days_before_the_present_one() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    changes = [(start + timedelta(days=day), price) for day, price in ((0, 5), (40, 20), (60, 9))]
    assert lowest_before(changes) == 5  # still in force when the 30 days began
    late = [(start, 5), (start + timedelta(days=40), 20), (start + timedelta(days=90), 9)]
    assert lowest_before(late) == 20
    assert lowest_before(late[:1]) is None


GOOD = ProductDraft(
    title=" Mug ",
    description='<h1>A</h1><script>x</script><p style="x" onclick="y">B</p>',
    options=(OptionDraft.of("Size", "S", "M"),),
    variants=(VariantDraft(100, ("S",), sku="A"), VariantDraft(200, ("M",), sku="B")),
)


def test_a_checked_draft_is_in_order_and_stays_so() -> None:
    ready = checked(GOOD)
    assert (ready.title, ready.slug) == ("Mug", "mug")
    assert ready.description == "<h2>A</h2><p>B</p>"
    assert checked(ready) == ready


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "x" * 301}),
        ("status", {"status": "sold"}),
        ("variants", {"variants": ()}),
        ("price", {"variants": (VariantDraft(-1, ("S",)),)}),
        ("compare_at", {"variants": (VariantDraft(1, ("S",), compare_at=-1),)}),
        ("weight_g", {"variants": (VariantDraft(1, ("S",), weight_g=-1),)}),
        ("options", {"variants": (VariantDraft(1, ("XL",)),)}),
        ("options", {"variants": (VariantDraft(1),)}),
        ("variants", {"variants": (VariantDraft(1, ("S",)), VariantDraft(2, ("S",)))}),
        ("sku", {"variants": (VariantDraft(1, ("S",), "A"), VariantDraft(2, ("M",), "A"))}),
        ("options", {"options": tuple(OptionDraft.of(str(n), "a") for n in range(4))}),
    ],
)
def test_a_draft_that_cannot_be_is_refused_by_field(field: str, change: dict[str, object]) -> None:
    with pytest.raises(InvalidProduct) as refused:
        checked(replace(GOOD, **change))  # type: ignore[arg-type]
    assert refused.value.facts["field"] == field


@given(st.text(max_size=200))
def test_sanitizing_twice_is_sanitizing_once(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg><script>x</script></svg>",
        "<iframe src=//x></iframe><style>*{}</style>",
        "<p style='position:fixed' class=x id=y>x</p>",
    ],
)
def test_nothing_that_acts_survives(text: str) -> None:
    clean = sanitize(text).lower()
    for bad in ("script", "onerror", "iframe", "style", "<img", "<svg", "class="):
        assert bad not in clean


def test_html_reads_as_plain_words() -> None:
    assert plain("<p>One&nbsp;two</p><p>three</p>") == "One two three"
    assert plain("<p>One two three</p>", 9) == "One two…"


def test_a_rule_takes_what_meets_all_of_it() -> None:
    facts = ProductFacts(frozenset({"sea"}), "Kiln", "Mug", 900, True, frozenset({3}))
    assert belongs({"tags": ["sea", "sky"], "max_price": 900}, facts)
    assert not belongs({"tags": ["sea"], "min_price": 901}, facts)
    assert belongs({"reduced": True, "category_ids": [3], "vendor": "Kiln"}, facts)
    assert not belongs({}, facts)
    for bad in ({"tag": ["sea"]}, {"tags": "sea"}, {"max_price": "9"}, {"max_price": True}):
        with pytest.raises(InvalidCollection):
            checked_rule(bad)

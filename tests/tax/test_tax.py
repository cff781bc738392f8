"""Which tax is due where, and when."""

from datetime import date
from decimal import Decimal

import pytest

from vitrina.core.db import committing
from vitrina.core.places import Destination
from vitrina.tax import queries
from vitrina.tax.actions import RateDraft, save_zone
from vitrina.tax.errors import InvalidZone, ZoneTaken
from vitrina.tax.rules import TaxRule, of_class, on

pytestmark = pytest.mark.usefixtures("database")
BY = "staff:1"
TODAY = date(2026, 11, 21)


def rate(name: str, value: str, **fields: object) -> RateDraft:
    return RateDraft(name, Decimal(value), **fields)  # type: ignore[arg-type]


def names(destination: Destination, day: date = TODAY) -> list[str]:
    return [rule.name for rule in queries.rates_for(destination, day)]


def test_the_zone_of_the_country_counts_and_elsewhere_no_tax_is_due() -> None:
    with committing():
        save_zone("Portugal", ["PT"], [rate("IVA", "0.23")], by=BY)
    assert names(Destination("PT")) == ["IVA"]
    assert names(Destination("US")) == []


def test_a_region_goes_before_its_country_when_it_has_the_higher_priority() -> None:
    with committing():
        save_zone("Portugal", ["PT"], [rate("IVA", "0.23")], by=BY)
        save_zone("Azores", ["PT"], [rate("Azores", "0.16")], regions=["PT-20"], by=BY)
    assert names(Destination("PT", "20")) == ["Azores"]
    assert names(Destination("PT", "PT-20")) == ["Azores"]
    assert names(Destination("PT", "11")) == ["IVA"]
    assert names(Destination("PT")) == ["IVA"]


def test_a_named_country_goes_before_everywhere() -> None:
    with committing():
        save_zone("World", ["*"], [rate("World", "0.1")], priority=9, by=BY)
        save_zone("Portugal", ["pt"], [rate("IVA", "0.23")], by=BY)
    assert names(Destination("PT")) == ["IVA"]
    assert names(Destination("JP")) == ["World"]


def test_a_rate_changes_at_midnight() -> None:
    with committing():
        save_zone(
            "Germany",
            ["DE"],
            [
                rate("old", "0.19", valid_to=date(2026, 12, 31)),
                rate("new", "0.20", valid_from=date(2027, 1, 1)),
            ],
            by=BY,
        )
    assert names(Destination("DE"), date(2026, 12, 31)) == ["old"]
    assert names(Destination("DE"), date(2027, 1, 1)) == ["new"]


def test_a_class_without_a_rate_of_its_own_has_the_standard_one() -> None:
    rules = (TaxRule("standard", "S", Decimal("0.2")), TaxRule("books", "B", Decimal("0.05")))
    assert [rule.name for rule in of_class(rules, "books")] == ["B"]
    assert [rule.name for rule in of_class(rules, "shipping")] == ["S"]


@pytest.mark.parametrize(
    ("amount", "rates", "included", "net", "tax"),
    [
        (1230, ["0.23"], True, 1000, 230),
        (1000, ["0.23"], False, 1000, 230),
        (1, ["0.23"], True, 1, 0),
        (0, ["0.23"], True, 0, 0),
        (1000, [], True, 1000, 0),
        (10, ["0.05"], False, 10, 1),
    ],
)
def test_tax_on_an_amount(
    amount: int, rates: list[str], included: bool, net: int, tax: int
) -> None:
    rules = tuple(TaxRule("standard", f"T{i}", Decimal(r)) for i, r in enumerate(rates))
    found = on(amount, rules, included=included)
    assert (found.net, found.tax) == (net, tax)


@pytest.mark.parametrize(
    ("countries", "rates", "field"),
    [
        (["XX"], [rate("A", "0.1")], "countries"),
        ([], [rate("A", "0.1")], "countries"),
        (["PT"], [rate("A", "1")], "rates"),
        (["PT"], [rate("A", "-0.1")], "rates"),
        (["PT"], [rate("A", "NaN")], "rates"),
        (["PT"], [rate("A", "0.1234567")], "rates"),
        (["PT"], [rate(" ", "0.1")], "rates"),
        (["PT"], [rate("A", "0.1", valid_from=TODAY, valid_to=date(2020, 1, 1))], "rates"),
    ],
)
def test_an_impossible_zone_is_refused(
    countries: list[str], rates: list[RateDraft], field: str
) -> None:
    with pytest.raises(InvalidZone) as refused, committing():
        save_zone("Zone", countries, rates, by=BY)
    assert refused.value.facts["field"] == field
    assert queries.zones() == []


def test_a_zone_is_changed() -> None:
    with committing():
        zone = save_zone("Portugal", ["PT"], [rate("IVA", "0.23")], by=BY)
        save_zone("Spain", ["ES"], [rate("IVA", "0.21")], by=BY)
    with committing():
        zone = queries.zone_by_id(zone.id)
        save_zone("Iberia", ["PT", "ES"], [rate("IVA", "0.22")], priority=5, zone=zone, by=BY)
    assert [rule.rate for rule in queries.rates_for(Destination("ES"), TODAY)] == [Decimal("0.22")]
    with pytest.raises(ZoneTaken), committing():
        save_zone("Spain", ["FR"], [rate("TVA", "0.2")], by=BY)

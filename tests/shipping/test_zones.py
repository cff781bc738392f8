"""Where the shop sends, what it costs and when it arrives."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.contracts.carrier import ask
from vitrina.catalog.rules.prices import Rate, Rates
from vitrina.core.db import committing
from vitrina.core.errors import DomainError
from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.shipping import queries
from vitrina.shipping.actions import MethodDraft, save_zone
from vitrina.shipping.errors import ZoneTaken
from vitrina.shipping.rules import Offer, estimate

BY = "staff:1"
EUR = Rates("EUR", {"JPY": Rate(Decimal(160))})
FRIDAY = date(2026, 11, 20)


def flat(code: str = "standard", price: int = 600, **fields: Any) -> MethodDraft:
    return MethodDraft(code=code, name=code.title(), settings={"price": price}, **fields)


def codes(country: str, region: str = "", postal_code: str = "") -> list[str]:
    return [m.code for m in queries.methods_for(Destination(country, region, postal_code))]


@pytest.mark.usefixtures("database")
def test_the_closest_zone_counts_and_everywhere_is_for_the_others() -> None:
    with committing():
        save_zone("World", ["*"], [flat("world")], by=BY)
        save_zone("Iberia", ["PT", "ES"], [flat("iberia")], by=BY)
        save_zone("Madeira", ["PT"], [flat("boat")], regions=["PT-30"], by=BY)
        save_zone("Lisbon", ["PT"], [flat("bike")], postal_codes=["10", "11-"], by=BY)
    assert codes("JP") == ["world"]
    assert codes("ES") == ["iberia"]
    assert codes("PT", "PT-30") == ["boat"]
    assert codes("PT", "", "1100-001") == ["bike"]
    assert codes("PT", "", "4000-001") == ["iberia"]
    assert codes("PT") == ["iberia"]
    assert "JP" in queries.countries()


@pytest.mark.usefixtures("database")
def test_where_no_zone_is_nothing_is_sent() -> None:
    with committing():
        save_zone("Iberia", ["PT"], [flat(), flat("off", is_active=False)], by=BY)
    assert codes("BR") == []
    assert codes("PT") == ["standard"]
    assert queries.countries() == ["PT"]


@pytest.mark.usefixtures("database")
def test_offers_come_cheapest_first_in_the_buyers_currency_and_language() -> None:
    with committing():
        slow = flat("slow", 500, free_from=8000, translations={"ru": {"name": "Почта"}})
        fast = flat("fast", 1500, handling_days=0, min_days=1, max_days=1)
        heavy = MethodDraft(
            code="post", name="Post", carrier="weight_table", settings={"rows": [[100, 300]]}
        )
        save_zone("World", ["*"], [fast, slow, heavy], by=BY)
    found = queries.offers(ask(), currency="JPY", rates=EUR, locale="ru", today=FRIDAY)
    assert [(o.name, o.price.minor) for o in found] == [("Почта", 800), ("Fast", 2400)]
    assert found[0].free_from == Money(12800, "JPY")
    assert (found[1].deliver_from, found[1].deliver_to) == (date(2026, 11, 23), date(2026, 11, 23))


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ((1, 1, 3), date(2026, 11, 24), date(2026, 11, 26)),
        ((0, 0, 0), FRIDAY, FRIDAY),
        ((0, 1, 5), date(2026, 11, 23), date(2026, 11, 27)),
    ],
)
def test_only_working_days_count(days: tuple[int, int, int], first: date, last: date) -> None:
    handling, least, most = days
    found = estimate(FRIDAY, handling_days=handling, min_days=least, max_days=most)
    assert found == (first, last)


def test_a_holiday_is_no_working_day() -> None:
    monday = date(2026, 11, 23)
    found = estimate(FRIDAY, handling_days=0, min_days=1, max_days=1, holidays=[monday])
    assert found == (date(2026, 11, 24), date(2026, 11, 24))


def test_delivery_is_free_from_a_sum_on() -> None:
    offer = Offer("a", "A", Money(600, "EUR"), Money(8000, "EUR"))
    assert offer.price_for(Money(7999, "EUR")).minor == 600
    assert offer.price_for(Money(8000, "EUR")).minor == 0


@pytest.mark.parametrize(
    ("countries", "draft", "code"),
    [
        (["ZZ"], flat(), "invalid_shipping_zone"),
        ([], flat(), "invalid_shipping_zone"),
        (["PT"], flat("a b"), "invalid_shipping_zone"),
        (["PT"], flat(""), "invalid_shipping_zone"),
        (["PT"], flat(min_days=5, max_days=2), "invalid_shipping_zone"),
        (["PT"], flat(free_from=-1), "invalid_shipping_zone"),
        (["PT"], flat(price=-1), "invalid_carrier_settings"),
        (["PT"], flat(carrier="pigeon"), "unknown_carrier"),
        (
            ["PT"],
            MethodDraft(code="a", name="A", settings={"price": 1, "fallback_price": -1}),
            "invalid_shipping_zone",
        ),
    ],
)
@pytest.mark.usefixtures("database")
def test_an_impossible_zone_is_refused(countries: list[str], draft: MethodDraft, code: str) -> None:
    with pytest.raises(DomainError) as refused, committing():
        save_zone("Zone", countries, [draft], by=BY)
    assert refused.value.code == code
    assert queries.zones() == []


@pytest.mark.usefixtures("database")
def test_a_zone_is_changed_and_its_methods_keep_their_rows() -> None:
    with committing():
        zone = save_zone("Iberia", ["PT"], [flat("a"), flat("b")], by=BY)
        save_zone("Other", ["BR"], [flat()], by=BY)
    kept = next(method.id for method in zone.methods if method.code == "b")
    with committing():
        zone = queries.zone_by_id(zone.id)
        save_zone("Iberia", ["PT", "ES"], [flat("b", 700), flat("c")], zone=zone, by=BY)
    found = queries.methods_for(Destination("ES"))
    assert [(m.code, m.settings["price"]) for m in found] == [("b", 700), ("c", 600)]
    assert found[0].id == kept
    with pytest.raises(ZoneTaken), committing():
        save_zone("Other", ["FR"], [flat()], by=BY)

"""The built-in carriers, what they cost, and what happens when a live one does not answer."""

import time
from typing import Any, ClassVar

import pytest

from tests.contracts.carrier import CarrierContract, ask
from vitrina.core import db
from vitrina.core.money import Money
from vitrina.shipping import rating, registry
from vitrina.shipping.carrier import Carrier, RateRequest
from vitrina.shipping.carriers.flat_rate import FlatRate
from vitrina.shipping.carriers.per_item import PerItem
from vitrina.shipping.carriers.pickup import Pickup
from vitrina.shipping.carriers.price_table import PriceTable
from vitrina.shipping.carriers.weight_table import WeightTable
from vitrina.shipping.errors import InvalidCarrierSettings, UnknownCarrier
from vitrina.shipping.models import ShippingMethod


class TestFlatRate(CarrierContract):
    carrier = FlatRate
    good: ClassVar = {"price": 600}
    bad: ClassVar = ({"price": -1}, {"price": "6"}, {"price": 6.5}, {"price": True}, {})


class TestWeightTable(CarrierContract):
    carrier = WeightTable
    good: ClassVar = {"rows": [[500, 600], [2000, 900]]}
    bad: ClassVar = (
        {"rows": []},
        {"rows": [[500, 600], [500, 900]]},
        {"rows": [[500, -1]]},
        {"rows": [[500]]},
        {"rows": ["ab"]},
        {"rows": [[500, 600]], "extra_price": -1},
    )


class TestPriceTable(CarrierContract):
    carrier = PriceTable
    good: ClassVar = {"rows": [[0, 900], [5000, 500], [10000, 0]]}
    bad: ClassVar = ({"rows": []}, {"rows": [[100, 1], [0, 2]]})


class TestPerItem(CarrierContract):
    carrier = PerItem
    good: ClassVar = {"first": 500, "each_more": 100}
    bad: ClassVar = ({"first": 500}, {"first": -1, "each_more": 0})


class TestPickup(CarrierContract):
    carrier = Pickup
    good: ClassVar = {"place": "Rua do Sol 12"}
    bad: ClassVar = ({"price": -1},)


def price(code: str, settings: dict[str, Any], request: RateRequest) -> int | None:
    found = registry.make(code, settings).rate(request)
    return None if found is None else found.minor


@pytest.mark.parametrize(
    ("grams", "cost"), [(0, 600), (500, 600), (501, 900), (2000, 900), (2001, 1050), (4001, 1350)]
)
def test_weight_decides_by_row_and_by_step_above_the_last(grams: int, cost: int) -> None:
    table = {"rows": [[500, 600], [2000, 900]], "extra_g": 1000, "extra_price": 150}
    assert price("weight_table", table, ask(weight_g=grams)) == cost


def test_a_parcel_that_is_too_heavy_is_not_taken() -> None:
    assert price("weight_table", {"rows": [[500, 600]]}, ask(weight_g=501)) is None


@pytest.mark.parametrize(("value", "cost"), [(0, 900), (4999, 900), (5000, 500), (10000, 0)])
def test_the_value_of_the_goods_decides(value: int, cost: int) -> None:
    table = {"rows": [[0, 900], [5000, 500], [10000, 0]]}
    assert price("price_table", table, ask(value=value)) == cost


def test_each_piece_more_costs_more_up_to_a_most() -> None:
    own = {"first": 500, "each_more": 100, "most": 800}
    assert [price("per_item", own, ask(quantity=n)) for n in (1, 2, 9)] == [500, 600, 800]


def test_settings_are_checked_by_name() -> None:
    for settings, reason in (({}, "missing"), ({"price": 1, "colour": "red"}, "unknown")):
        with pytest.raises(InvalidCarrierSettings) as refused:
            registry.make("flat_rate", settings)
        assert refused.value.facts["reason"] == reason
    with pytest.raises(UnknownCarrier):
        registry.make("pigeon", {})


class Slow(FlatRate):
    """A live carrier that does what the test tells it."""

    code: ClassVar[str] = "slow"
    live: ClassVar[bool] = True
    calls: ClassVar[list[float]] = []
    wait: ClassVar[float] = 0.0
    answer: ClassVar[Any] = Money(1234, "EUR")

    def rate(self, ask: RateRequest) -> Money | None:
        type(self).calls.append(time.monotonic())
        time.sleep(type(self).wait)
        if isinstance(type(self).answer, Exception):
            raise type(self).answer
        found: Money | None = type(self).answer
        return found


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> type[Slow]:
    rating.forget_answers()
    known: dict[str, type[Carrier]] = {**registry.carriers(), "slow": Slow}
    monkeypatch.setattr(registry, "carriers", lambda: known)
    monkeypatch.setattr(rating, "PATIENCE", 0.1)
    monkeypatch.setattr(Slow, "calls", [])
    return Slow


def method(**settings: int) -> ShippingMethod:
    return ShippingMethod(code="live", carrier="slow", settings={"price": 1, **settings})


def test_a_live_price_is_asked_once_and_remembered(slow: type[Slow]) -> None:
    assert [rating.rate(method(), ask()) for _ in range(3)] == [Money(1234, "EUR")] * 3
    assert len(slow.calls) == 1


@pytest.mark.parametrize(
    "fault", [RuntimeError("away"), Money(-5, "EUR"), Money(5, "USD"), "nonsense"]
)
def test_a_broken_carrier_costs_its_price_in_reserve_and_gets_a_rest(
    slow: type[Slow], monkeypatch: pytest.MonkeyPatch, fault: object
) -> None:
    monkeypatch.setattr(slow, "answer", fault)
    reserve = method(fallback_price=990)
    assert rating.rate(reserve, ask()) == Money(990, "EUR")
    assert rating.rate(reserve, ask(weight_g=7)) == Money(990, "EUR")
    assert len(slow.calls) == 1
    assert rating.rate(method(), ask()) is None


def test_a_slow_carrier_does_not_hold_up_the_shop(
    slow: type[Slow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow, "wait", 0.5)
    began = time.monotonic()
    assert rating.rate(method(fallback_price=990), ask()) == Money(990, "EUR")
    assert time.monotonic() - began < 0.4


@pytest.mark.usefixtures("database")
def test_no_carrier_is_asked_inside_a_transaction(slow: type[Slow]) -> None:
    with db.committing():
        assert rating.rate(method(fallback_price=990), ask()) == Money(990, "EUR")
    assert slow.calls == []
    assert rating.rate(method(fallback_price=990), ask()) == Money(1234, "EUR")
    with db.committing():
        assert rating.rate(method(fallback_price=990), ask()) == Money(1234, "EUR")


def test_a_method_of_a_carrier_that_is_gone_costs_its_price_in_reserve() -> None:
    gone = ShippingMethod(code="x", carrier="pigeon", settings={"fallback_price": 700})
    assert rating.rate(gone, ask()) == Money(700, "EUR")

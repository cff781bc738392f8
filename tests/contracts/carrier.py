"""What every carrier must do, for its own test suite: subclass ``CarrierContract``.

A plugin's tests::

    class TestAcme(CarrierContract):
        carrier = Acme
        settings = {"account": "demo"}
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from vitrina.core.money import Money
from vitrina.core.places import Destination
from vitrina.shipping.carrier import Carrier, ParcelItem, RateRequest


def ask(
    *,
    weight_g: int = 500,
    quantity: int = 1,
    value: int = 5000,
    country: str = "PT",
    currency: str = "EUR",
) -> RateRequest:
    return RateRequest(
        destination=Destination(country, "", "1100-001"),
        items=(ParcelItem(quantity=quantity, weight_g=weight_g),),
        value=Money(value, currency),
    )


class CarrierContract:
    """``good`` settings must be taken, each of ``bad`` must raise ValueError or TypeError."""

    carrier: ClassVar[type[Carrier]]
    good: ClassVar[Mapping[str, Any]]
    bad: ClassVar[tuple[Mapping[str, Any], ...]] = ()

    def made(self) -> Carrier:
        return self.carrier(self.carrier.Settings(**self.good))

    def test_it_says_who_it_is(self) -> None:
        code = self.carrier.code
        assert code
        assert code == code.lower()
        assert len(code) <= 40
        assert isinstance(self.carrier.live, bool)

    def test_its_settings_are_a_dataclass_of_json_values(self) -> None:
        assert dataclasses.is_dataclass(self.carrier.Settings)

    def test_its_price_is_in_the_currency_that_was_asked_and_never_negative(self) -> None:
        for currency in ("EUR", "JPY", "KWD"):
            price = self.made().rate(ask(currency=currency))
            assert price is None or (price.currency == currency and price.minor >= 0)

    def test_the_same_question_has_the_same_answer(self) -> None:
        carrier = self.made()
        assert carrier.rate(ask()) == carrier.rate(ask())

    def test_it_answers_for_feathers_anvils_and_gifts(self) -> None:
        for strange in (
            ask(weight_g=0),
            ask(weight_g=10**9),
            ask(value=0),
            ask(quantity=999),
            ask(country="AQ"),
        ):
            price = self.made().rate(strange)
            assert price is None or price.minor >= 0

    def test_bad_settings_are_refused(self) -> None:
        for settings in self.bad:
            with pytest.raises((ValueError, TypeError)):
                self.carrier.Settings(**settings)

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
from vitrina.shipping.carrier import (
    Carrier,
    NoticeReader,
    ParcelItem,
    ParcelNews,
    RateRequest,
)
from vitrina.shipping.errors import ForgedNotice


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

    # For a carrier with ``read_notice`` (NoticeReader)

    def signed_notice(self) -> tuple[Mapping[str, str], bytes]:
        """Headers and body of a genuine notice of a delivery, as the carrier would send it now."""
        raise NotImplementedError

    def reader(self) -> NoticeReader:
        made = self.made()
        if not isinstance(made, NoticeReader):
            pytest.skip("it tells nothing in a form of its own")
        return made

    def test_a_genuine_notice_is_read(self) -> None:
        reader = self.reader()
        for notice in reader.read_notice(*self.signed_notice()):
            assert notice.event_id
            assert notice.tracking_number
            assert notice.state is ParcelNews.DELIVERED
            assert notice.at.tzinfo is not None

    def test_the_same_notice_is_read_the_same_way_twice(self) -> None:
        reader = self.reader()
        headers, body = self.signed_notice()
        assert reader.read_notice(headers, body) == reader.read_notice(headers, body) != []

    def test_a_notice_that_is_not_its_own_is_refused_and_read_no_further(self) -> None:
        reader = self.reader()
        headers, body = self.signed_notice()
        for other in (body + b" ", b"", b"{}", b"[" * 10_000, b"\xff\x00"):
            with pytest.raises(ForgedNotice):
                reader.read_notice(headers, other)
        for unsigned in ({}, dict.fromkeys(headers, "")):
            with pytest.raises(ForgedNotice):
                reader.read_notice(unsigned, body)

"""One price, whatever is sent."""

from dataclasses import dataclass
from typing import ClassVar

from vitrina.core.money import Money
from vitrina.shipping.carrier import RateRequest
from vitrina.shipping.carriers.checks import amount


@dataclass(frozen=True, slots=True)
class FlatRateSettings:
    """``price`` in minor units."""

    price: int

    def __post_init__(self) -> None:
        amount("price", self.price)


class FlatRate:
    """The same price for every parcel."""

    code: ClassVar[str] = "flat_rate"
    live: ClassVar[bool] = False
    Settings: ClassVar[type[FlatRateSettings]] = FlatRateSettings

    def __init__(self, settings: FlatRateSettings) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money | None:
        return Money(self.settings.price, ask.value.currency)

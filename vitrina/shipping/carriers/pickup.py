"""The buyer comes and fetches it."""

from dataclasses import dataclass
from typing import ClassVar

from vitrina.core.money import Money
from vitrina.shipping.carrier import RateRequest
from vitrina.shipping.carriers.checks import amount


@dataclass(frozen=True, slots=True)
class PickupSettings:
    """``price`` in minor units, usually nothing; ``place`` is where to come."""

    price: int = 0
    place: str = ""

    def __post_init__(self) -> None:
        amount("price", self.price)


class Pickup:
    """Fetched by the buyer at an address of the shop."""

    code: ClassVar[str] = "pickup"
    live: ClassVar[bool] = False
    collected: ClassVar[bool] = True
    Settings: ClassVar[type[PickupSettings]] = PickupSettings

    def __init__(self, settings: PickupSettings) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money | None:
        return Money(self.settings.price, ask.value.currency)

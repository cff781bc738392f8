"""A price for the first piece and one for each more, up to a most."""

from dataclasses import dataclass
from typing import ClassVar

from vitrina.core.money import Money
from vitrina.shipping.carrier import RateRequest
from vitrina.shipping.carriers.checks import amount


@dataclass(frozen=True, slots=True)
class PerItemSettings:
    """``first`` and ``each_more`` in minor units; ``most`` caps the sum, 0 for no cap."""

    first: int
    each_more: int
    most: int = 0

    def __post_init__(self) -> None:
        amount("first", self.first)
        amount("each_more", self.each_more)
        amount("most", self.most)


class PerItem:
    """A price that grows with the number of pieces."""

    code: ClassVar[str] = "per_item"
    live: ClassVar[bool] = False
    Settings: ClassVar[type[PerItemSettings]] = PerItemSettings

    def __init__(self, settings: PerItemSettings) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money | None:
        own = self.settings
        price = own.first + own.each_more * max(ask.quantity - 1, 0)
        return Money(min(price, own.most) if own.most else price, ask.value.currency)

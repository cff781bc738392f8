"""A price by the value of the goods: the last row whose limit they reach."""

from dataclasses import dataclass
from typing import ClassVar

from vitrina.core.money import Money
from vitrina.shipping.carrier import RateRequest
from vitrina.shipping.carriers.checks import Rows, rows


@dataclass(frozen=True, slots=True)
class PriceTableSettings:
    """``rows`` of ``[from value, price]``, in minor units. Goods below the first are not taken."""

    rows: Rows

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", rows("rows", self.rows))


class PriceTable:
    """A price by what the goods cost."""

    code: ClassVar[str] = "price_table"
    live: ClassVar[bool] = False
    Settings: ClassVar[type[PriceTableSettings]] = PriceTableSettings

    def __init__(self, settings: PriceTableSettings) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money | None:
        found = [price for limit, price in self.settings.rows if ask.value.minor >= limit]
        return Money(found[-1], ask.value.currency) if found else None

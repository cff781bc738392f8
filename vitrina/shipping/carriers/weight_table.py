"""A price by weight: the first row that is heavy enough."""

from dataclasses import dataclass
from typing import ClassVar

from vitrina.core.money import Money
from vitrina.shipping.carrier import RateRequest
from vitrina.shipping.carriers.checks import Rows, amount, rows


@dataclass(frozen=True, slots=True)
class WeightTableSettings:
    """``rows`` of ``[up to grams, price]``.

    Heavier parcels cost ``extra_price`` more for every ``extra_g`` begun above the last row; with
    an ``extra_g`` of 0 they are not taken.
    """

    rows: Rows
    extra_g: int = 0
    extra_price: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", rows("rows", self.rows))
        amount("extra_g", self.extra_g)
        amount("extra_price", self.extra_price)


class WeightTable:
    """A price by weight, and steps beyond the heaviest row; None without such steps."""

    code: ClassVar[str] = "weight_table"
    live: ClassVar[bool] = False
    Settings: ClassVar[type[WeightTableSettings]] = WeightTableSettings

    def __init__(self, settings: WeightTableSettings) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money | None:
        weight, own = ask.weight_g, self.settings
        for limit, price in own.rows:
            if weight <= limit:
                return Money(price, ask.value.currency)
        if not own.extra_g:
            return None
        last, price = own.rows[-1]
        steps = -(-(weight - last) // own.extra_g)
        return Money(price + steps * own.extra_price, ask.value.currency)

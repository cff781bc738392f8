"""What a delivery costs once its rate is known, and when it arrives. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from vitrina.core.money import Money

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to send a basket. ``price`` is its rate; at ``free_from`` of goods it costs nothing.

    Both in the basket's currency, as the store lists prices (with or without tax). ``collected``:
    the buyer comes and fetches it.
    """

    code: str
    name: str
    price: Money
    free_from: Money | None = None
    tax_class: str = "shipping"
    description: str = ""
    deliver_from: date | None = None
    deliver_to: date | None = None
    collected: bool = False

    def price_for(self, goods: Money) -> Money:
        """The price when ``goods`` (after discounts) are sent."""
        if self.free_from is not None and goods >= self.free_from:
            return Money.zero(self.price.currency)
        return self.price


def add_working_days(start: date, days: int, holidays: Collection[date] = ()) -> date:
    """The ``days``-th working day after ``start``; Saturdays, Sundays and ``holidays`` are none."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def estimate(
    today: date,
    *,
    handling_days: int,
    min_days: int,
    max_days: int,
    holidays: Collection[date] = (),
) -> tuple[date, date]:
    """The first and last day on which a parcel ordered ``today`` arrives."""
    ready = add_working_days(today, handling_days, holidays)
    return (
        add_working_days(ready, min_days, holidays),
        add_working_days(ready, max_days, holidays),
    )

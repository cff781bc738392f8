"""When people buy, and what becomes of it: growth, weekdays, evenings, and the odd trouble."""

from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

DAYS = 90
_WEEKDAYS = (1.1, 1.0, 1.0, 1.05, 0.9, 0.85, 1.25)
_HOURS = (1, 1, 0, 0, 0, 1, 2, 3, 5, 6, 7, 7, 8, 7, 6, 6, 7, 8, 9, 11, 12, 10, 7, 3)
LEAD = timedelta(minutes=20)


class Fate(StrEnum):
    """How an order goes."""

    FINE = "fine"
    TRANSFER = "transfer"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    LOWERED = "lowered"


_FATES = {
    Fate.FINE: 80,
    Fate.TRANSFER: 8,
    Fate.DECLINED: 3,
    Fate.CANCELLED: 4,
    Fate.RETURNED: 2,
    Fate.LOWERED: 3,
}


def moments(count: int, dice: Random, now: datetime) -> list[datetime]:
    """``count`` moments of the last 90 days in order: more each week, on Sundays and evenings."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    weights = [
        (0.6 + 0.9 * place / DAYS) * _WEEKDAYS[day.weekday()] for place, day in enumerate(days)
    ]
    found = []
    for day in dice.choices(days, weights, k=count):
        hour = dice.choices(range(24), _HOURS)[0]
        moment = day + timedelta(hours=hour, seconds=dice.randrange(3600))
        found.append(moment if moment < now - LEAD else moment - timedelta(days=1))
    return sorted(found)


def fate(dice: Random) -> Fate:
    """What becomes of one order."""
    return dice.choices(list(_FATES), list(_FATES.values()))[0]


def next_workday(moment: datetime, days: float, hour: int) -> datetime:
    """About ``days`` later at ``hour``, never on a weekend."""
    day = (moment + timedelta(days=days)).replace(hour=hour, minute=moment.minute)
    while day.weekday() > 4 or day <= moment:
        day += timedelta(days=1)
    return day

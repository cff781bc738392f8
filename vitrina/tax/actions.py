"""What staff do with tax: say where it is due, and how much."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from vitrina.core import audit, places
from vitrina.core.db import session
from vitrina.core.store import touch_catalogue
from vitrina.tax.errors import InvalidZone, ZoneTaken
from vitrina.tax.models import TaxRate, TaxZone


@dataclass(frozen=True, slots=True)
class RateDraft:
    """A rate (``Decimal("0.23")`` is 23 %) of a class, from one day to another, both included."""

    name: str
    rate: Decimal
    tax_class: str = "standard"
    valid_from: date | None = None
    valid_to: date | None = None


def save_zone(
    name: str,
    countries: Sequence[str],
    rates: Sequence[RateDraft],
    *,
    by: str,
    regions: Sequence[str] = (),
    priority: int = 0,
    zone: TaxZone | None = None,
) -> TaxZone:
    """Write down a tax zone with all its rates; ``zone``: an existing one to change.

    Raises InvalidZone for unknown countries and impossible rates, ZoneTaken for a taken name.
    """
    title = " ".join(name.split())
    _check_zone(title, countries, rates)
    taken = session.scalar(sa.select(TaxZone.id).where(TaxZone.name == title))
    if taken is not None and (zone is None or zone.id != taken):
        raise ZoneTaken(field="name", name=title)
    before = _facts(zone) if zone is not None else {}
    zone = zone or TaxZone()
    zone.name, zone.priority = title, priority
    zone.countries = [code.upper() for code in countries]
    zone.regions = [code.upper() for code in regions]
    zone.rates = [
        TaxRate(
            tax_class=rate.tax_class,
            name=rate.name,
            rate=rate.rate,
            valid_from=rate.valid_from,
            valid_to=rate.valid_to,
        )
        for rate in rates
    ]
    session.add(zone)
    session.flush()
    audit.note(by, "tax.zone.save", f"tax_zone:{zone.id}", before, _facts(zone))
    touch_catalogue()
    return zone


def _check_zone(title: str, countries: Sequence[str], rates: Sequence[RateDraft]) -> None:
    if not title:
        raise InvalidZone(field="name", reason="missing")
    if not countries:
        raise InvalidZone(field="countries", reason="missing")
    if wrong := places.unknown_countries(countries):
        raise InvalidZone(field="countries", reason="unknown", values=wrong)
    for rate in rates:
        _check_rate(rate)


def _check_rate(rate: RateDraft) -> None:
    if not rate.name.strip():
        raise InvalidZone(field="rates", reason="name_missing")
    if not rate.tax_class.strip():
        raise InvalidZone(field="rates", reason="class_missing")
    if not rate.rate.is_finite() or not 0 <= rate.rate < 1:
        raise InvalidZone(field="rates", reason="out_of_range", rate=str(rate.rate))
    if rate.rate.quantize(Decimal("0.000001")) != rate.rate:
        raise InvalidZone(field="rates", reason="too_exact", rate=str(rate.rate))
    if rate.valid_from and rate.valid_to and rate.valid_to < rate.valid_from:
        raise InvalidZone(field="rates", reason="ends_before_start")


def _facts(zone: TaxZone) -> dict[str, object]:
    return {
        "name": zone.name,
        "countries": list(zone.countries),
        "regions": list(zone.regions),
        "priority": zone.priority,
        "rates": [
            [
                rate.tax_class,
                rate.name,
                format(Decimal(rate.rate).normalize(), "f"),
                str(rate.valid_from or ""),
                str(rate.valid_to or ""),
            ]
            for rate in zone.rates
        ],
    }

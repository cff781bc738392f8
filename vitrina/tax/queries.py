"""Which tax is due where."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from vitrina.core.db import names_any, session
from vitrina.core.places import EVERYWHERE, Destination, best
from vitrina.tax.errors import ZoneNotFound
from vitrina.tax.models import TaxZone
from vitrina.tax.rules import TaxRule, is_valid


def zones() -> Sequence[TaxZone]:
    """All tax zones with their rates, by name; one statement."""
    statement = sa.select(TaxZone).order_by(TaxZone.name).options(joinedload(TaxZone.rates))
    return session.scalars(statement).unique().all()


def zone_by_id(zone_id: int) -> TaxZone:
    """The zone with its rates. Raises ZoneNotFound."""
    found = session.get(TaxZone, zone_id, options=[joinedload(TaxZone.rates)])
    if found is None:
        raise ZoneNotFound(id=zone_id)
    return found


def rates_for(destination: Destination, on: date) -> tuple[TaxRule, ...]:
    """The rates of the zone that counts for ``destination``, as they are on a day.

    Empty where the store has no zone: no tax is due there. One statement.
    """
    statement = (
        sa.select(TaxZone)
        .where(names_any(TaxZone.countries, destination.country.upper(), EVERYWHERE))
        .options(joinedload(TaxZone.rates))
    )
    zone = best(session.scalars(statement).unique(), destination)
    if zone is None:
        return ()
    return tuple(
        TaxRule(rate.tax_class, rate.name, Decimal(rate.rate))
        for rate in zone.rates
        if is_valid(rate.valid_from, rate.valid_to, on)
    )

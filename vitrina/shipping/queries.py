"""Where the shop sends, what it costs there and when it arrives; and the parcels."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from vitrina.catalog.rules.prices import Rates
from vitrina.core.db import names_any, session
from vitrina.core.money import Money
from vitrina.core.places import EVERYWHERE, Destination, best, country_codes
from vitrina.shipping.carrier import RateRequest
from vitrina.shipping.errors import ShipmentNotFound, ZoneNotFound
from vitrina.shipping.models import Shipment, ShipmentState, ShippingMethod, ShippingZone
from vitrina.shipping.rating import rate
from vitrina.shipping.registry import is_collected
from vitrina.shipping.rules import Offer, estimate
from vitrina.shipping.tracking import carrier_key


def zones() -> Sequence[ShippingZone]:
    """All shipping zones with their methods, by name; one statement."""
    statement = sa.select(ShippingZone).order_by(ShippingZone.name)
    return session.scalars(statement.options(joinedload(ShippingZone.methods))).unique().all()


def zone_by_id(zone_id: int) -> ShippingZone:
    """The zone with its methods. Raises ZoneNotFound."""
    found = session.get(ShippingZone, zone_id, options=[joinedload(ShippingZone.methods)])
    if found is None:
        raise ZoneNotFound(id=zone_id)
    return found


def methods_for(destination: Destination) -> list[ShippingMethod]:
    """The active methods of the zone that counts for ``destination``, in the staff's order.

    Exactly one zone counts, so a code means one method. Empty where the shop does not send.
    """
    statement = (
        sa.select(ShippingZone)
        .where(names_any(ShippingZone.countries, destination.country.upper(), EVERYWHERE))
        .options(joinedload(ShippingZone.methods))
    )
    zone = best(session.scalars(statement).unique(), destination)
    return [method for method in zone.methods if method.is_active] if zone else []


def countries() -> list[str]:
    """The countries (two letters) to which the shop sends anything; one statement."""
    rows = session.scalars(
        sa.select(ShippingZone.countries).where(
            ShippingZone.methods.any(ShippingMethod.is_active.is_(True))
        )
    )
    found = {code for codes in rows for code in codes}
    return sorted(country_codes() if EVERYWHERE in found else found)


def offers(
    ask: RateRequest,
    *,
    currency: str,
    rates: Rates,
    locale: str,
    today: date,
) -> list[Offer]:
    """The ways to send ``ask``, the cheapest first, with prices in ``currency`` and dates.

    Collecting comes after what is delivered, whatever it costs. A method that does not take the
    parcel is left out. One statement.
    """
    found = []
    for method in methods_for(ask.destination):
        price = rate(method, ask)
        if price is not None:
            found.append(_offer(method, price, currency, rates, locale, today))
    return sorted(found, key=lambda offer: (offer.collected, offer.price.minor))


def _offer(
    method: ShippingMethod, price: Money, currency: str, rates: Rates, locale: str, today: date
) -> Offer:
    first, last = estimate(
        today,
        handling_days=method.handling_days,
        min_days=method.min_days,
        max_days=method.max_days,
    )
    free_from = method.free_from
    return Offer(
        code=method.code,
        name=method.text("name", locale),
        price=Money(rates.convert(price.minor, currency), currency),
        free_from=None
        if free_from is None
        else Money(rates.convert(free_from, currency), currency),
        tax_class=method.tax_class,
        description=method.text("description", locale),
        deliver_from=first,
        deliver_to=last,
        collected=is_collected(method.carrier),
    )


def collection_point(destination: Destination, code: str, locale: str) -> str | None:
    """Where a buyer of ``destination`` comes for what ``code`` sends; None when it is delivered.

    What the staff wrote of the method in ``locale`` (the place, its hours), else the carrier's
    ``place``. One statement.
    """
    method = next((one for one in methods_for(destination) if one.code == code), None)
    if method is None or not is_collected(method.carrier):
        return None
    return method.text("description", locale) or str(method.settings.get("place", ""))


def collected_codes() -> frozenset[str]:
    """The codes of the ways of delivery where the buyer comes; one statement."""
    rows = session.execute(sa.select(ShippingMethod.code, ShippingMethod.carrier).distinct())
    return frozenset(code for code, carrier in rows if is_collected(carrier))


def shipment_by_number(number: str) -> Shipment:
    """The parcel with its lines and history. Raises ShipmentNotFound."""
    found = session.scalar(
        sa.select(Shipment)
        .where(Shipment.number == number)
        .options(selectinload(Shipment.lines), selectinload(Shipment.transitions))
    )
    if found is None:
        raise ShipmentNotFound(number=number)
    return found


def on_the_way(tracking_number: str, carrier: str = "") -> list[Shipment]:
    """The parcels that have left under this number and are not there yet; one statement.

    ``carrier``: the key of the one that has them (``dhl``); empty: any.
    """
    found = session.scalars(
        sa.select(Shipment)
        .where(
            Shipment.tracking_number == "".join(tracking_number.split()),
            Shipment.tracking_number != "",
            Shipment.state == ShipmentState.SHIPPED,
        )
        .order_by(Shipment.id)
    )
    return [one for one in found if carrier in ("", carrier_key(one.carrier))]


def settings_of(carrier: str) -> list[dict[str, Any]]:
    """The settings of every method that ``carrier`` prices, each once; one statement."""
    rows = session.scalars(
        sa.select(ShippingMethod.settings)
        .where(ShippingMethod.carrier == carrier)
        .order_by(ShippingMethod.id)
    )
    found: list[dict[str, Any]] = []
    for settings in rows:
        if settings not in found:
            found.append(dict(settings))
    return found

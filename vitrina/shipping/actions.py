"""What staff do with zones and methods, and what happens to a parcel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from vitrina.core import audit, clock, places
from vitrina.core.db import session
from vitrina.core.store import touch_catalogue
from vitrina.shipping.errors import EmptyShipment, InvalidZone, ZoneTaken
from vitrina.shipping.models import (
    SHIPMENT,
    Shipment,
    ShipmentLine,
    ShipmentState,
    ShipmentVerb,
    ShippingMethod,
    ShippingZone,
)
from vitrina.shipping.registry import SHARED, make
from vitrina.shipping.tracking import tracking_url


@dataclass(frozen=True, slots=True)
class MethodDraft:
    """A way to send, as staff write it; see the model for what each field means."""

    code: str
    name: str
    carrier: str = "flat_rate"
    settings: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    free_from: int | None = None
    handling_days: int = 1
    min_days: int = 1
    max_days: int = 3
    tax_class: str = "shipping"
    translations: Mapping[str, Any] = field(default_factory=dict)
    is_active: bool = True


def save_zone(
    name: str,
    countries: Sequence[str],
    methods: Sequence[MethodDraft],
    *,
    by: str,
    regions: Sequence[str] = (),
    postal_codes: Sequence[str] = (),
    priority: int = 0,
    zone: ShippingZone | None = None,
) -> ShippingZone:
    """Write down a zone with its methods in order; ``zone``: an existing one to change.

    Methods keep their row by code. Raises InvalidZone, ZoneTaken, UnknownCarrier,
    InvalidCarrierSettings.
    """
    title = " ".join(name.split())
    _check_zone(title, countries, methods)
    taken = session.scalar(sa.select(ShippingZone.id).where(ShippingZone.name == title))
    if taken is not None and (zone is None or zone.id != taken):
        raise ZoneTaken(field="name", name=title)
    before = _facts(zone) if zone is not None else {}
    zone = zone or ShippingZone()
    zone.name, zone.priority = title, priority
    zone.countries = [code.upper() for code in countries]
    zone.regions = [code.upper() for code in regions]
    zone.postal_codes = [code.strip().upper() for code in postal_codes if code.strip()]
    old = {method.code: method for method in zone.methods}
    zone.methods = [
        _write(old.get(draft.code) or ShippingMethod(), draft, position)
        for position, draft in enumerate(methods)
    ]
    session.add(zone)
    session.flush()
    audit.note(by, "shipping.zone.save", f"shipping_zone:{zone.id}", before, _facts(zone))
    touch_catalogue()
    return zone


def _write(method: ShippingMethod, draft: MethodDraft, position: int) -> ShippingMethod:
    for item in fields(draft):
        setattr(method, item.name, getattr(draft, item.name))
    method.settings = dict(draft.settings)
    method.translations = dict(draft.translations)
    method.position = position
    return method


def _check_zone(title: str, countries: Sequence[str], methods: Sequence[MethodDraft]) -> None:
    if not title:
        raise InvalidZone(field="name", reason="missing")
    if not countries:
        raise InvalidZone(field="countries", reason="missing")
    if wrong := places.unknown_countries(countries):
        raise InvalidZone(field="countries", reason="unknown", values=wrong)
    codes = [draft.code for draft in methods]
    if len(set(codes)) != len(codes):
        raise InvalidZone(field="code", reason="repeated")
    for draft in methods:
        _check_method(draft)


def _check_method(draft: MethodDraft) -> None:
    code = draft.code
    if not 1 <= len(code) <= 40 or not code.replace("-", "").replace("_", "").isalnum():
        raise InvalidZone(field="code", reason="malformed", method=code[:40])
    if not draft.name.strip():
        raise InvalidZone(field="name", reason="missing", method=code)
    if draft.handling_days < 0 or not 0 <= draft.min_days <= draft.max_days <= 365:
        raise InvalidZone(field="days", reason="out_of_range", method=code)
    if draft.free_from is not None and draft.free_from < 0:
        raise InvalidZone(field="free_from", reason="negative", method=code)
    for name in SHARED & draft.settings.keys():
        price = draft.settings[name]
        if type(price) is not int or price < 0:
            raise InvalidZone(field=name, reason="malformed", method=code)
    make(draft.carrier, draft.settings)


def _facts(zone: ShippingZone) -> dict[str, Any]:
    return {
        "name": zone.name,
        "countries": list(zone.countries),
        "regions": list(zone.regions),
        "postal_codes": list(zone.postal_codes),
        "priority": zone.priority,
        "methods": [
            [m.code, m.name, m.carrier, dict(m.settings), m.free_from, m.is_active]
            for m in zone.methods
        ],
    }


# Parcels


def open_shipment(
    order_id: int, order_number: str, lines: Mapping[int, int], *, by: str
) -> Shipment:
    """Begin a parcel of an order with pieces of its lines (``{order_line_id: quantity}``).

    The caller sees to it that no line is sent more often than it was bought. Its number is the
    order's with the next part. Raises EmptyShipment.
    """
    pieces = {line_id: quantity for line_id, quantity in sorted(lines.items()) if quantity > 0}
    if not pieces or min(lines.values()) < 0:
        raise EmptyShipment(number=order_number)
    parts = session.scalar(
        sa.select(sa.func.count()).select_from(Shipment).where(Shipment.order_id == order_id)
    )
    shipment = Shipment(
        order_id=order_id,
        number=f"{order_number}/{(parts or 0) + 1}",
        state=SHIPMENT.start,
        lines=[ShipmentLine(order_line_id=key, quantity=pieces[key]) for key in pieces],
    )
    shipment.moved("open", ShipmentState.PACKING, ShipmentState.PACKING, by, "")
    session.add(shipment)
    session.flush()
    return shipment


def ship(shipment: Shipment, *, carrier: str, tracking_number: str = "", by: str) -> None:
    """Hand a parcel to its carrier. Raises WrongState."""
    SHIPMENT.move(shipment, ShipmentVerb.SHIP, by=by)
    shipment.carrier = " ".join(carrier.split())[:80]
    shipment.tracking_number = "".join(tracking_number.split())[:120]
    shipment.tracking_url = tracking_url(shipment.carrier, shipment.tracking_number)
    shipment.shipped_at = clock.now()


def deliver(shipment: Shipment, *, by: str, at: datetime | None = None, note: str = "") -> None:
    """It has arrived, now or ``at`` (UTC), but not before it left. Raises WrongState."""
    SHIPMENT.move(shipment, ShipmentVerb.DELIVER, by=by, note=note)
    now = clock.now()
    left = shipment.shipped_at or now
    shipment.delivered_at = max(left, min(at or now, now))


def cancel(shipment: Shipment, *, by: str, note: str = "") -> None:
    """Unpack it again: it does not leave. Raises WrongState."""
    SHIPMENT.move(shipment, ShipmentVerb.CANCEL, by=by, note=note)


def come_back(shipment: Shipment, *, by: str, note: str = "") -> None:
    """It was not taken, and is here again. Raises WrongState."""
    SHIPMENT.move(shipment, ShipmentVerb.COME_BACK, by=by, note=note)

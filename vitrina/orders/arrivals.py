"""Parcels that a carrier says have arrived."""

import structlog

from vitrina.core.db import session
from vitrina.orders import actions
from vitrina.orders import queries as orders
from vitrina.shipping import queries
from vitrina.shipping.carrier import CarrierNotice, ParcelNews
from vitrina.shipping.models import ShipmentState
from vitrina.shipping.notices import ANY
from vitrina.shipping.tracking import carrier_key

log = structlog.get_logger("vitrina.arrivals")


def take_notice(carrier: str, notice: CarrierNotice) -> bool:
    """Believe a verified notice; whether a parcel is delivered by it.

    ``carrier``: the key under which it told, which stands in ``Shipment.carrier`` too, or ``any``.
    What is delivered already, unknown, or one of several under the same number, stays as it is.
    """
    if notice.state is not ParcelNews.DELIVERED:
        return False
    key = carrier_key(carrier)
    found = queries.on_the_way(notice.tracking_number, "" if key == ANY else key)
    if len(found) != 1:
        log.info(
            "carrier.notice_without_parcel",
            carrier=key,
            event_id=notice.event_id,
            tracking_number=notice.tracking_number,
            parcels=len(found),
        )
        return False
    shipment = found[0]
    orders.lock(shipment.order_id)
    session.refresh(shipment, ["state"])  # the same notice may have come twice at once
    if shipment.state is not ShipmentState.SHIPPED:
        return False
    actions.deliver(shipment, by=f"carrier:{key}"[:80], at=notice.at)
    return True

"""What shipping refuses."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class ZoneNotFound(NotFound):
    code = "shipping_zone_not_found"


class ShipmentNotFound(NotFound):
    code = "shipment_not_found"


class ZoneTaken(Conflict):
    """Another shipping zone has this name."""

    code = "shipping_zone_taken"


class InvalidZone(Invalid):
    """A field of a zone or of its methods cannot be so: ``field`` and ``reason`` say why."""

    code = "invalid_shipping_zone"


class UnknownCarrier(Invalid):
    """No carrier of this code is installed."""

    code = "unknown_carrier"


class InvalidCarrierSettings(Invalid):
    """A carrier does not take these settings: ``reason`` says why."""

    code = "invalid_carrier_settings"


class EmptyShipment(Invalid):
    """A parcel holds at least one piece of something."""

    code = "empty_shipment"


class ForgedNotice(Invalid):
    """A carrier's notice whose signature, time or form is not the carrier's."""

    code = "carrier_notice_forged"

"""What tax refuses."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class ZoneNotFound(NotFound):
    code = "tax_zone_not_found"


class ZoneTaken(Conflict):
    """Another tax zone has this name."""

    code = "tax_zone_taken"


class InvalidZone(Invalid):
    """A field of a tax zone cannot be so: ``field`` and ``reason`` say which and why."""

    code = "invalid_tax_zone"

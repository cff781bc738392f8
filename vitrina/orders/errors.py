"""What orders say no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class OrderNotFound(NotFound):
    """There is no such order, or it is somebody else's."""

    code = "order_not_found"


class CannotCancel(Conflict):
    """It has been packed or sent already (``state``)."""

    code = "order_cannot_be_cancelled"


class NotRestockable(Invalid):
    """More was to go back on the shelf than has left and is not back (``line_id``, ``left``)."""

    code = "not_restockable"


class CannotShip(Conflict):
    """It is not paid, or no longer to be sent (``state``)."""

    code = "order_cannot_be_shipped"


class RestUnpaid(CannotShip):
    """It was changed after it was paid, and the difference is still to be paid (``amount``)."""

    code = "order_rest_unpaid"


class NothingToShip(Invalid):
    """More was to leave than is left of a line (``line_id``, ``wanted``, ``left``)."""

    code = "nothing_to_ship"


class DownloadGone(NotFound):
    """The link is wrong, used up, too old or taken back."""

    code = "download_gone"


class InvalidNote(Invalid):
    code = "invalid_note"


class NotReturnable(Invalid):
    """More was to come back than is left of a line (``line_id``, ``wanted``, ``left``)."""

    code = "not_returnable"

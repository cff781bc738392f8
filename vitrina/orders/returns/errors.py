"""What returns say no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class ReturnNotFound(NotFound):
    """There is no such return, or it belongs to somebody else's order."""

    code = "return_not_found"


class NothingReturned(Invalid):
    """No piece was named."""

    code = "nothing_returned"


class TooManyPieces(Invalid):
    """More is to come back than was sent and is not back (``line_id``, ``wanted``, ``left``)."""

    code = "too_many_pieces"


class TooLate(Conflict):
    """The days in which this could be sent back are over (``until``, ISO date)."""

    code = "return_too_late"


class NotWithdrawable(Conflict):
    """The right of withdrawal does not apply here."""

    code = "not_withdrawable"


class AlreadyDownloaded(Conflict):
    """A file that was fetched cannot come back (``line_id``)."""

    code = "already_downloaded"


class ReasonMissing(Invalid):
    code = "reason_missing"


class InvalidInspection(Invalid):
    """The pieces or amounts of an inspection do not fit what has arrived (``field``)."""

    code = "invalid_inspection"


class InvalidLabel(Invalid):
    """The address of a label is none that a browser opens safely."""

    code = "invalid_label"


class NoAccount(Conflict):
    """Store credit needs a customer's account to stand on."""

    code = "return_needs_account"


class NotExchangeable(Invalid):
    """The wanted variant is no other one of the same product (``line_id``)."""

    code = "not_exchangeable"

"""What can be wrong with a question to the shop."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class TicketNotFound(NotFound):
    code = "ticket_not_found"


class InvalidQuestion(Invalid):
    """Facts: ``field``, and ``reason``: ``required``, ``too_long`` or ``invalid``."""

    code = "invalid_question"


class TicketClosed(Conflict):
    code = "ticket_closed"

"""What edits of orders say no to."""

from vitrina.core.errors import Conflict, Invalid


class NotEditable(Conflict):
    """The order cannot be changed any more (``state``), or not now: money is on its way."""

    code = "order_not_editable"


class EditChanged(Conflict):
    """What was confirmed is not what the edit comes to now (``total``, ``fingerprint``)."""

    code = "edit_changed"


class NothingChanged(Invalid):
    """The edit leaves the order as it is."""

    code = "nothing_changed"


class NothingLeft(Conflict):
    """An order has at least one line, and what is paid for costs something: cancel it instead."""

    code = "nothing_left"


class TooFewPieces(Conflict):
    """Pieces that were sent, handed out or paid back stay (``line_id``, ``least``)."""

    code = "pieces_must_stay"


class InvalidPieces(Invalid):
    """No such line, or no such number of pieces (``wanted``)."""

    code = "invalid_pieces"


class NotSoldAnyMore(Conflict):
    """There can be no more of it: it is not sold now (``title``), or only before payment."""

    code = "not_sold_any_more"


class OtherTaxes(Conflict):
    """Other taxes are due at the new address (``country``): it takes a new order."""

    code = "other_taxes_there"


class BelowRefunds(Conflict):
    """More went back already than the order would come to (``total``, ``refunded``)."""

    code = "below_refunds"

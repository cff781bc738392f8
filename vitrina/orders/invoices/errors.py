"""What documents say no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class InvoiceNotFound(NotFound):
    """There is no such document, or it is somebody else's."""

    code = "invoice_not_found"


class NotSold(Conflict):
    """The order is not paid, so there is nothing to invoice (``number``)."""

    code = "order_not_sold"


class CreditTooHigh(Invalid):
    """More was to be credited than is left of the invoice (``wanted``, ``left``)."""

    code = "credit_too_high"

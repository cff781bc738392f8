"""Words for the states of orders."""

from flask_babel import lazy_gettext as _l

STATES = {
    "awaiting_payment": _l("Waiting for payment"),
    "paid": _l("Paid, being packed"),
    "shipped": _l("On its way"),
    "delivered": _l("Delivered"),
    "cancelled": _l("Cancelled"),
    "expired": _l("Not paid in time"),
}

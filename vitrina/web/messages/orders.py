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

EDITS = {
    "below_refunds": _l("More than that went back already: %(refunded)s."),
    "edit_changed": _l("It comes to something else now. Look at the new sums and confirm again."),
    "invalid_pieces": _l("Enter a number of pieces from 0 to 9999."),
    "not_sold_any_more": _l("%(title)s cannot be added: it is not sold, or only before payment."),
    "nothing_changed": _l("Nothing is changed yet."),
    "nothing_left": _l("Something has to be left of an order. Cancel it instead."),
    "order_not_editable": _l("This order cannot be changed now."),
    "other_taxes_there": _l("Other taxes are due at this address. It takes a new order."),
    "pieces_must_stay": _l("%(least)s pieces of this line must stay: they were sent or paid back."),
}

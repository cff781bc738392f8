"""Words for returns: why, in which state, and what cannot be."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "return_not_found": _l("There is no such return, or it is not yours."),
    "nothing_returned": _l("Choose at least one piece."),
    "too_many_pieces": _l("Only %(left)s of this line are left to come back."),
    "return_too_late": _l("The time in which this could be sent back is over."),
    "not_withdrawable": _l("There is no right of withdrawal for this order."),
    "already_downloaded": _l("A file that was downloaded cannot come back."),
    "reason_missing": _l("Say why."),
    "invalid_inspection": _l("These numbers do not fit what has arrived."),
    "invalid_label": _l("Enter the label's address, beginning with https://"),
    "return_needs_account": _l("Store credit needs an account. Choose money instead."),
    "not_exchangeable": _l("Choose another variant of the same product."),
}

REASONS = {
    "damaged": _l("It arrived damaged"),
    "wrong_item": _l("It is not what I ordered"),
    "not_as_described": _l("It looks different from the shop's picture"),
    "changed_mind": _l("I changed my mind"),
    "too_late": _l("It came too late"),
    "other": _l("Something else"),
}

STATES = {
    "requested": _l("Waiting for our answer"),
    "approved": _l("On its way to us"),
    "received": _l("Here, being looked at"),
    "inspected": _l("Finished"),
    "rejected": _l("Not accepted"),
    "cancelled": _l("Cancelled"),
}

KINDS = {
    "return": _l("Return"),
    "exchange": _l("Exchange"),
    "withdrawal": _l("Withdrawal"),
}

CONDITIONS = {
    "as_new": _l("As new"),
    "opened": _l("Opened"),
    "used": _l("Used"),
    "damaged": _l("Damaged"),
}

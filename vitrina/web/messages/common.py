"""Sentences for the codes that every room can raise."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "invalid": _l("Something in the form is not right."),
    "not_found": _l("This does not exist, or it is not yours."),
    "conflict": _l("This has changed in the meantime. Have a look and try again."),
    "too_often": _l("Too many tries. Wait a little, then try again."),
    "forbidden": _l("You may not do this."),
    "unavailable": _l("This does not answer at the moment. Try again in a minute."),
    "wrong_state": _l("This is no longer possible."),
    "invalid_amount": _l("Enter an amount such as 19.90."),
}

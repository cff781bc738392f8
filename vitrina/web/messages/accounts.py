"""Sentences for accounts, addresses, questions to the shop and reviews.

``code.reason`` is looked up before ``code``, so that a field can say what exactly is wrong.
"""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "user_not_found": _l("There is no such account."),
    "address_not_found": _l("This address is not in your address book."),
    "role_not_found": _l("There is no such role."),
    "link_not_good": _l(
        "This link does not work any more. It may have been used, or a newer one was sent."
    ),
    "invalid_username": _l("Use letters, digits, dots, hyphens and underscores only."),
    "invalid_username.too_short": _l("Use at least %(least)s characters."),
    "invalid_username.too_long": _l("Use %(most)s characters at most."),
    "invalid_email": _l("Enter an email address such as name@example.com"),
    "weak_password": _l("Choose another password."),
    "weak_password.too_short": _l("Use at least %(least)s characters."),
    "weak_password.too_long": _l("Use %(most)s characters at most."),
    "weak_password.common": _l(
        "Many people use this password. Choose one that is harder to guess."
    ),
    "weak_password.personal": _l("Do not use your name or your email address as the password."),
    "username_taken": _l("This name is taken. Choose another one."),
    "email_taken": _l("This address has an account already."),
    "too_many_addresses": _l("Your address book is full. Remove an address first."),
    "last_owner": _l("The shop needs at least one owner."),
    "bad_credentials": _l("The name or the password is not right."),
    "wrong_password": _l("This is not your present password."),
    "too_many_attempts": _l("There were many attempts. Try again in %(retry_after)s seconds."),
    "role_too_high": _l("You cannot give or take a role that holds more than your own."),
    "invalid_address": _l("Check the address."),
    "mail_not_found": _l("There is no such mail."),
    "ticket_not_found": _l("There is no such question."),
    "ticket_closed": _l("This question is closed. Ask a new one."),
    "invalid_question": _l("Check what you have written."),
    "invalid_question.required": _l("Fill this in."),
    "invalid_question.too_long": _l("This is too long: %(most)s characters at most."),
    "already_reviewed": _l("You have reviewed this already."),
    "invalid_review": _l("Choose one to five stars, and keep the text under its limit."),
}

TOPICS = {
    "order": _l("An order"),
    "delivery": _l("Delivery"),
    "return": _l("A return"),
    "product": _l("A product"),
    "other": _l("Something else"),
}

TICKET_STATES = {
    "open": _l("Waiting for our answer"),
    "answered": _l("Answered"),
    "closed": _l("Closed"),
}

"""What can be wrong with a mail."""

from vitrina.core.errors import Invalid, NotFound


class MailNotFound(NotFound):
    code = "mail_not_found"


class UnknownTemplate(NotFound):
    code = "unknown_template"


class BadRecipient(Invalid):
    """An address that no mail can go to; one with a line break, for instance."""

    code = "bad_recipient"

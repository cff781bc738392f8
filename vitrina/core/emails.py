"""E-mail addresses as the shop keeps them, whoever typed them."""

from typing import Final

from email_validator import EmailNotValidError, validate_email

from vitrina.core.errors import Invalid

EMAIL_MOST: Final = 254


class InvalidEmail(Invalid):
    """The address of an e-mail cannot be right."""

    code = "invalid_email"


def check_email(text: str) -> str:
    """An e-mail address as it is kept (an international domain in its ASCII form).

    Raises InvalidEmail. Whether the domain exists is not looked up: the mail will show.
    """
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        raise InvalidEmail(field="email") from None
    address = found.ascii_email
    if address is None or len(address) > EMAIL_MOST or "." not in found.ascii_domain:
        raise InvalidEmail(field="email")
    return address


def is_email(text: str) -> bool:
    """Whether :func:`check_email` takes ``text``."""
    try:
        check_email(text)
    except InvalidEmail:
        return False
    return True

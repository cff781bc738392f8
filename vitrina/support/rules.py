"""What a question to the shop may be, and the links by which its asker comes back. Pure."""

import hmac
from typing import Final

from vitrina.core import signing
from vitrina.core.emails import InvalidEmail, check_email
from vitrina.support.errors import InvalidQuestion

NUMBER_PREFIX: Final = "S"
MESSAGE_MOST: Final = 5000
NAME_MOST: Final = 200
ORDER_NUMBER_MOST: Final = 20


def link_token(number: str) -> str:
    """The token that opens a question's page to whoever has the link."""
    return signing.sign("ticket", number)


def reads_link(number: str, token: str | None) -> bool:
    """Whether ``token`` was made for this question."""
    found = signing.read("ticket", token)
    return found is not None and hmac.compare_digest(found.encode(), number.encode())


def check_message(text: str) -> str:
    """A message as it is kept: ends trimmed, control characters but line breaks and tabs dropped.

    Raises InvalidQuestion.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in lines if sign >= " " or sign in "\n\t").strip()
    if not kept:
        raise InvalidQuestion(field="message", reason="required")
    if len(kept) > MESSAGE_MOST:
        raise InvalidQuestion(field="message", reason="too_long", most=MESSAGE_MOST)
    return kept


def check_name(text: str) -> str:
    """A name on one line. Raises InvalidQuestion."""
    name = " ".join(text.split())
    if not name:
        raise InvalidQuestion(field="name", reason="required")
    if len(name) > NAME_MOST:
        raise InvalidQuestion(field="name", reason="too_long", most=NAME_MOST)
    return name


def check_address(text: str) -> str:
    """The address that the answer goes to. Raises InvalidQuestion."""
    try:
        return check_email(text)
    except InvalidEmail:
        raise InvalidQuestion(field="email", reason="invalid") from None


def check_order_number(text: str) -> str:
    """An order's number as typed, in capitals; whether it exists is for staff to see.

    Raises InvalidQuestion when it can be no number.
    """
    number = "".join(text.split()).upper()
    if len(number) > ORDER_NUMBER_MOST or not all(c.isalnum() or c == "-" for c in number):
        raise InvalidQuestion(field="order_number", reason="invalid")
    return number

"""Asking the shop, answering, and closing."""

import sqlalchemy as sa

from vitrina.core import locales
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.ids import new_number
from vitrina.support import events, rules
from vitrina.support.errors import InvalidQuestion, TicketClosed
from vitrina.support.models import Ticket, TicketMessage, TicketState, Topic

CUSTOMER = "customer"


def ask(
    *,
    name: str,
    email: str,
    topic: str,
    message: str,
    order_number: str = "",
    locale: str = "en",
    user_id: int | None = None,
) -> Ticket:
    """Take a question and give it a number; staff and its asker get a mail.

    Raises InvalidQuestion with the field that is wrong.
    """
    try:
        about = Topic(topic)
    except ValueError:
        raise InvalidQuestion(field="topic", reason="invalid") from None
    ticket = Ticket(
        number=_free_number(),
        user_id=user_id,
        name=rules.check_name(name),
        email=rules.check_address(email),
        locale=locales.get(locale).code,
        topic=about,
        order_number=rules.check_order_number(order_number),
        messages=[TicketMessage(by=CUSTOMER, body=rules.check_message(message))],
    )
    session.add(ticket)
    session.flush()
    record(events.TicketAsked(ticket.id, ticket.number, ticket.messages[0].id, is_first=True))
    return ticket


def write_again(ticket: Ticket, message: str) -> TicketMessage:
    """Add a message of the asker's; the question waits for staff again.

    Raises InvalidQuestion, and TicketClosed.
    """
    added = _add(ticket, message, by=CUSTOMER)
    ticket.state = TicketState.OPEN
    record(events.TicketAsked(ticket.id, ticket.number, added.id, is_first=False))
    return added


def answer(ticket: Ticket, body: str, *, by: str) -> TicketMessage:
    """Answer by mail; ``by`` is the actor (``staff:3``). Raises InvalidQuestion, TicketClosed."""
    added = _add(ticket, body, by=by)
    ticket.state = TicketState.ANSWERED
    record(events.TicketAnswered(ticket.id, ticket.number, added.id))
    return added


def close(ticket: Ticket) -> None:
    """Close a question; closing it twice is the same as once."""
    if ticket.state is not TicketState.CLOSED:
        ticket.state = TicketState.CLOSED
        record(events.TicketClosed(ticket.id, ticket.number))


def _add(ticket: Ticket, message: str, *, by: str) -> TicketMessage:
    if ticket.state is TicketState.CLOSED:
        raise TicketClosed(number=ticket.number)
    added = TicketMessage(by=by, body=rules.check_message(message))
    ticket.messages.append(added)
    session.flush()
    return added


def _free_number() -> str:
    while True:
        number = new_number(rules.NUMBER_PREFIX)
        if session.scalar(sa.select(Ticket.id).where(Ticket.number == number)) is None:
            return number

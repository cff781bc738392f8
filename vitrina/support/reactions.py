"""Who has to be told about a question. The mails are written by the notifications."""

from vitrina.accounts.models import User
from vitrina.core.db import session
from vitrina.core.events import on, record
from vitrina.core.letters import LetterDue
from vitrina.core.locales import DEFAULT
from vitrina.support.events import TicketAnswered, TicketAsked
from vitrina.support.models import Ticket, TicketMessage


@on(TicketAsked)
def tell_asked(event: TicketAsked) -> None:
    """Tell the shop, and confirm a first message to its asker.

    The confirmation repeats the message only to a customer whose address is proved: anybody may
    type a stranger's address into the form, and must not be able to send them words by it.
    """
    ticket, message = _load(event.ticket_id, event.message_id)
    record(
        LetterDue(
            template="support_notice",
            to="",
            locale=DEFAULT.code,
            key=f"support_notice:{message.id}",
            facts={
                "number": ticket.number,
                "topic": str(ticket.topic),
                "name": ticket.name,
                "email": ticket.email,
                "order_number": ticket.order_number,
                "body": message.body,
            },
            subject_ref=f"ticket:{ticket.number}",
        )
    )
    if event.is_first:
        body = message.body if _is_proved(ticket) else ""
        _tell("support_received", ticket, message, body)


@on(TicketAnswered)
def tell_answered(event: TicketAnswered) -> None:
    """Send the answer to the asker."""
    ticket, message = _load(event.ticket_id, event.message_id)
    _tell("support_answered", ticket, message, message.body)


def _tell(template: str, ticket: Ticket, message: TicketMessage, body: str) -> None:
    record(
        LetterDue(
            template=template,
            to=ticket.email,
            locale=ticket.locale,
            key=f"{template}:{message.id}",
            facts={"number": ticket.number, "body": body},
            subject_ref=f"ticket:{ticket.number}",
        )
    )


def _load(ticket_id: int, message_id: int) -> tuple[Ticket, TicketMessage]:
    return session.get_one(Ticket, ticket_id), session.get_one(TicketMessage, message_id)


def _is_proved(ticket: Ticket) -> bool:
    user = session.get(User, ticket.user_id) if ticket.user_id is not None else None
    if user is None or user.email_verified_at is None:
        return False
    return user.email.casefold() == ticket.email.casefold()

"""News of questions to the shop."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class TicketAsked(Event):
    """Somebody asked something, or wrote again (``is_first`` says which)."""

    ticket_id: int
    number: str
    message_id: int
    is_first: bool


@dataclass(frozen=True)
class TicketAnswered(Event):
    """Staff answered."""

    ticket_id: int
    number: str
    message_id: int


@dataclass(frozen=True)
class TicketClosed(Event):
    """Staff closed it: nothing more is to be said."""

    ticket_id: int
    number: str

"""A door for rooms that may not see each other: a mail is asked for here, and written elsewhere."""

from dataclasses import dataclass, field
from typing import Any

from vitrina.core.events import Event


@dataclass(frozen=True)
class LetterDue(Event):
    """Somebody has to be told by mail.

    ``template`` is one of the notifications' mails and ``facts`` what it needs, as plain values and
    without secrets: signed links are made when the mail is written. ``key`` names the cause, so
    that the mail is written once.
    """

    template: str
    to: str
    locale: str
    key: str
    facts: dict[str, Any] = field(default_factory=dict)
    subject_ref: str = ""

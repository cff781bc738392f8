"""Looking up mails, for staff and for the worker."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from vitrina.core.db import session
from vitrina.notifications.drawing import CID, drawing_of
from vitrina.notifications.errors import MailNotFound
from vitrina.notifications.models import Mail, MailState
from vitrina.notifications.redaction import without_keys


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some mails, newest first; ``next_cursor`` is what to ask for the following ones."""

    items: Sequence[Mail]
    next_cursor: int | None


def by_id(mail_id: int) -> Mail:
    """Raises MailNotFound."""
    found = session.get(Mail, mail_id)
    if found is None:
        raise MailNotFound()
    return found


def is_written(key: str) -> bool:
    """Whether the mail of this cause exists."""
    return session.scalar(sa.select(Mail.id).where(Mail.key == key)) is not None


def listing(
    *,
    state: MailState | None = None,
    query: str = "",
    cursor: int | None = None,
    limit: int = 50,
) -> MailPage:
    """Mails, newest first, by state, and by a part of the recipient, subject or reference."""
    wanted = sa.select(Mail).order_by(Mail.id.desc())
    if state is not None:
        wanted = wanted.where(Mail.state == state)
    if query.strip():
        text = query.strip()
        columns = (Mail.recipient, Mail.subject, Mail.subject_ref)
        wanted = wanted.where(sa.or_(*(c.icontains(text, autoescape=True) for c in columns)))
    if cursor is not None:
        wanted = wanted.where(Mail.id < cursor)
    found = session.scalars(wanted.limit(limit + 1)).all()
    return MailPage(found[:limit], found[limit - 1].id if len(found) > limit else None)


def of_subject(subject_ref: str) -> Sequence[Mail]:
    """The mails about one thing (``order:VT-1``), oldest first."""
    return session.scalars(
        sa.select(Mail).where(Mail.subject_ref == subject_ref).order_by(Mail.id)
    ).all()


def html_for_screen(mail: Mail, *, with_keys: bool) -> str:
    """The HTML with its drawing inside, for a frame in the staff area.

    ``with_keys``: its links open what they open for whom the mail was written to.
    """
    return embed(mail.html if with_keys else without_keys(mail.html), mail.subject_ref)


def text_for_screen(mail: Mail, *, with_keys: bool) -> str:
    """The text, as :func:`html_for_screen`."""
    return mail.text if with_keys else without_keys(mail.text)


def embed(html: str, subject_ref: str) -> str:
    """Put the drawing that a mail carries as a part of its own into the HTML."""
    picture = drawing_of(html, subject_ref)
    if picture is None:
        return html
    data = base64.b64encode(picture).decode()
    return html.replace(f"cid:{CID}", f"data:image/png;base64,{data}")

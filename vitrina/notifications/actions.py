"""Writing mails: once for each cause, in the recipient's language, handed to the worker to send."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from vitrina.core import events
from vitrina.core.db import session
from vitrina.core.ids import new_token
from vitrina.core.locales import get
from vitrina.notifications import delivery, office, queries
from vitrina.notifications.errors import BadRecipient
from vitrina.notifications.models import Mail, MailState
from vitrina.notifications.rendering import Rendered, render
from vitrina.notifications.samples import sample


def write(
    template: str,
    *,
    to: str,
    locale: str,
    key: str,
    context: Mapping[str, Any],
    subject_ref: str = "",
) -> Mail | None:
    """Write a mail and owe its sending; None when the one of this ``key`` is written already.

    Without a mail server it is kept, to be read by staff. Raises UnknownTemplate and BadRecipient.
    """
    if queries.is_written(key):
        return None
    if not to or any(ord(sign) < 33 or ord(sign) > 126 or sign in ",<>" for sign in to):
        raise BadRecipient(recipient=to[:60])
    rendered = render(template, locale, context)
    mail = Mail(
        key=key,
        template=template,
        recipient=to,
        locale=get(locale).code,
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        state=MailState.QUEUED if office.server() else MailState.KEPT,
        message_id=f"<{new_token()}@{office.hostname()}>",
        subject_ref=subject_ref,
    )
    try:
        with session.begin_nested():
            session.add(mail)
            session.flush()
    except sa.exc.IntegrityError:
        return None  # another worker was quicker
    if mail.state is MailState.QUEUED:
        _owe(mail)
    return mail


def send_again(mail: Mail) -> None:
    """Queue a kept or failed mail for sending; it stays kept while there is no mail server.

    One that was sent goes out again under its old message id.
    """
    if office.server() is None:
        return
    mail.state, mail.error, mail.attempts = MailState.QUEUED, "", 0
    _owe(mail)


def preview(template: str, locale: str) -> Rendered:
    """What a mail looks like, with made-up facts, for staff. Raises UnknownTemplate."""
    subject_ref, context = sample(template, get(locale))
    rendered = render(template, locale, context)
    html = queries.embed(rendered.html, subject_ref)
    return Rendered(rendered.subject, html, rendered.text)


def _owe(mail: Mail) -> None:
    events.enqueue(delivery.send, {"mail_id": mail.id}, key=f"mail:{mail.id}")

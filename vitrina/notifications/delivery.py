"""Sending a mail: it is marked, then the server is asked, then the answer is kept.

No transaction is open while the server is asked. A worker that dies in between leaves the mail
queued, and it may go out twice, under the same message id.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any

import structlog

from vitrina.core import clock, store
from vitrina.core.db import committing, session
from vitrina.core.events import task
from vitrina.core.jobs import MOST_ATTEMPTS
from vitrina.notifications import office
from vitrina.notifications.drawing import CID, drawing_of
from vitrina.notifications.models import Mail, MailState

SECONDS = 20
log = structlog.get_logger("vitrina.mail")


@task
def send(payload: dict[str, Any]) -> None:
    """Send the queued mail ``payload["mail_id"]``.

    Raises what the server or the network raised, so that the job is repeated with back-off; a
    refusal that will not change fails the mail for good.
    """
    server = office.server()
    with committing():
        mail = session.get(Mail, payload["mail_id"])
        if mail is None or mail.state is not MailState.QUEUED:
            return
        if server is None:
            mail.state = MailState.KEPT
            return
        mail.attempts += 1
        shop = store.current()
        message = compose(mail, sender=formataddr((shop.name, shop.email)))
    try:
        _hand_over(server, message)
    except (smtplib.SMTPException, OSError) as error:
        with committing():
            given_up = _keep_fault(mail, error)
        if given_up:
            return
        raise
    with committing():
        mail.state, mail.sent_at, mail.error = MailState.SENT, clock.now(), ""


def compose(mail: Mail, *, sender: str) -> EmailMessage:
    """The mail as a message: text, HTML, and the order's drawing as a part of the HTML.

    Raises ValueError when a header would hold a line break.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = mail.subject
    message["From"] = sender
    message["To"] = mail.recipient
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.locale
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    picture = drawing_of(mail.html, mail.subject_ref)
    if picture is not None:
        html = message.get_payload()[1]  # type: ignore[index]
        html.add_related(  # type: ignore[union-attr]
            picture,
            maintype="image",
            subtype="png",
            cid=f"<{CID}>",
            filename="drawing.png",
            disposition="inline",
        )
    return message


def _hand_over(server: office.Server, message: EmailMessage) -> None:
    with _connection(server) as smtp:
        if server.tls == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.username:
            smtp.login(server.username, server.password)
        smtp.send_message(message)


def _connection(server: office.Server) -> smtplib.SMTP:
    if server.tls == "tls":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)


def _keep_fault(mail: Mail, error: Exception) -> bool:
    """Keep why it did not go out; True when it is a refusal for good, or the last attempt."""
    mail.error = f"{type(error).__name__}: {error}"[:1000]
    if not _is_final(error) and mail.attempts < MOST_ATTEMPTS:
        return False
    mail.state = MailState.FAILED
    log.error("mail.failed", mail=mail.id, attempts=mail.attempts, error=mail.error)
    return True


def _is_final(error: Exception) -> bool:
    """Whether the server said no for good (5xx) to this recipient or this message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return False

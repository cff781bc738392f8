"""Mails over real SMTP, to a server in this process."""

import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests import make
from tests.conftest import Shop
from vitrina.core import clock, jobs
from vitrina.core.db import committing, session
from vitrina.notifications import actions, delivery, office
from vitrina.notifications.models import Mail, MailState
from vitrina.notifications.office import Server


class Mailbox:
    """What arrived; ``answers`` are given first, instead of taking the mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.logins: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        assert [found["To"]] == envelope.rcpt_tos
        self.mails.append(found)
        return "250 OK"

    def login(self, server: Any, session: Any, envelope: Any, kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(f"{data.login.decode()}:{data.password.decode()}")
        return AuthResult(success=data.password == b"p@ss/word")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(box: Mailbox, sqlite_shop: Shop) -> Iterator[int]:
    number = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=number)
    controller.start()
    office.configure("http://localhost", f"smtp://127.0.0.1:{number}")
    yield number
    office.configure("http://localhost")
    controller.stop()


def write(key: str = "k", **context: str) -> Mail:
    values = {"name": "Ana", "link": "http://localhost/x", **context}
    with committing():
        mail = actions.write("verify", to="ana@example.com", locale="ru", key=key, context=values)
    assert mail is not None
    return mail


def again(mail: Mail) -> Mail:
    session.rollback()
    return session.get_one(Mail, mail.id, populate_existing=True)


def test_a_mail_arrives_with_both_its_forms(port: int, box: Mailbox) -> None:
    mail = write()
    assert mail.state is MailState.QUEUED
    jobs.drain()
    (found,) = box.mails
    assert found["Message-ID"] == mail.message_id
    assert found["From"] == "Vitrina <shop@example.com>"
    assert found["Auto-Submitted"] == "auto-generated"
    text, html = (found.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "http://localhost/x" in text.get_content()
    assert "http://localhost/x" in html.get_content()
    assert again(mail).state is MailState.SENT
    assert again(mail).sent_at is not None


def test_an_order_confirmation_carries_its_drawing_inside(port: int, box: Mailbox) -> None:
    make.paid_order()
    jobs.drain()
    (found,) = box.mails
    (picture,) = [part for part in found.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<order-drawing>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True)[:4] == b"\x89PNG"  # type: ignore[index]


def test_a_server_that_is_down_at_first_gets_the_mail_later_and_once(
    sqlite_shop: Shop, box: Mailbox
) -> None:
    number = free_port()
    office.configure("http://localhost", f"smtp://127.0.0.1:{number}")
    mail = write()
    jobs.drain()
    assert again(mail).state is MailState.QUEUED
    assert "Refused" in again(mail).error
    controller = Controller(box, hostname="127.0.0.1", port=number)
    controller.start()
    try:
        jobs.drain()
        assert box.mails == []  # not before the back-off is over
        with clock.later(seconds=11):
            jobs.drain()
            jobs.drain()
    finally:
        controller.stop()
        office.configure("http://localhost")
    assert [found["Message-ID"] for found in box.mails] == [mail.message_id]
    assert again(mail).attempts == 2
    assert again(mail).error == ""


def test_a_passing_refusal_is_tried_again_and_a_final_one_is_not(port: int, box: Mailbox) -> None:
    box.answers = ["451 later", "550 no such user"]
    mail = write()
    jobs.drain()
    assert again(mail).state is MailState.QUEUED
    with clock.later(seconds=11):
        jobs.drain()
    assert again(mail).state is MailState.FAILED
    assert "no such user" in again(mail).error
    with clock.later(hours=7):
        assert jobs.drain() == 0
    with committing():
        actions.send_again(again(mail))
    jobs.drain()
    assert len(box.mails) == 1


def test_after_twelve_attempts_it_is_given_up(port: int, box: Mailbox) -> None:
    box.answers = ["451 later"] * 20
    mail = write()
    hours = 0
    for _ in range(14):
        hours += 7
        with clock.later(hours=hours):
            jobs.drain()
    assert again(mail).state is MailState.FAILED
    assert again(mail).attempts == 12


def test_a_mail_is_not_sent_twice(port: int, box: Mailbox) -> None:
    mail = write()
    delivery.send({"mail_id": mail.id})
    delivery.send({"mail_id": mail.id})
    delivery.send({"mail_id": 10**9})
    assert len(box.mails) == 1


def test_a_line_break_in_a_header_is_refused(sqlite_shop: Shop) -> None:
    mail = write(name="Ana")
    mail.recipient = "ana@example.com\r\nBcc: all@example.com"
    with pytest.raises(ValueError, match="linefeed"):
        delivery.compose(mail, sender="Vitrina <shop@example.com>")
    session.rollback()


def test_a_queued_mail_is_kept_when_the_server_is_taken_away(port: int, box: Mailbox) -> None:
    mail = write()
    office.configure("http://localhost")
    jobs.drain()
    assert again(mail).state is MailState.KEPT
    with committing():
        actions.send_again(again(mail))
    assert again(mail).state is MailState.KEPT


def test_a_server_may_want_a_password(sqlite_shop: Shop, box: Mailbox) -> None:
    number = free_port()
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=number,
        authenticator=box.login,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    office.configure("http://localhost", f"smtp://shop%40x:p%40ss%2Fword@127.0.0.1:{number}")
    try:
        write()
        jobs.drain()
    finally:
        controller.stop()
        office.configure("http://localhost")
    assert box.logins == ["shop@x:p@ss/word"]
    assert len(box.mails) == 1


def test_a_server_that_cannot_keep_it_secret_gets_nothing(port: int, box: Mailbox) -> None:
    office.configure("http://localhost", f"smtp://127.0.0.1:{port}?tls=starttls")
    mail = write()
    jobs.drain()
    assert box.mails == []
    assert "STARTTLS" in again(mail).error


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", Server("localhost", 25)),
        ("smtp://a:b@h:587?tls=starttls", Server("h", 587, "a", "b", "starttls")),
        ("smtp://h?tls=starttls", Server("h", 587, tls="starttls")),
        ("smtps://a:b%20c@h", Server("h", 465, "a", "b c", "tls")),
    ],
)
def test_a_mail_url_says_where_and_how(url: str, server: Server) -> None:
    assert Server.from_url(url) == server


def test_a_password_does_not_show_in_logs() -> None:
    assert "secret" not in repr(Server.from_url("smtp://a:secret@h:587"))
    assert ssl.create_default_context().check_hostname

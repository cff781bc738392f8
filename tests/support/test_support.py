import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.accounts.actions.registration import mark_verified
from vitrina.core import store
from vitrina.core.db import committing, session
from vitrina.notifications.models import Mail
from vitrina.support import actions, queries, rules
from vitrina.support.errors import InvalidQuestion, TicketClosed, TicketNotFound
from vitrina.support.models import Ticket, TicketState


def asked(**changes: object) -> Ticket:
    values = {
        "name": "Ana Reis",
        "email": "ana@example.com",
        "topic": "order",
        "message": "Where is my print?",
        **changes,
    }
    with committing():
        return actions.ask(**values)  # type: ignore[arg-type]


def mails(template: str) -> list[Mail]:
    wanted = sa.select(Mail).where(Mail.template == template).order_by(Mail.id)
    return list(session.scalars(wanted))


def test_a_question_gets_a_number_and_reaches_the_shop(shop: Shop) -> None:
    ticket = asked(order_number=" vt-4820193 ")
    shop.work()
    assert ticket.number.startswith("S-")
    assert ticket.order_number == "VT-4820193"
    (notice,) = mails("support_notice")
    assert notice.recipient == store.current().email
    assert "Where is my print?" in notice.text
    assert f"/admin/support/{ticket.number}" in notice.text
    assert queries.count_open() == 1
    assert [found.id for found in queries.listing(state=TicketState.OPEN).items] == [ticket.id]


def test_the_confirmation_has_a_link_and_no_words_of_a_stranger(shop: Shop) -> None:
    ticket = asked(message="Buy at evil.example", name="evil.example")
    shop.work()
    (mail,) = mails("support_received")
    assert "evil.example" not in mail.text + mail.html + mail.subject
    token = mail.text.partition(f"/support/{ticket.number}?token=")[2].split()[0]
    assert rules.reads_link(ticket.number, token)


def test_a_proved_customer_gets_a_copy(shop: Shop) -> None:
    user = make.user("bea", email="bea@example.com")
    with committing():
        mark_verified(user)
    asked(email="bea@example.com", user_id=user.id)
    shop.work()
    assert "Where is my print?" in mails("support_received")[0].text


def test_an_answer_is_mailed_in_the_askers_language(shop: Shop) -> None:
    ticket = asked(locale="ru")
    with committing():
        actions.answer(queries.by_number(ticket.number), "On its way.", by="staff:1")
    shop.work()
    (mail,) = mails("support_answered")
    assert mail.locale == "ru"
    assert "On its way." in mail.text
    assert f"/ru/support/{ticket.number}?token=" in mail.text
    found = queries.by_number(ticket.number)
    assert found.state is TicketState.ANSWERED
    assert [message.by for message in found.messages] == ["customer", "staff:1"]


def test_writing_again_opens_the_question_and_tells_the_shop_alone(shop: Shop) -> None:
    ticket = asked()
    with committing():
        actions.answer(queries.by_number(ticket.number), "On its way.", by="staff:1")
    with committing():
        actions.write_again(queries.by_number(ticket.number), "Still not here.")
    shop.work()
    assert queries.by_number(ticket.number).state is TicketState.OPEN
    assert len(mails("support_notice")) == 2
    assert len(mails("support_received")) == 1


def test_a_closed_question_stays_closed(shop: Shop) -> None:
    ticket = asked()
    for _ in range(2):
        with committing():
            actions.close(queries.by_number(ticket.number))
    for attempt in (
        lambda found: actions.write_again(found, "Hello?"),
        lambda found: actions.answer(found, "Hello.", by="staff:1"),
    ):
        with pytest.raises(TicketClosed), committing():
            attempt(queries.by_number(ticket.number))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("topic", "weather"),
        ("name", " "),
        ("name", "x" * 201),
        ("email", "ana"),
        ("email", "ana@example.com\r\nBcc: all@example.com"),
        ("message", " \n"),
        ("message", "x" * 5001),
        ("order_number", "'; DROP TABLE"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    sqlite_shop: Shop, field: str, value: str
) -> None:
    with pytest.raises(InvalidQuestion) as caught:
        asked(**{field: value})
    assert caught.value.facts["field"] == field
    assert session.scalar(sa.select(sa.func.count(Ticket.id))) == 0


def test_a_message_keeps_its_lines_and_loses_control_characters() -> None:
    assert rules.check_message(" a\r\nb\tc\x00\x1b ") == "a\nb\tc"


@pytest.mark.parametrize("token", [None, "", "null", "x", "S-1234567"])
def test_a_link_is_believed_only_when_it_was_signed_for_the_question(
    sqlite_shop: Shop, token: str | None
) -> None:
    assert not rules.reads_link("S-1234567", token)
    assert not rules.reads_link("S-1234567", rules.link_token("S-7654321"))
    assert rules.reads_link("S-1234567", rules.link_token("S-1234567"))


def test_staff_find_questions(sqlite_shop: Shop) -> None:
    numbers = [asked(name=f"Ana {n}").number for n in range(4)]
    page = queries.listing(limit=3)
    assert [ticket.number for ticket in page.items] == numbers[:0:-1]
    assert [t.number for t in queries.listing(cursor=page.next_cursor).items] == numbers[:1]
    assert len(queries.listing(query="ana 2").items) == 1
    assert queries.listing(state=TicketState.CLOSED).items == []
    with pytest.raises(TicketNotFound):
        queries.by_number("S-0000000")

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.core.db import committing, session
from vitrina.support import actions, queries
from vitrina.support.models import Ticket

FIELDS = {
    "topic": "order",
    "message": "Where is my print?",
    "name": "Ana",
    "email": "ana@example.com",
}


def test_a_question_is_asked_followed_and_written_to_again(shop: Shop) -> None:
    browser = shop.browser()
    page = browser.open("/support?order=VT-4820193")
    assert 'value="VT-4820193"' in page.html
    page = browser.submit("/support", **FIELDS)
    (ticket,) = session.scalars(sa.select(Ticket))
    assert ticket.number in page.h1[0]
    assert ticket.order_number == "VT-4820193"
    with committing():
        actions.answer(queries.by_number(ticket.number), "On its way.", by="staff:1")
    page = browser.submit(f"/support/{ticket.number}", message="Thank you.")
    assert "On its way." in page.text
    assert "Thank you." in page.text


def test_a_question_whose_button_is_pressed_twice_is_one(shop: Shop) -> None:
    browser = shop.browser()
    form = browser.open("/support").form("/support")
    for _press in range(2):
        browser.post("/support", {**form.fields, **FIELDS})
    assert len(session.scalars(sa.select(Ticket)).all()) == 1


def test_a_faulty_question_keeps_what_was_typed(sqlite_shop: Shop) -> None:
    browser = sqlite_shop.browser()
    browser.open("/support")
    page = browser.submit("/support", status=422, **{**FIELDS, "email": "ana"})
    assert "There is a problem" in page.text
    assert "Where is my print?" in page.html


def test_a_question_is_open_to_its_link_and_its_asker_alone(sqlite_shop: Shop) -> None:
    browser = sqlite_shop.browser()
    browser.open("/support")
    browser.submit("/support", **FIELDS)
    (ticket,) = session.scalars(sa.select(Ticket))
    other = sqlite_shop.browser()
    for token in ("", "null", "x", "S-1"):
        other.open(f"/support/{ticket.number}?token={token}", status=404)
    other.open("/support/S-0000000", status=404)


@pytest.mark.parametrize("prefix", ["", "/pt-br", "/ru"])
def test_the_form_knows_who_is_signed_in(sqlite_shop: Shop, prefix: str) -> None:
    user = make.user("bea")
    browser = sqlite_shop.browser()
    browser.open("/login")
    browser.submit("/login", login="bea", password=make.PASSWORD)
    page = browser.open(f"{prefix}/support")
    assert f'value="{user.email}"' in page.html

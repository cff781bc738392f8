from typing import Any

import pytest

from tests import make
from tests.conftest import Shop
from tests.notifications.mails import only, react_again
from vitrina.catalog.models.products import Variant
from vitrina.core import jobs, store
from vitrina.core.db import committing
from vitrina.core.locales import LOCALES
from vitrina.inventory import actions as inventory
from vitrina.notifications import actions, queries, rendering
from vitrina.notifications.errors import BadRecipient, UnknownTemplate
from vitrina.notifications.models import Mail, MailState


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", rendering.names())
def test_every_mail_can_be_previewed_in_every_language(
    sqlite_shop: Shop, name: str, locale: str
) -> None:
    mail = actions.preview(name, locale)
    assert mail.subject
    assert "\n" not in mail.subject
    assert mail.subject == mail.text.splitlines()[0]
    assert f'lang="{locale}"' in mail.html
    assert "style=" in mail.html
    for text in (mail.html, mail.text):
        assert "{{" not in text
        assert "None" not in text
        assert "http://localhost/" in text
    assert "<script" not in mail.html
    assert "&lt;" not in mail.text


def test_an_unknown_mail_is_refused(sqlite_shop: Shop) -> None:
    with pytest.raises(UnknownTemplate):
        actions.preview("../../secret", "en")


def sold_out() -> Variant:
    return make.variant(stock=0)


def test_somebody_who_asked_is_told_once_that_it_is_back(shop: Shop) -> None:
    wanted = sold_out()
    with committing():
        inventory.request_notice(wanted.id, "ana@example.com", "pt-BR")
    with committing():
        inventory.set_on_hand(wanted.id, 5, by="staff:1")
    shop.work()
    react_again()
    mail = only("back_in_stock")
    assert mail.locale == "pt-BR"
    assert "http://localhost/pt-br/products/" in mail.text


def test_the_shop_is_told_once_a_day_that_stock_is_low(shop: Shop) -> None:
    mug = make.variant(stock=20)
    make.paid_order([(mug, 12)])
    shop.work()
    react_again()
    mail = only("low_stock")
    assert mail.recipient == store.current().email
    assert "8" in mail.subject


def written(**changes: Any) -> Mail | None:
    asked: dict[str, Any] = {
        "to": "ana@example.com",
        "locale": "en",
        "key": "k",
        "context": {"name": "Ana", "link": "http://localhost/x"},
        **changes,
    }
    with committing():
        return actions.write("verify", **asked)


@pytest.mark.parametrize(
    "to", ["", "a@b.c\r\nBcc: all@example.com", "a@b.c, d@e.f", "<a@b.c>", "ана@пример.рф"]
)
def test_a_mail_goes_to_one_plain_address(sqlite_shop: Shop, to: str) -> None:
    with pytest.raises(BadRecipient):
        written(to=to)


def test_a_mail_is_written_once_for_each_key(shop: Shop) -> None:
    assert written() is not None
    assert written() is None
    assert written(key="other") is not None
    assert jobs.drain() == 0


def test_words_of_customers_are_words_in_a_mail(sqlite_shop: Shop) -> None:
    mail = written(context={"name": "<b>{{7*7}}</b> {0.__class__}", "link": "http://x"})
    assert mail is not None
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt; {0.__class__}" in mail.html
    assert "<b>{{7*7}}</b>" in mail.text


def test_staff_find_mails_by_state_recipient_and_subject(sqlite_shop: Shop) -> None:
    for n in range(5):
        written(key=str(n), to=f"ana{n}@example.com")
    page = queries.listing(limit=3)
    assert [mail.recipient[:4] for mail in page.items] == ["ana4", "ana3", "ana2"]
    rest = queries.listing(cursor=page.next_cursor, limit=3)
    assert len(rest.items) == 2
    assert rest.next_cursor is None
    assert len(queries.listing(query="ANA3").items) == 1
    assert queries.listing(query="%").items == []
    assert queries.listing(state=MailState.SENT).items == []

from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.accounts.actions import recovery, registration, staff
from vitrina.catalog.models.products import Variant
from vitrina.checkout import actions as checkout
from vitrina.core import clock, jobs, store
from vitrina.core.db import committing, session
from vitrina.core.events import HANDLERS, Event, Job, OutboxEvent
from vitrina.core.locales import LOCALES
from vitrina.inventory import actions as inventory
from vitrina.notifications import actions, queries, rendering
from vitrina.notifications.errors import BadRecipient, UnknownTemplate
from vitrina.notifications.models import Mail, MailState
from vitrina.notifications.reactions.accounts import masked
from vitrina.orders import actions as orders
from vitrina.orders import queries as order_queries


def mails(template: str | None = None) -> list[Mail]:
    wanted = sa.select(Mail).order_by(Mail.id)
    if template:
        wanted = wanted.where(Mail.template == template)
    return list(session.scalars(wanted))


def only(template: str) -> Mail:
    found = mails(template)
    assert len(found) == 1, [mail.template for mail in mails()]
    return found[0]


def react_again() -> None:
    """Run every reaction to everything that happened once more, as a worker that died would."""
    for event in session.scalars(sa.select(OutboxEvent).order_by(OutboxEvent.id)).all():
        happened = Event.load(event.name, event.payload)
        for handler in list(HANDLERS.values()):
            if handler.event is type(happened) and "notifications" in handler.name:
                with committing():
                    handler.run(happened)


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


def test_a_paid_order_is_confirmed_once_with_its_own_drawing(shop: Shop) -> None:
    order = make.paid_order()
    shop.work()
    react_again()
    mail = only("order_confirmation")
    assert mail.recipient == "ana@example.com"
    assert mail.state is MailState.KEPT
    assert order.number in mail.subject
    assert f"http://localhost/orders/{order.number}?token=" in mail.text
    assert "cid:order-drawing" in mail.html
    assert "data:image/png;base64," in queries.html_for_screen(mail)
    assert [found.id for found in queries.of_subject(f"order:{order.number}")] == [mail.id]


def test_the_amounts_of_a_mail_add_up_as_the_order_does(sqlite_shop: Shop) -> None:
    make.promotion("percent")
    order = make.paid_order([(make.variant(price="20.00"), 2)])
    sqlite_shop.work()
    text = only("order_confirmation").text
    for part in ("Subtotal: €40.00", "Discount: -€4.00", "Total: €41.00"):
        assert part in text
    assert order.total == 4100


def test_a_transfer_is_confirmed_at_once_and_thanked_for_when_it_arrives(shop: Shop) -> None:
    order = make.order(provider="manual")
    shop.work()
    assert only("order_placed")
    assert mails("order_confirmation") == []
    with committing():
        placed = order_queries.lock(order.id)
        orders.mark_paid(placed, by="staff:1")
    shop.work()
    react_again()
    assert only("payment_received")
    assert mails("order_confirmation") == []


def test_a_declined_card_is_told_once(shop: Shop) -> None:
    make.order(token="tok_decline")
    shop.work()
    assert mails("payment_failed") == []
    with clock.later(minutes=4):
        shop.work()
        react_again()
    mail = only("payment_failed")
    assert "nothing was charged" in mail.text
    assert "We keep your order until" in mail.text
    assert mails("order_confirmation") == []


def test_a_declined_card_is_not_told_to_a_buyer_who_tries_again(shop: Shop) -> None:
    declined = make.order(token="tok_decline")
    with committing():
        checkout.retry_payment(declined, "sandbox", token="tok_success", by="guest")
    with clock.later(minutes=4):
        shop.work()
    assert mails("payment_failed") == []


def test_a_parcel_is_told_when_it_leaves_and_when_it_arrives(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        shipment = orders.ship(order, carrier="CTT", tracking_number="RR1PT", by="staff:1")
    shop.work()
    with committing():
        orders.deliver(shipment, by="staff:1")
    shop.work()
    react_again()
    assert "RR1PT" in only("shipped").text
    assert "The rest follows" not in only("shipped").text
    assert only("delivered")


def test_a_cancelled_order_is_told_and_its_money_goes_back(shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        orders.cancel(order, reason="changed mind", by="customer:1")
    shop.work()
    shop.work()
    react_again()
    assert "goes back to you" in only("cancelled").text
    assert order.total_money.text in only("refunded").text


def test_an_order_speaks_its_own_language(sqlite_shop: Shop) -> None:
    order = make.paid_order()
    with committing():
        order_queries.by_id(order.id).locale = "ru"
    sqlite_shop.work()
    mail = only("order_confirmation")
    assert mail.locale == "ru"
    assert f"http://localhost/ru/orders/{order.number}" in mail.text
    assert "Португалия" in mail.text


def link_in(mail: Mail, path: str) -> str:
    line = next(line for line in mail.text.splitlines() if f"{path}/" in line)
    return line.rpartition(f"{path}/")[2]


def test_a_new_customer_is_greeted_with_a_link_that_proves_the_address(shop: Shop) -> None:
    user = make.user("bea")
    shop.work()
    react_again()
    with committing():
        registration.verify(link_in(only("welcome"), "/verify"))
    assert session.get_one(type(user), user.id).email_verified_at is not None


def test_guest_orders_join_the_account_once_the_address_is_proved(shop: Shop) -> None:
    order = make.paid_order(email="Bea@example.com")
    user = make.user("bea", email="bea@example.com")
    shop.work()
    assert order_queries.by_id(order.id).user_id is None
    with committing():
        registration.verify(link_in(only("welcome"), "/verify"))
    shop.work()
    session.expire_all()
    assert order_queries.by_id(order.id).user_id == user.id


def test_recovery_works_by_the_mail_and_twice_asked_is_twice_mailed(shop: Shop) -> None:
    make.user("bea")
    with committing():
        recovery.ask_recovery("bea@example.com")
    shop.work()
    with clock.later(minutes=1), committing():
        recovery.ask_recovery("bea@example.com")
    with clock.later(minutes=1):
        shop.work()
    first, second = mails("recovery")
    react_again()
    with committing():
        recovery.recover(link_in(second, "/recover"), "a brand new password")
    shop.work()
    assert only("password_changed")
    assert link_in(first, "/recover") != link_in(second, "/recover")


def test_no_secret_stands_in_events_or_jobs(shop: Shop) -> None:
    make.staff()
    user = make.user("bea")
    with committing():
        recovery.ask_recovery(user.email)
        recovery.ask_email_change(user, "new@example.com")
        staff.invite("nora@example.com", "support", by=None)
    owed = [job.payload for job in session.scalars(sa.select(Job))]
    shop.work()
    secrets = [
        link_in(only(name), path)
        for name, path in (
            ("welcome", "/verify"),
            ("recovery", "/recover"),
            ("email_change", "/email"),
            ("invitation", "/invitations"),
        )
    ]
    events = [event.payload for event in session.scalars(sa.select(OutboxEvent))]
    assert not any(secret in str(events) + str(owed) for secret in secrets)


def test_a_change_of_address_is_told_to_the_old_one(shop: Shop) -> None:
    user = make.user("bea", email="bea@example.com")
    with committing():
        recovery.ask_email_change(user, "new@example.com")
    shop.work()
    change = only("email_change")
    assert change.recipient == "new@example.com"
    with committing():
        recovery.confirm_email_change(link_in(change, "/email"))
    shop.work()
    react_again()
    told = only("email_changed")
    assert told.recipient == "bea@example.com"
    assert "new@example.com" not in told.text
    assert masked("new@example.com") in told.text


def test_the_owner_of_an_address_hears_of_a_second_registration(shop: Shop) -> None:
    make.user("bea", email="bea@example.com")
    with committing():
        registration.register("other", "bea@example.com", "a brand new password")
    shop.work()
    assert only("registration_repeated").recipient == "bea@example.com"


def test_a_stranger_cannot_put_words_into_somebodys_mailbox(shop: Shop) -> None:
    make.user("bea", name="Win money at evil.example")
    shop.work()
    assert "evil.example" not in only("welcome").text + only("welcome").html


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

"""What customers are told about their accounts."""

import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from tests.notifications.mails import mails, only, react_again
from vitrina.accounts.actions import recovery, registration, staff
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import Job, OutboxEvent
from vitrina.notifications.models import Mail
from vitrina.notifications.reactions.accounts import masked
from vitrina.orders import queries as order_queries


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

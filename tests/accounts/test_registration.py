import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.accounts.people import PASSWORD, customer, events, link, member
from vitrina.accounts import queries
from vitrina.accounts.actions import recovery, registration
from vitrina.accounts.errors import LinkNotGood, UsernameTaken
from vitrina.accounts.models import OneTimeToken, User
from vitrina.accounts.rules import Purpose
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.ids import hash_token

pytestmark = pytest.mark.usefixtures("database")


def test_a_new_customer_has_no_role_and_an_unproved_address() -> None:
    user = customer()
    assert not user.is_staff
    assert user.email_verified_at is None
    assert user.actor == f"customer:{user.id}"
    assert events("UserRegistered") == [{"user_id": user.id}]
    assert PASSWORD not in user.password_hash


@pytest.mark.parametrize("name", ["ANA", "ａｎａ", " ana "])
def test_a_name_is_taken_in_every_spelling(name: str) -> None:
    customer("ana")
    with pytest.raises(UsernameTaken), committing():
        registration.register(name, "other@example.com", PASSWORD)


def test_a_taken_address_makes_no_account_and_tells_its_owner() -> None:
    ana = customer()
    with committing():
        assert registration.register("other", "ANA@example.com", PASSWORD) is None
    assert [event["user_id"] for event in events("RegistrationRepeated")] == [ana.id]
    assert session.scalar(sa.select(sa.func.count(User.id))) == 1


def test_of_many_who_want_a_name_at_once_one_gets_it() -> None:
    ready = threading.Barrier(8)

    def try_it(n: int) -> bool:
        ready.wait()
        try:
            with committing():
                return registration.register("ana", f"ana{n}@example.com", PASSWORD) is not None
        except UsernameTaken:
            return False
        finally:
            session.remove()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(try_it, range(8)))
    assert results.count(True) == 1
    assert session.scalar(sa.select(sa.func.count(User.id))) == 1


def test_of_many_who_register_an_address_at_once_one_gets_it_and_no_one_learns_of_it() -> None:
    ready = threading.Barrier(6)

    def try_it(n: int) -> bool:
        ready.wait()
        try:
            with committing():
                return registration.register(f"ana{n}", "ana@example.com", PASSWORD) is not None
        finally:
            session.remove()

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(try_it, range(6)))
    assert results.count(True) == 1
    assert len(events("RegistrationRepeated")) == 5


def test_a_verification_link_proves_the_address_once() -> None:
    user = customer()
    token = link(user, Purpose.VERIFY)
    with committing():
        assert registration.verify(token).email_verified_at is not None
    assert events("EmailVerified") == [{"user_id": user.id}]
    with pytest.raises(LinkNotGood), committing():
        registration.verify(token)


def test_a_link_is_kept_as_a_hash() -> None:
    token = link(customer(), Purpose.VERIFY)
    row = session.scalars(sa.select(OneTimeToken)).one()
    assert row.token_hash == hash_token(token)
    assert len(token) >= 22


def test_a_newer_link_ends_the_older_one() -> None:
    user = customer()
    older, newer = link(user, Purpose.VERIFY), link(user, Purpose.VERIFY)
    with pytest.raises(LinkNotGood), committing():
        registration.verify(older)
    with committing():
        registration.verify(newer)


def test_a_link_runs_out() -> None:
    user = customer()
    token = link(user, Purpose.VERIFY)
    with clock.later(hours=48, seconds=1), pytest.raises(LinkNotGood), committing():
        registration.verify(token)


def test_a_link_is_good_for_its_own_purpose_only() -> None:
    user = customer()
    token = link(user, Purpose.VERIFY)
    with pytest.raises(LinkNotGood), committing():
        recovery.recover(token, "another good password")
    assert queries.find_link(token, Purpose.VERIFY) is not None


def test_a_link_to_an_address_that_was_left_is_not_good() -> None:
    user = customer()
    token = link(user, Purpose.VERIFY, email="old@example.com")
    with pytest.raises(LinkNotGood), committing():
        registration.verify(token)


def test_verification_is_not_asked_of_the_verified() -> None:
    user = customer()
    with committing():
        registration.ask_verification(user)
    secret = link(user, Purpose.VERIFY)
    with committing():
        registration.verify(secret)
    with committing():
        registration.ask_verification(user)
    assert len(events("VerificationAsked")) == 1


def test_customers_are_found_by_name_and_address_and_staff_are_not_among_them() -> None:
    member("olga")
    for n in range(5):
        customer(f"ana{n}", f"ana{n}@example.com")
    page = queries.customers(limit=3)
    assert [user.username for user in page.items] == ["ana4", "ana3", "ana2"]
    rest = queries.customers(cursor=page.next_cursor, limit=3)
    assert [user.username for user in rest.items] == ["ana1", "ana0"]
    assert rest.next_cursor is None
    assert [user.username for user in queries.customers("ANA3@").items] == ["ana3"]
    assert queries.customers("%").items == []

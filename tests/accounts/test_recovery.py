import pytest

from tests.accounts.people import PASSWORD, customer, events, link, member, sign_in
from vitrina.accounts import queries
from vitrina.accounts.actions import recovery, registration, sessions
from vitrina.accounts.errors import (
    BadCredentials,
    EmailTaken,
    LinkNotGood,
    WeakPassword,
)
from vitrina.accounts.rules import Purpose
from vitrina.core import clock
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.core.emails import InvalidEmail

pytestmark = pytest.mark.usefixtures("database")
NEW = "paper takes the ink"


def test_asking_for_a_link_does_the_same_work_whoever_asks() -> None:
    ana = customer()
    for email in ("ANA@example.com", "nobody@example.com", "not an address"):
        with committing():
            recovery.ask_recovery(email)
    assert [event["user_id"] for event in events("RecoveryAsked")] == [ana.id, None]


def test_no_event_carries_a_secret() -> None:
    customer()
    with committing():
        recovery.ask_recovery("ana@example.com")
    (event,) = events("RecoveryAsked")
    assert set(event) == {"user_id", "ref"}


def test_a_mailbox_cannot_be_filled() -> None:
    customer()
    for _ in range(5):
        with committing():
            recovery.ask_recovery("ana@example.com")
    assert len(events("RecoveryAsked")) == 3
    with clock.later(hours=1, seconds=1), committing():
        recovery.ask_recovery("ana@example.com")
    assert len(events("RecoveryAsked")) == 4


def test_a_recovery_link_sets_the_password_and_ends_everything_else() -> None:
    user = customer()
    with committing():
        token = sessions.open_session(user)
        jti, _ = sessions.issue_refresh(user)
    secret = link(user, Purpose.RECOVERY)
    with committing():
        recovery.recover(secret, NEW)
    assert queries.session_by_token(token) is None
    with committing():
        assert sessions.rotate_refresh(jti) is None
    assert sign_in("ana", NEW).email_verified_at is not None
    with pytest.raises(BadCredentials):
        sign_in("ana", PASSWORD)
    with pytest.raises(LinkNotGood), committing():
        recovery.recover(secret, "yet another password")
    assert [event["user_id"] for event in events("PasswordChanged")] == [user.id]


def test_recovery_opens_an_account_that_somebody_has_blocked_by_guessing() -> None:
    user = customer()
    for _ in range(6):
        with pytest.raises(BadCredentials):
            sign_in("ana", "wrong password")
    secret = link(user, Purpose.RECOVERY)
    with committing():
        recovery.recover(secret, NEW)
    assert sign_in("ana", NEW).id == user.id


def test_a_weak_password_does_not_use_the_link_up() -> None:
    user = customer()
    secret = link(user, Purpose.RECOVERY)
    with pytest.raises(WeakPassword), committing():
        recovery.recover(secret, "12345678")
    with committing():
        recovery.recover(secret, NEW)


def test_a_recovery_link_is_good_for_an_hour() -> None:
    secret = link(customer(), Purpose.RECOVERY)
    with clock.later(hours=1, seconds=1), pytest.raises(LinkNotGood), committing():
        recovery.recover(secret, NEW)


def test_a_changed_password_ends_open_recovery_links_and_other_sessions() -> None:
    user = customer()
    secret = link(user, Purpose.RECOVERY)
    with committing():
        mine, other = sessions.open_session(user), sessions.open_session(user)
    with committing():
        recovery.change_password(user, NEW, except_token=mine)
    assert queries.session_by_token(mine) is not None
    assert queries.session_by_token(other) is None
    with pytest.raises(LinkNotGood), committing():
        recovery.recover(secret, "yet another password")


def test_staff_who_change_their_password_leave_an_audit_row() -> None:
    user = member()
    with committing():
        recovery.change_password(user, NEW)
    actions = [entry.action for entry in session.query(AuditEntry)]
    assert actions == ["staff.join", "staff.password"]


def test_an_account_moves_when_the_new_address_is_proved() -> None:
    user = customer()
    with committing():
        recovery.ask_email_change(user, "new@example.com")
    assert events("EmailChangeAsked")[0]["email"] == "new@example.com"
    assert user.email == "ana@example.com"
    secret = link(user, Purpose.EMAIL, email="new@example.com")
    old_recovery = link(user, Purpose.RECOVERY)
    with committing():
        recovery.confirm_email_change(secret)
    assert queries.find_by_email("NEW@example.com") is not None
    assert queries.find_by_email("ana@example.com") is None
    assert events("EmailChanged")[0]["before"] == "ana@example.com"
    assert len(events("EmailVerified")) == 1
    with pytest.raises(LinkNotGood), committing():
        recovery.recover(old_recovery, NEW)


def test_the_address_of_another_account_is_not_taken_and_not_told() -> None:
    ana, bob = customer(), customer("bob", "bob@example.com")
    with committing():
        recovery.ask_email_change(ana, "BOB@example.com")
    assert events("EmailChangeAsked") == []
    assert events("RegistrationRepeated")[0]["user_id"] == bob.id
    with pytest.raises(InvalidEmail), committing():
        recovery.ask_email_change(ana, "bob")


def test_an_address_that_got_an_account_meanwhile_stays_with_it() -> None:
    ana = customer()
    secret = link(ana, Purpose.EMAIL, email="new@example.com")
    with committing():
        registration.register("bob", "new@example.com", PASSWORD)
    with pytest.raises(EmailTaken), committing():
        recovery.confirm_email_change(secret)
    assert queries.by_id(ana.id).email == "ana@example.com"


def test_used_links_are_forgotten_after_a_month() -> None:
    secret = link(customer(), Purpose.RECOVERY)
    with clock.later(days=31, hours=2), committing():
        recovery.forget_used_links()
    assert queries.find_link(secret, Purpose.RECOVERY) is None

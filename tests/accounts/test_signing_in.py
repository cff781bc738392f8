import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters

from tests.accounts.people import PASSWORD, customer, member, sign_in
from vitrina.accounts import passwords, queries
from vitrina.accounts.actions import sessions, signing_in, staff, throttle
from vitrina.accounts.errors import BadCredentials, TooManyAttempts, WrongPassword
from vitrina.accounts.models import LoginSession, Throttle
from vitrina.core import clock
from vitrina.core.db import committing, session

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("login", ["ana", "ANA", "ana@example.com", " Ana@Example.com "])
def test_name_and_address_both_sign_in(login: str) -> None:
    user = customer()
    assert sign_in(login).id == user.id
    assert queries.by_id(user.id).last_login_at is not None


@pytest.mark.parametrize(
    ("login", "password"),
    [("ana", "wrong password"), ("nobody", PASSWORD), ("no@example.com", PASSWORD), ("", "")],
)
def test_every_other_answer_is_the_same(login: str, password: str) -> None:
    customer()
    with pytest.raises(BadCredentials) as caught:
        sign_in(login, password)
    assert caught.value.facts == {}


def test_a_closed_account_does_not_sign_in() -> None:
    user = customer()
    with committing():
        staff.deactivate(user, by=None)
    with pytest.raises(BadCredentials):
        sign_in("ana")


class Noting:
    """A hasher that notes which hashes it has worked on."""

    def __init__(self, real: PasswordHasher) -> None:
        self.real, self.seen = real, list[str]()

    def hash(self, password: str) -> str:
        return self.real.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        self.seen.append(hashed)
        return self.real.verify(hashed, password)


def test_just_as_much_is_worked_out_when_nobody_has_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    customer()
    noting = Noting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", noting)
    for login in ("ana", "nobody"):
        with committing():
            attempt = signing_in.begin_attempt(login, ip="")
        with pytest.raises(BadCredentials), committing():
            signing_in.sign_in(attempt, "wrong password")
    known, unknown = noting.seen
    assert known != unknown
    assert extract_parameters(known) == extract_parameters(unknown)


def fail(login: str = "ana", ip: str = "10.0.0.1") -> None:
    with pytest.raises(BadCredentials):
        sign_in(login, "wrong password", ip)


def test_after_five_failures_the_pauses_begin_and_double() -> None:
    customer()
    for _ in range(6):
        fail()
    with pytest.raises(TooManyAttempts) as caught:
        sign_in("ana")
    assert caught.value.facts["retry_after"] == 1
    with clock.later(seconds=1.1):
        fail()
        with pytest.raises(TooManyAttempts) as caught:
            sign_in("ana@example.com")
        assert caught.value.facts["retry_after"] == 2
    with clock.later(seconds=4):
        assert sign_in("ana").username == "ana"
        for _ in range(5):
            fail()


def test_the_pause_is_the_same_for_an_account_that_does_not_exist() -> None:
    for _ in range(6):
        fail("nobody")
    with pytest.raises(TooManyAttempts):
        sign_in("NOBODY")


def test_trying_one_password_on_many_accounts_is_slowed_by_address() -> None:
    for n in range(21):
        fail(f"nobody{n}", "10.0.0.9")
    with pytest.raises(TooManyAttempts):
        sign_in("nobody99", ip="10.0.0.9")
    fail("nobody99", "10.0.0.8")


def test_signing_in_oneself_does_not_clear_the_address() -> None:
    customer()
    for n in range(12):
        fail(f"nobody{n}")
        sign_in("ana")
    row = session.scalars(sa.select(Throttle).where(Throttle.key == "ip:10.0.0.1")).one()
    assert row.failures == 12


def test_a_parallel_burst_cannot_slip_past_the_counter() -> None:
    customer()
    ready = threading.Barrier(24)

    def try_it(n: int) -> str:
        ready.wait()
        try:
            sign_in("ana", "wrong password", f"10.0.1.{n}")
        except BadCredentials:
            return "looked at"
        except TooManyAttempts:
            return "refused"
        finally:
            session.remove()
        return "in"

    frozen = clock.now()
    with clock.at(frozen), ThreadPoolExecutor(24) as pool:
        results = list(pool.map(try_it, range(24)))
    assert results.count("looked at") == 6
    assert results.count("refused") == 18


def test_failures_are_forgotten_after_a_day() -> None:
    customer()
    for _ in range(6):
        fail()
    with clock.later(hours=25):
        for _ in range(5):
            fail()
    with clock.later(days=4), committing():
        throttle.forget_old()
    assert session.scalar(sa.select(sa.func.count()).select_from(Throttle)) == 0


def test_a_confirmation_of_the_password_is_counted_too() -> None:
    user = customer()
    for _ in range(6):
        with committing():
            attempt = signing_in.begin_confirmation(user)
        with pytest.raises(WrongPassword), committing():
            signing_in.confirm_password(attempt, "wrong password")
    with pytest.raises(TooManyAttempts), committing():
        signing_in.begin_confirmation(user)
    with clock.later(seconds=2):
        with committing():
            attempt = signing_in.begin_confirmation(user)
        with committing():
            signing_in.confirm_password(attempt, PASSWORD)


def opened(remember: bool = False) -> str:
    user = queries.find_by_username("ana") or customer()
    with committing():
        return sessions.open_session(user, ip="10.0.0.1", user_agent="x" * 999, remember=remember)


def test_a_session_is_found_by_its_token_and_kept_as_a_hash() -> None:
    token = opened()
    found = queries.session_by_token(token)
    assert found is not None
    assert found.user.username == "ana"
    assert token not in str(vars(found))
    assert queries.session_by_token(token + "x") is None
    assert queries.session_by_token("") is None
    assert queries.session_by_token(None) is None


def test_a_session_ends_by_itself() -> None:
    short, long = opened(), opened(remember=True)
    with clock.later(hours=13):
        assert queries.session_by_token(short) is None
        assert queries.session_by_token(long) is not None
    with clock.later(days=31):
        assert queries.session_by_token(long) is None
    with clock.later(days=62), committing():
        sessions.forget_ended()
    assert session.scalar(sa.select(sa.func.count(LoginSession.id))) == 0


def test_staff_sign_in_for_half_a_day_at_most() -> None:
    with committing():
        staff.ensure_roles()
    user = member()
    with committing():
        token = sessions.open_session(user, remember=True)
    with clock.later(hours=13):
        assert queries.session_by_token(token) is None


def test_signing_out_ends_the_session_and_no_other() -> None:
    one, other = opened(), opened()
    with committing():
        sessions.close_session(one)
    assert queries.session_by_token(one) is None
    assert queries.session_by_token(other) is not None


def test_signing_the_others_out_keeps_this_one() -> None:
    one, other = opened(), opened()
    user = queries.by_login("ana")
    assert user is not None
    with committing():
        sessions.close_all_sessions(user, except_token=one)
    assert queries.session_by_token(one) is not None
    assert queries.session_by_token(other) is None
    assert len(queries.sessions_of(user)) == 1


def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_family() -> None:
    user = customer()
    with committing():
        jti, family = sessions.issue_refresh(user)
    with committing():
        fresh = sessions.rotate_refresh(jti)
    assert fresh is not None
    assert fresh.family == family
    with committing():
        assert sessions.rotate_refresh(jti) is None
    with committing():
        assert sessions.rotate_refresh(fresh.jti) is None


def test_a_refresh_token_that_is_used_twice_at_once_is_rotated_once() -> None:
    user = customer()
    with committing():
        jti, _ = sessions.issue_refresh(user)
    ready = threading.Barrier(6)

    def rotate(_: int) -> bool:
        ready.wait()
        try:
            with committing():
                return sessions.rotate_refresh(jti) is not None
        finally:
            session.remove()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(rotate, range(6))).count(True) == 1


def test_refresh_tokens_end_with_the_sessions_and_with_time() -> None:
    user = customer()
    with committing():
        one, _ = sessions.issue_refresh(user)
        other, _ = sessions.issue_refresh(user)
    with clock.later(days=31), committing():
        assert sessions.rotate_refresh(one) is None
    with committing():
        sessions.close_all_sessions(user)
    with committing():
        assert sessions.rotate_refresh(other) is None
        assert sessions.rotate_refresh("unknown") is None

"""Signing in, in two steps that are committed one after the other.

First the attempt is charged (:func:`begin_attempt`), then the password is looked at
(:func:`sign_in`). Were it one transaction, a wrong password would roll its own count back. Faces
call ``web/signing_in.py``, which does both.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from vitrina.accounts import passwords, queries, rules
from vitrina.accounts.actions import throttle
from vitrina.accounts.errors import BadCredentials, WrongPassword
from vitrina.accounts.events import UserSignedIn
from vitrina.accounts.models import User
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.ids import hash_token


@dataclass(frozen=True, slots=True)
class Attempt:
    """A charged attempt at an account's password. Only :func:`begin_attempt` makes one."""

    user_id: int | None
    account_key: str
    address_key: str | None


def begin_attempt(login: str, *, ip: str) -> Attempt:
    """Charge an attempt to sign in as ``login`` (name or e-mail) from the address ``ip``.

    Commit it before going on. Raises TooManyAttempts, whether or not the account exists.
    """
    user = queries.by_login(login[:320])
    key = f"account:{user.id}" if user else f"login:{hash_token(rules.key_of(login[:320]))}"
    address_key = f"ip:{ip}" if ip else None
    if address_key:
        throttle.charge(address_key, free=rules.ADDRESS_FREE)
    throttle.charge(key, free=rules.ACCOUNT_FREE)
    return Attempt(user.id if user else None, key, address_key)


def sign_in(attempt: Attempt, password: str) -> User:
    """The user whose password it is, after an attempt that has been committed.

    Raises BadCredentials: for an unknown account too, after the same time.
    """
    user = _locked(attempt.user_id)
    right = passwords.is_password(password, user.password_hash if user else None)
    if user is None or not right or not user.is_active:
        raise BadCredentials()
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hash_password(password)
    _give_back(attempt)
    user.last_login_at = clock.now()
    record(UserSignedIn(user_id=user.id))
    return user


def begin_confirmation(user: User) -> Attempt:
    """Charge an attempt at the password of somebody who is signed in already. Commit it."""
    key = f"account:{user.id}"
    throttle.charge(key, free=rules.ACCOUNT_FREE)
    return Attempt(user.id, key, None)


def confirm_password(attempt: Attempt, password: str) -> None:
    """Check the present password before a serious change. Raises WrongPassword."""
    user = _locked(attempt.user_id)
    if not passwords.is_password(password, user.password_hash if user else None):
        raise WrongPassword(field="current_password")
    _give_back(attempt)


def _locked(user_id: int | None) -> User | None:
    """The user, kept from changing the password until this transaction is over."""
    if user_id is None:
        return None
    return session.scalar(
        sa.select(User).where(User.id == user_id).with_for_update(of=User),
        execution_options={"populate_existing": True},
    )


def _give_back(attempt: Attempt) -> None:
    keys = [attempt.address_key] if attempt.address_key else []
    throttle.give_back(keys, forget=[attempt.account_key])

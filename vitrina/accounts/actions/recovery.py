"""A forgotten password, a new password, another address."""

from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from vitrina.accounts import passwords, queries, rules
from vitrina.accounts.actions import throttle
from vitrina.accounts.actions.links import end_links, redeem_for_user
from vitrina.accounts.actions.registration import mark_verified
from vitrina.accounts.actions.sessions import close_all_sessions
from vitrina.accounts.errors import EmailTaken
from vitrina.accounts.events import (
    EmailChangeAsked,
    EmailChanged,
    PasswordChanged,
    RecoveryAsked,
    RegistrationRepeated,
)
from vitrina.accounts.models import OneTimeToken, User
from vitrina.accounts.rules import Purpose
from vitrina.core import audit, clock
from vitrina.core.db import session
from vitrina.core.emails import InvalidEmail, check_email
from vitrina.core.events import record
from vitrina.core.ids import hash_token

LINKS_AN_HOUR: Final = 3


def ask_recovery(email: str) -> None:
    """Send a link for a new password to whoever has this address.

    It looks and costs the same when nobody has it. At most three an hour for an address, so that
    nobody's mailbox can be filled; more are passed over in silence.
    """
    try:
        email = check_email(email)
    except InvalidEmail:
        return
    key = f"recovery:{hash_token(rules.key_of(email))}"
    if not throttle.may_still(key, most=LINKS_AN_HOUR, within=timedelta(hours=1)):
        return
    user = queries.find_by_email(email)
    record(RecoveryAsked(user_id=user.id if user is not None and user.is_active else None))


def recover(token: str, new_password: str) -> User:
    """Set a new password by a recovery link; everybody who was signed in is signed out.

    The link came by mail, so the address counts as verified. Raises LinkNotGood, WeakPassword.
    """
    _, user = redeem_for_user(token, Purpose.RECOVERY)
    set_password(user, new_password)
    throttle.give_back([], forget=[f"account:{user.id}"])
    mark_verified(user)
    return user


def change_password(user: User, new_password: str, *, except_token: str | None = None) -> None:
    """Set a new password for somebody whose present one has just been confirmed.

    Every other session ends; the one of ``except_token`` goes on. Raises WeakPassword.
    """
    set_password(user, new_password, except_token=except_token)


def set_password(user: User, new_password: str, *, except_token: str | None = None) -> None:
    """Set a password, end sessions, API tokens and open recovery links. Raises WeakPassword."""
    password = rules.check_password(new_password, email=user.email, username=user.username)
    user.password_hash = passwords.hash_password(password)
    close_all_sessions(user, except_token=except_token)
    end_links(user, Purpose.RECOVERY)
    record(PasswordChanged(user_id=user.id))
    if user.is_staff:
        audit.note(user.actor, "staff.password", f"user:{user.id}")


def ask_email_change(user: User, email: str) -> None:
    """Send a link to a new address; the account moves there when it is opened.

    Confirm the password first. An address of another account gets a mail that says so, and the
    answer looks the same. Raises InvalidEmail.
    """
    email = check_email(email)
    other = queries.find_by_email(email)
    if other is not None and other.id != user.id:
        record(RegistrationRepeated(user_id=other.id))
    elif other is None:
        record(EmailChangeAsked(user_id=user.id, email=email))


def confirm_email_change(token: str) -> User:
    """Move the account to the address that the link was sent to; the old address is told.

    Raises LinkNotGood, and EmailTaken when the address got an account in the meantime.
    """
    link, user = redeem_for_user(token, Purpose.EMAIL)
    before = user.email
    try:
        with session.begin_nested():
            user.email, user.email_key = link.email, rules.key_of(link.email)
            session.flush()
    except sa.exc.IntegrityError:
        raise EmailTaken(field="email") from None
    user.email_verified_at = None
    mark_verified(user)
    end_links(user, Purpose.RECOVERY, Purpose.VERIFY)
    record(EmailChanged(user_id=user.id, before=before))
    if user.is_staff:
        audit.note(
            user.actor, "staff.email", f"user:{user.id}", {"email": before}, {"email": user.email}
        )
    return user


def forget_used_links() -> None:
    """Remove one-time links that ran out over a month ago."""
    session.execute(
        sa.delete(OneTimeToken).where(OneTimeToken.expires_at < clock.now() - timedelta(days=30))
    )

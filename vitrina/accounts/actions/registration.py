"""Joining as a customer, and proving that an address is one's own."""

import sqlalchemy as sa

from vitrina.accounts import passwords, queries, rules
from vitrina.accounts.actions.links import redeem_for_user
from vitrina.accounts.errors import UsernameTaken
from vitrina.accounts.events import (
    EmailVerified,
    RegistrationRepeated,
    UserRegistered,
    VerificationAsked,
)
from vitrina.accounts.models import User
from vitrina.accounts.rules import Purpose
from vitrina.core import clock, locales
from vitrina.core.db import session
from vitrina.core.emails import check_email
from vitrina.core.events import record


def register(
    username: str, email: str, password: str, *, name: str = "", locale: str = "en"
) -> User | None:
    """Make a customer's account. It never has a role.

    Raises InvalidUsername, InvalidEmail, WeakPassword and UsernameTaken. When the e-mail has an
    account already, None is returned and its owner gets a mail; a face answers just as it does
    for a new account, so that nobody learns who is a customer here.
    """
    user = draft(username, email, password, name=name, locale=locale)
    if queries.find_by_username(user.username) is not None:
        raise UsernameTaken(field="username")
    known = queries.find_by_email(user.email)
    if known is None and not store(user):
        # Somebody was quicker between the look and the insert.
        if queries.find_by_username(user.username) is not None:
            raise UsernameTaken(field="username")
        known = queries.find_by_email(user.email)
    if known is not None:
        record(RegistrationRepeated(user_id=known.id))
        return None
    record(UserRegistered(user_id=user.id))
    return user


def draft(username: str, email: str, password: str, *, name: str = "", locale: str = "en") -> User:
    """A user that is not stored yet. Raises InvalidUsername, InvalidEmail, WeakPassword."""
    username, email = rules.check_username(username), check_email(email)
    password = rules.check_password(password, email=email, username=username)
    return User(
        username=username,
        username_key=rules.key_of(username),
        email=email,
        email_key=rules.key_of(email),
        password_hash=passwords.hash_password(password),
        name=" ".join(name.split())[:200],
        locale=locales.get(locale).code,
    )


def store(user: User) -> bool:
    """Store a drafted user; False when the name or the address was taken in the meantime."""
    try:
        with session.begin_nested():
            session.add(user)
            session.flush()
    except sa.exc.IntegrityError:
        return False
    return True


def ask_verification(user: User) -> None:
    """Send the link that proves the address once more; nothing when it is proved already."""
    if user.email_verified_at is None:
        record(VerificationAsked(user_id=user.id))


def verify(token: str) -> User:
    """Believe from now on that the address is the user's own. Raises LinkNotGood."""
    _, user = redeem_for_user(token, Purpose.VERIFY)
    mark_verified(user)
    return user


def mark_verified(user: User) -> None:
    """The user has opened a link that was sent to the address."""
    if user.email_verified_at is None:
        user.email_verified_at = clock.now()
        record(EmailVerified(user_id=user.id))

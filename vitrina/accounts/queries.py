"""Looking up people, their sessions and their addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from vitrina.accounts.errors import AddressNotFound, RoleNotFound, UserNotFound
from vitrina.accounts.models import Address, LoginSession, OneTimeToken, Role, User
from vitrina.accounts.rules import Purpose, key_of
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.ids import hash_token


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some users, newest first; ``next_cursor`` is what to ask for the following ones."""

    items: Sequence[User]
    next_cursor: int | None


def by_id(user_id: int) -> User:
    """The user of that id, with the role. Raises UserNotFound."""
    found = session.get(User, user_id)
    if found is None:
        raise UserNotFound()
    return found


def find_by_email(email: str) -> User | None:
    """Whoever has this address, in any case."""
    return session.scalar(sa.select(User).where(User.email_key == key_of(email)))


def find_by_username(username: str) -> User | None:
    """Whoever has this name, in any case."""
    return session.scalar(sa.select(User).where(User.username_key == key_of(username)))


def by_login(name_or_email: str) -> User | None:
    """Whoever signs in by this name or address; None when nobody does.

    The caller must not let its answer show which of the two it was.
    """
    return find_by_email(name_or_email) if "@" in name_or_email else find_by_username(name_or_email)


def session_by_token(token: str | None) -> LoginSession | None:
    """The signed-in session of a token, with its user; None when it is not good (any more)."""
    if not token:
        return None
    found = session.scalar(
        sa.select(LoginSession).where(
            LoginSession.token_hash == hash_token(token),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > clock.now(),
        )
    )
    return found if found is not None and found.user.is_active else None


def sessions_of(user: User) -> Sequence[LoginSession]:
    """The user's open sessions, newest first."""
    return session.scalars(
        sa.select(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > clock.now(),
        )
        .order_by(LoginSession.id.desc())
    ).all()


def find_link(token: str, purpose: Purpose) -> OneTimeToken | None:
    """The open one-time link of a token; None when it is not good. Looking does not use it up."""
    return session.scalar(
        sa.select(OneTimeToken).where(
            OneTimeToken.token_hash == hash_token(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > clock.now(),
        )
    )


def addresses(user: User) -> Sequence[Address]:
    """The user's address book, the default address first."""
    return session.scalars(
        sa.select(Address)
        .where(Address.user_id == user.id)
        .order_by(Address.is_default.desc(), Address.id.desc())
    ).all()


def address_of(user: User, address_id: int) -> Address:
    """One of the user's own addresses. Raises AddressNotFound, for other people's too."""
    found = session.get(Address, address_id)
    if found is None or found.user_id != user.id:
        raise AddressNotFound()
    return found


def roles() -> Sequence[Role]:
    """Every role, by name."""
    return session.scalars(sa.select(Role).order_by(Role.name)).all()


def role_by_name(name: str) -> Role:
    """Raises RoleNotFound."""
    found = session.scalar(sa.select(Role).where(Role.name == name))
    if found is None:
        raise RoleNotFound(role=name[:40])
    return found


def staff() -> Sequence[User]:
    """Everybody with a role, by name."""
    return session.scalars(
        sa.select(User).where(User.role_id.is_not(None)).order_by(User.username_key)
    ).all()


def customers(query: str = "", *, cursor: int | None = None, limit: int = 50) -> UserPage:
    """Users without a role whose name, username or address holds ``query``, newest first."""
    wanted = sa.select(User).where(User.role_id.is_(None)).order_by(User.id.desc())
    if query.strip():
        text = key_of(query)
        wanted = wanted.where(
            sa.or_(
                User.email_key.contains(text, autoescape=True),
                User.username_key.contains(text, autoescape=True),
                sa.func.lower(User.name).contains(text, autoescape=True),
            )
        )
    if cursor is not None:
        wanted = wanted.where(User.id < cursor)
    found = session.scalars(wanted.limit(limit + 1)).all()
    return UserPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

"""One-time links: bound to a purpose, a user and an address; good for a while; used once."""

import sqlalchemy as sa

from vitrina.accounts.errors import LinkNotGood
from vitrina.accounts.models import OneTimeToken, User
from vitrina.accounts.rules import GOOD_FOR, Purpose, key_of
from vitrina.core import clock
from vitrina.core.db import rows_changed, session
from vitrina.core.ids import hash_token, new_token


def issue_token(user: User, purpose: Purpose, *, email: str | None = None) -> str:
    """The secret of a new link for ``user``; it ends older links of the same purpose.

    ``email`` is where it is sent, the user's own address unless it is being changed. Called while
    the mail is written, so the secret stands in no event and no job.
    """
    end_links(user, purpose)
    return _issue(purpose, user_id=user.id, email=email or user.email)


def issue_invitation(email: str, role_id: int) -> str:
    """The secret of an invitation to join the staff; it ends older ones to the same address."""
    session.execute(
        sa.update(OneTimeToken)
        .where(
            OneTimeToken.email == email,
            OneTimeToken.purpose == Purpose.INVITATION,
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )
    return _issue(Purpose.INVITATION, email=email, role_id=role_id)


def end_links(user: User, *purposes: Purpose) -> None:
    """End the user's open links of ``purposes``."""
    session.execute(
        sa.update(OneTimeToken)
        .where(
            OneTimeToken.user_id == user.id,
            OneTimeToken.purpose.in_(purposes),
            OneTimeToken.used_at.is_(None),
        )
        .values(used_at=clock.now())
    )


def redeem(token: str, purpose: Purpose) -> OneTimeToken:
    """Use a link up: one conditional UPDATE, so that it works once whoever is quick.

    Raises LinkNotGood when it is unknown, used, out of date, or for something else.
    """
    hashed, now = hash_token(token), clock.now()
    used = rows_changed(
        sa.update(OneTimeToken)
        .where(
            OneTimeToken.token_hash == hashed,
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > now,
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    found = session.scalar(sa.select(OneTimeToken).where(OneTimeToken.token_hash == hashed))
    if not used or found is None:
        raise LinkNotGood()
    return found


def redeem_for_user(token: str, purpose: Purpose) -> tuple[OneTimeToken, User]:
    """Use up a link and return it with its user. Raises LinkNotGood.

    A link that was sent to an address that the user has left since is not good any more; only the
    link that changes the address goes to another one.
    """
    link = redeem(token, purpose)
    user = session.get(User, link.user_id) if link.user_id is not None else None
    if user is None or not user.is_active:
        raise LinkNotGood()
    if purpose is not Purpose.EMAIL and key_of(link.email) != user.email_key:
        raise LinkNotGood()
    return link, user


def _issue(
    purpose: Purpose, *, email: str, user_id: int | None = None, role_id: int | None = None
) -> str:
    token = new_token()
    session.add(
        OneTimeToken(
            token_hash=hash_token(token),
            purpose=purpose,
            user_id=user_id,
            role_id=role_id,
            email=email,
            expires_at=clock.now() + GOOD_FOR[purpose],
        )
    )
    return token

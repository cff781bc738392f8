"""Sessions of browsers, and refresh tokens of the API's clients."""

from dataclasses import dataclass

import sqlalchemy as sa

from vitrina.accounts import rules
from vitrina.accounts.models import LoginSession, RefreshToken, User
from vitrina.core import clock
from vitrina.core.db import rows_changed, session
from vitrina.core.ids import hash_token, new_token


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refresh token that has taken the place of a used one."""

    user: User
    jti: str
    family: str


def open_session(user: User, *, ip: str = "", user_agent: str = "", remember: bool = False) -> str:
    """Sign a browser in and return the token for its cookie; only its hash is kept.

    It is good for 30 days with ``remember``, else for 12 hours; staff always sign in for 12 hours.
    """
    token, now = new_token(), clock.now()
    length = rules.SESSION_LONG if remember and not user.is_staff else rules.SESSION_SHORT
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            user_id=user.id,
            expires_at=now + length,
            last_seen_at=now,
            ip=ip[:64],
            user_agent=user_agent[:300],
        )
    )
    return token


def close_session(token: str) -> None:
    """Sign one browser out. A token that is not good is nobody's: nothing happens."""
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.token_hash == hash_token(token), LoginSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def close_own_session(user: User, session_id: int) -> None:
    """Sign one of the user's browsers out; a session of somebody else is none of theirs."""
    session.execute(
        sa.update(LoginSession)
        .where(
            LoginSession.id == session_id,
            LoginSession.user_id == user.id,
            LoginSession.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )


def close_all_sessions(user: User, *, except_token: str | None = None) -> None:
    """Sign the user out everywhere but in the browser that holds ``except_token``.

    API tokens end too: the refresh tokens here, access tokens because they were issued before
    ``sessions_from``.
    """
    now = clock.now()
    sessions = sa.update(LoginSession).where(
        LoginSession.user_id == user.id, LoginSession.revoked_at.is_(None)
    )
    if except_token:
        sessions = sessions.where(LoginSession.token_hash != hash_token(except_token))
    session.execute(sessions.values(revoked_at=now))
    session.execute(
        sa.update(RefreshToken)
        .where(RefreshToken.user_id == user.id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    user.sessions_from = now


def issue_refresh(user: User, *, family: str | None = None) -> tuple[str, str]:
    """A new refresh token as (jti, family); without ``family`` it begins one."""
    jti, family = new_token(), family or new_token()
    session.add(
        RefreshToken(
            jti=jti,
            family=family,
            user_id=user.id,
            expires_at=clock.now() + rules.REFRESH_GOOD,
        )
    )
    return jti, family


def rotate_refresh(jti: str) -> Refreshed | None:
    """Use a refresh token up and put a new one in its place; None when it is not good.

    Nothing is raised, because a token that is used twice ends its whole family, and that has to
    be committed: whoever used it first may have stolen it.
    """
    now = clock.now()
    used = rows_changed(
        sa.update(RefreshToken)
        .where(
            RefreshToken.jti == jti,
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > now,
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    token = session.scalar(sa.select(RefreshToken).where(RefreshToken.jti == jti))
    if token is None:
        return None
    user = session.get(User, token.user_id)
    if not used or user is None or not user.is_active:
        revoke_family(token.family)
        return None
    new_jti, family = issue_refresh(user, family=token.family)
    return Refreshed(user, new_jti, family)


def revoke_family(family: str) -> None:
    """End every refresh token that came from the same sign-in."""
    session.execute(
        sa.update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def forget_ended() -> None:
    """Remove sessions and refresh tokens that ran out over a month ago."""
    long_ago = clock.now() - rules.SESSION_LONG
    session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < long_ago))
    session.execute(sa.delete(RefreshToken).where(RefreshToken.expires_at < long_ago))

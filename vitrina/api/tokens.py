"""Access and refresh tokens (JWT), and the user that a request's token stands for.

An access token is good for 15 minutes, and every request looks its user and its family up in one
SELECT, so a sign-out, a new password, a deactivated account or a role taken away counts at once.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, g, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    decode_token,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from vitrina.accounts.models import RefreshToken, User
from vitrina.api.problems import Problem
from vitrina.core import clock
from vitrina.core.db import session

ACCESS_FOR = timedelta(minutes=15)
REFRESH_FOR = timedelta(days=30)
ISSUER = "vitrina"
AUDIENCE = "vitrina-api"
_REQUIRED = {"exp", "iat", "nbf", "iss", "aud", "sub", "jti", "typ", "fam", "at"}

jwt = JWTManager()


def install(app: Flask, secret_key: str) -> None:
    """Sign tokens with a key of their own, derived from the shop's secret."""
    key = hmac.new(secret_key.encode(), b"vitrina.api.jwt", hashlib.sha256).hexdigest()
    app.config.update(
        JWT_SECRET_KEY=key,
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_ACCESS_TOKEN_EXPIRES=ACCESS_FOR,
        JWT_REFRESH_TOKEN_EXPIRES=REFRESH_FOR,
    )
    jwt.init_app(app)


@jwt.token_verification_loader
def _is_whole(_header: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Every claim is there, and by the shop's own clock the token is not over.

    The library fills in a missing type and accepts a token without an end; we do not.
    """
    if not _REQUIRED.issubset(claims) or claims["typ"] != claims["type"]:
        return False
    lifetime = ACCESS_FOR if claims["typ"] == "access" else REFRESH_FOR
    return isinstance(claims["at"], int) and clock.now() < _issued(claims) + lifetime


def _issued(claims: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(claims["at"] / 1_000_000, UTC)


def issue_access(user: User, family: str) -> str:
    """An access token for ``user``, bound to the ``family`` of a refresh token."""
    return str(create_access_token(str(user.id), additional_claims=_claims("access", family)))


def issue_refresh(user: User, jti: str, family: str) -> str:
    """The refresh token that carries ``jti``."""
    claims = {**_claims("refresh", family), "jti": jti}
    return str(create_refresh_token(str(user.id), additional_claims=claims))


def _claims(kind: str, family: str) -> dict[str, Any]:
    return {"typ": kind, "fam": family, "at": int(clock.now().timestamp() * 1_000_000)}


def read_refresh(token: str) -> dict[str, Any]:
    """The claims of a refresh token. Raises Problem 401 when it is not one of ours."""
    try:
        claims = dict(decode_token(token))
    except (JWTExtendedException, PyJWTError, ValueError):
        raise refused() from None
    if not _is_whole({}, claims) or claims["typ"] != "refresh":
        raise refused()
    return claims


def current_user() -> User | None:
    """The user of this request's access token; None when it carries none.

    Raises Problem 401 when it carries one that is not good (any more).
    """
    if "api_user" not in g:
        g.api_user = _user() if "Authorization" in request.headers else None
    found: User | None = g.api_user
    return found


def current_family() -> str | None:
    """The family of this request's access token."""
    current_user()
    family: str | None = g.get("api_family")
    return family


def _user() -> User:
    try:
        verified = verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError, ValueError):
        raise refused() from None
    if verified is None:
        raise refused()
    claims = verified[1]
    user = _standing(str(claims["sub"]), str(claims["fam"]), _issued(claims))
    if user is None:
        raise refused()
    g.api_family = claims["fam"]
    return user


def _standing(subject: str, family: str, issued: datetime) -> User | None:
    """The active user ``subject``, unless the token's family or all older tokens were ended."""
    if not subject.isascii() or not subject.isdigit() or len(subject) > 18:
        return None
    ended = (
        sa.select(RefreshToken.id)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_not(None))
        .exists()
    )
    user = session.scalar(sa.select(User).where(User.id == int(subject), ~ended))
    if user is None or not user.is_active:
        return None
    return None if user.sessions_from is not None and issued < user.sessions_from else user


def refused() -> Problem:
    """The answer to a token that is not good."""
    return Problem(
        401,
        "invalid_token",
        "This token is not good, or not good any more. Sign in again.",
        headers={"WWW-Authenticate": 'Bearer realm="vitrina", error="invalid_token"'},
    )

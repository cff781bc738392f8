"""Joining and signing in: tokens for programs. Nobody becomes staff here."""

from typing import Annotated, Literal, Self

from flask import request
from pydantic import ConfigDict, StringConstraints, model_validator

from vitrina.accounts.actions.registration import register as join
from vitrina.accounts.actions.sessions import issue_refresh, revoke_family, rotate_refresh
from vitrina.accounts.models import User
from vitrina.api import kit, tokens
from vitrina.api.access import public, with_any_token
from vitrina.api.kit import endpoint
from vitrina.api.problems import Problem
from vitrina.api.schemas import In, LocaleCode, Out
from vitrina.core.db import committing
from vitrina.web import signing_in

auth = kit.blueprint("auth")

Login = Annotated[str, StringConstraints(min_length=1, max_length=254)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=False)]


class RegisterIn(In):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"username": "ana", "email": "ana@example.com", "password": "plenty-of-lines-42"}
            ]
        }
    )

    username: Annotated[str, StringConstraints(max_length=200)]
    email: Annotated[str, StringConstraints(max_length=400)]
    password: Password
    name: Annotated[str, StringConstraints(max_length=200)] = ""
    locale: LocaleCode = "en"


class RegisteredOut(Out):
    """The same whether or not the address had an account; its owner gets a mail either way."""

    username: str
    email: str


class LoginIn(In):
    """By name or by e-mail."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "ana", "password": "plenty-of-lines-42"}]}
    )

    username: Login = ""
    email: Login = ""
    password: Password

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.username) == bool(self.email):
            raise ValueError("send a username or an email")
        return self


class RefreshIn(In):
    """The refresh token, unless it stands in the Authorization header."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=4000)] = ""


class TokensOut(Out):
    """``expires_in``: seconds for which the access token is good."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int = int(tokens.ACCESS_FOR.total_seconds())


@endpoint(
    auth, "POST", "/auth/register",
    summary="Register a customer",
    access=public, body=RegisterIn, answer=RegisteredOut, status=201,
    limit="30/hour", errors=(409,),
)  # fmt: skip
def register(body: RegisterIn) -> RegisteredOut:
    with committing():
        join(body.username, body.email, body.password, name=body.name, locale=body.locale)
    return RegisteredOut(username=body.username, email=body.email)


@endpoint(
    auth, "POST", "/auth/login",
    summary="Sign in",
    description="The access token is good for 15 minutes, the refresh token for 30 days.",
    access=public, body=LoginIn, answer=TokensOut, limit="30/minute", errors=(401,),
)  # fmt: skip
def login(body: LoginIn) -> TokensOut:
    user = signing_in.sign_in(body.username or body.email, body.password)
    with committing():
        jti, family = issue_refresh(user)
    return _tokens(user, jti, family)


@endpoint(
    auth, "POST", "/auth/refresh",
    summary="Exchange a refresh token for new tokens",
    description="Each refresh token works once. One that is used twice ends its whole family, "
    "because somebody may have stolen it.",
    access=with_any_token, body=RefreshIn, body_optional=True, answer=TokensOut,
    limit="60/minute", errors=(401,),
)  # fmt: skip
def refresh(body: RefreshIn) -> TokensOut:
    claims = tokens.read_refresh(body.refresh_token or _bearer())
    with committing():
        renewed = rotate_refresh(claims["jti"])
    if renewed is None:
        raise tokens.refused()
    return _tokens(renewed.user, renewed.jti, renewed.family)


@endpoint(
    auth, "POST", "/auth/logout",
    summary="Sign out",
    description="Ends the access token and every refresh token of the same sign-in.",
    access=with_any_token, body=RefreshIn, body_optional=True, errors=(401,),
)  # fmt: skip
def logout(body: RefreshIn) -> None:
    if body.refresh_token:
        family = str(tokens.read_refresh(body.refresh_token)["fam"])
    else:
        family = tokens.current_family() or ""
        if not family:
            raise tokens.refused()
    with committing():
        revoke_family(family)


def _bearer() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Problem(
            401,
            "token_required",
            "Send the refresh token.",
            headers={"WWW-Authenticate": 'Bearer realm="vitrina"'},
        )
    return token.strip()


def _tokens(user: User, jti: str, family: str) -> TokensOut:
    return TokensOut(
        access_token=tokens.issue_access(user, family),
        refresh_token=tokens.issue_refresh(user, jti, family),
    )

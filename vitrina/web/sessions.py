"""A signed-in browser: Flask-Login over the shop's own session rows, so that each can be ended."""

import flask
import flask_login
from flask import Flask, request

from vitrina.accounts import queries
from vitrina.accounts.actions import sessions
from vitrina.accounts.models import User


class SignedIn(flask_login.UserMixin):
    """What Flask-Login keeps: the session's token stands for the user."""

    def __init__(self, user: User, token: str) -> None:
        self.user = user
        self.token = token

    def get_id(self) -> str:
        return self.token


login_manager = flask_login.LoginManager()


@login_manager.user_loader
def load(token: str) -> SignedIn | None:
    """The user of a session that has not ended."""
    found = queries.session_by_token(token)
    return SignedIn(found.user, token) if found else None


def start_session(user: User, *, remember: bool = True) -> None:
    """Sign this browser in under a new session id. Call inside ``committing()``."""
    flask.session.clear()
    token = sessions.open_session(
        user,
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string[:300],
        remember=remember,
    )
    flask.session.permanent = remember
    flask_login.login_user(SignedIn(user, token), force=True)


def end_session() -> None:
    """Sign this browser out; the session's row says so. Call inside ``committing()``."""
    current = flask_login.current_user
    if current.is_authenticated:
        sessions.close_session(current.token)
    flask_login.logout_user()
    flask.session.clear()


def current_token() -> str | None:
    """The token of this browser's session, None when nobody is signed in."""
    current = flask_login.current_user
    return str(current.token) if current.is_authenticated else None


def init_app(app: Flask) -> None:
    login_manager.session_protection = None
    login_manager.init_app(app)

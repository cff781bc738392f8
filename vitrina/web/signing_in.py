"""A password is looked at between two commits: the attempt is counted before, whatever comes."""

from flask import request

from vitrina.accounts.actions import signing_in
from vitrina.accounts.models import User
from vitrina.core.db import committing


def sign_in(login: str, password: str) -> User:
    """The user who signs in by ``login`` (name or e-mail), for the storefront, staff and the API.

    Call outside ``committing()``; the session or token is opened by the caller afterwards.
    Raises BadCredentials and TooManyAttempts, alike for accounts that do not exist.
    """
    with committing():
        attempt = signing_in.begin_attempt(login, ip=request.remote_addr or "")
    with committing():
        return signing_in.sign_in(attempt, password)


def confirm_password(user: User, password: str) -> None:
    """Make sure that it is still the user who sits there, before a serious change.

    Call outside ``committing()``. Raises WrongPassword and TooManyAttempts.
    """
    with committing():
        attempt = signing_in.begin_confirmation(user)
    with committing():
        signing_in.confirm_password(attempt, password)

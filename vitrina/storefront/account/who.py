"""The signed-in customer of this request."""

from flask import abort

from vitrina.accounts.models import User
from vitrina.web.visitor import visitor


def me() -> User:
    """The user behind ``@signed_in``; 401 without one."""
    user = visitor().user
    if user is None:
        abort(401)
    return user

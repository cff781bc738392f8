"""Short words for the tests of accounts."""

from typing import Any

from vitrina.accounts.actions import links, registration, signing_in, staff
from vitrina.accounts.models import User
from vitrina.accounts.rules import Purpose
from vitrina.core.db import committing, session
from vitrina.core.events import OutboxEvent

PASSWORD = "one ink on paper"


def customer(username: str = "ana", email: str = "ana@example.com") -> User:
    """A customer who has registered."""
    with committing():
        user = registration.register(username, email, PASSWORD)
    assert user is not None
    return user


def member(username: str = "olga", role: str = "owner") -> User:
    """A member of staff."""
    with committing():
        staff.ensure_roles()
        return staff.create_staff(username, f"{username}@example.com", PASSWORD, role)


def sign_in(login: str, password: str = PASSWORD, ip: str = "10.0.0.1") -> User:
    """Sign in as a face does: two commits."""
    with committing():
        attempt = signing_in.begin_attempt(login, ip=ip)
    with committing():
        return signing_in.sign_in(attempt, password)


def link(user: User, purpose: Purpose, **more: Any) -> str:
    """The secret of a link as the mail's writer makes it."""
    with committing():
        return links.issue_token(user, purpose, **more)


def events(name: str) -> list[dict[str, Any]]:
    """The payloads of the events of that name, oldest first."""
    found = session.query(OutboxEvent).filter_by(name=name).order_by(OutboxEvent.id)
    return [event.payload for event in found]

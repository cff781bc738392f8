"""News of accounts. No event carries a secret: links are made when the mail is written.

``ref`` tells two events about the same user apart, so that each is mailed once.
"""

import secrets
from dataclasses import dataclass, field

from vitrina.core.events import Event


def new_ref() -> str:
    """A short random reference; it opens nothing."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class UserRegistered(Event):
    user_id: int


@dataclass(frozen=True)
class RegistrationRepeated(Event):
    """Somebody tried to register with the e-mail of an account, or to move an account to it."""

    user_id: int
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class VerificationAsked(Event):
    user_id: int
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class EmailVerified(Event):
    user_id: int


@dataclass(frozen=True)
class RecoveryAsked(Event):
    """``user_id`` is None when nobody has the address: the work is the same either way."""

    user_id: int | None
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class EmailChangeAsked(Event):
    """``email``: the new address, to which the link goes."""

    user_id: int
    email: str
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class EmailChanged(Event):
    """``before``: the old address, which is told."""

    user_id: int
    before: str
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class PasswordChanged(Event):
    user_id: int
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class StaffInvited(Event):
    email: str
    role_id: int
    by: str
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class UserSignedIn(Event):
    user_id: int

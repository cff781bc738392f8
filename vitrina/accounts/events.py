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
    """Somebody opened an account; the e-mail is still to be verified."""

    user_id: int


@dataclass(frozen=True)
class RegistrationRepeated(Event):
    """Somebody tried to register with the e-mail of an account, or to move an account to it."""

    user_id: int
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class VerificationAsked(Event):
    """The link that proves an e-mail is to be sent, again or for the first time."""

    user_id: int
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class EmailVerified(Event):
    """A link was followed: the e-mail is the user's own."""

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
    """The user is told, because it may have been somebody else."""

    user_id: int
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class StaffInvited(Event):
    """``email`` may join the staff with a role; the link is made when the mail is written."""

    email: str
    role_id: int
    by: str
    ref: str = field(default_factory=new_ref)


@dataclass(frozen=True)
class UserSignedIn(Event):
    """The password was right; a second factor may still be asked for."""

    user_id: int

"""Mails about accounts. The secrets of links are made here, when the mail is written."""

from vitrina.accounts import queries
from vitrina.accounts.actions import links
from vitrina.accounts.events import (
    EmailChangeAsked,
    EmailChanged,
    PasswordChanged,
    RecoveryAsked,
    RegistrationRepeated,
    StaffInvited,
    UserRegistered,
    VerificationAsked,
)
from vitrina.accounts.models import Role, User
from vitrina.accounts.rules import Purpose
from vitrina.core.db import session
from vitrina.core.events import on
from vitrina.core.locales import DEFAULT, get
from vitrina.notifications import office
from vitrina.notifications.actions import write
from vitrina.notifications.queries import is_written


@on(UserRegistered)
def welcome(event: UserRegistered) -> None:
    """Greet a new customer and ask to confirm the address."""
    _send_link("welcome", event.user_id, f"welcome:{event.user_id}", Purpose.VERIFY, "/verify")


@on(VerificationAsked)
def verify(event: VerificationAsked) -> None:
    """Send the link that proves the address once more."""
    _send_link("verify", event.user_id, f"verify:{event.ref}", Purpose.VERIFY, "/verify")


@on(RecoveryAsked)
def recovery(event: RecoveryAsked) -> None:
    """Send a link for a new password; nothing when nobody has the address."""
    if event.user_id is not None:
        key = f"recovery:{event.ref}"
        _send_link("recovery", event.user_id, key, Purpose.RECOVERY, "/recover")


@on(EmailChangeAsked)
def email_change(event: EmailChangeAsked) -> None:
    """Send the link that moves an account, to its new address."""
    key = f"email_change:{event.ref}"
    _send_link("email_change", event.user_id, key, Purpose.EMAIL, "/email", to=event.email)


@on(EmailChanged)
def email_changed(event: EmailChanged) -> None:
    """Tell the old address that the account has left it."""
    user = queries.by_id(event.user_id)
    context = {"masked": masked(user.email)}
    _tell("email_changed", user, f"email_changed:{event.ref}", context, to=event.before)


@on(RegistrationRepeated)
def registration_repeated(event: RegistrationRepeated) -> None:
    """Tell the owner of an account that somebody tried to register its address."""
    user = queries.by_id(event.user_id)
    context = {"link": office.link("/login", get(user.locale))}
    _tell("registration_repeated", user, f"registration_repeated:{event.ref}", context)


@on(PasswordChanged)
def password_changed(event: PasswordChanged) -> None:
    """Tell the owner of an account that its password was changed."""
    user = queries.by_id(event.user_id)
    context = {"link": office.link("/recover", get(user.locale))}
    _tell("password_changed", user, f"password_changed:{event.ref}", context)


@on(StaffInvited)
def invitation(event: StaffInvited) -> None:
    """Invite somebody to the staff, in the shop's default language."""
    key = f"invitation:{event.ref}"
    role = session.get(Role, event.role_id)
    if role is None or is_written(key):
        return
    token = links.issue_invitation(event.email, role.id)
    write(
        "invitation",
        to=event.email,
        locale=DEFAULT.code,
        key=key,
        context={"role": role.name, "link": office.link(f"/invitations/{token}", DEFAULT)},
    )


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: ``an…@example.com``."""
    name, _, domain = email.partition("@")
    return f"{name[:2]}…@{domain}"


def greeting(user: User) -> str:
    """How a user is addressed.

    The free name is used only once the address is proved: until then anybody could have typed
    it, with a stranger's address, to send them words of their own.
    """
    return user.name if user.name and user.email_verified_at else user.username


def _send_link(
    template: str, user_id: int, key: str, purpose: Purpose, path: str, *, to: str | None = None
) -> None:
    user = queries.by_id(user_id)
    if is_written(key) or not user.is_active:
        return
    token = links.issue_token(user, purpose, email=to)
    link = office.link(f"{path}/{token}", get(user.locale))
    _tell(template, user, key, {"link": link}, to=to)


def _tell(
    template: str, user: User, key: str, context: dict[str, str], *, to: str | None = None
) -> None:
    write(
        template,
        to=to or user.email,
        locale=user.locale,
        key=key,
        context={"name": greeting(user), **context},
        subject_ref=f"user:{user.id}",
    )

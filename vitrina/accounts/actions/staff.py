"""Staff: nobody joins them by registering. Every change leaves an audit row."""

import sqlalchemy as sa

from vitrina.accounts import queries
from vitrina.accounts.actions.links import redeem
from vitrina.accounts.actions.registration import draft, store
from vitrina.accounts.actions.sessions import close_all_sessions
from vitrina.accounts.errors import EmailTaken, LastOwner, LinkNotGood, RoleTooHigh, UsernameTaken
from vitrina.accounts.events import StaffInvited
from vitrina.accounts.models import Role, User
from vitrina.accounts.rules import Purpose
from vitrina.core import audit, clock, permissions
from vitrina.core.db import session
from vitrina.core.emails import check_email
from vitrina.core.events import record

OWNER = "owner"
SYSTEM = "system"


def ensure_roles() -> None:
    """Bring the built-in roles in step with ``core/permissions.py``; custom ones stay."""
    known = {role.name: role for role in queries.roles()}
    for name, held in permissions.ROLES.items():
        wanted = sorted(str(permission) for permission in held)
        role = known.get(name)
        if role is None:
            session.add(Role(name=name, permissions=wanted, is_builtin=True))
        elif role.permissions != wanted:
            role.permissions, role.is_builtin = wanted, True
    session.flush()


def create_staff(
    username: str, email: str, password: str, role: str, *, name: str = "", locale: str = "en"
) -> User:
    """Make a member of staff at once, from the command line or the first start.

    Raises RoleNotFound, UsernameTaken, EmailTaken and what :func:`registration.draft` raises.
    """
    return _join(draft(username, email, password, name=name, locale=locale), role, by=SYSTEM)


def invite(email: str, role: str, *, by: User | None) -> None:
    """Invite somebody by mail to join the staff in ``role``; the link is good for a week.

    ``by`` is None for the command line. Raises InvalidEmail, EmailTaken, RoleNotFound, RoleTooHigh.
    """
    email, wanted = check_email(email), queries.role_by_name(role)
    _check_reach(by, wanted)
    if queries.find_by_email(email) is not None:
        raise EmailTaken(field="email")
    actor = by.actor if by else SYSTEM
    record(StaffInvited(email=email, role_id=wanted.id, by=actor))
    audit.note(actor, "staff.invite", f"email:{email}", after={"role": wanted.name})


def accept_invitation(token: str, username: str, password: str, *, name: str = "") -> User:
    """Join the staff by an invitation; the address counts as verified.

    Raises LinkNotGood, UsernameTaken, EmailTaken, InvalidUsername and WeakPassword.
    """
    link = redeem(token, Purpose.INVITATION)
    role = session.get(Role, link.role_id) if link.role_id is not None else None
    if role is None:
        raise LinkNotGood()
    user = draft(username, link.email, password, name=name)
    user.email_verified_at = clock.now()
    return _join(user, role.name, by=f"invitation:{link.id}")


def change_role(user: User, role: str | None, *, by: User | None) -> None:
    """Give a user another role, or none; they have to sign in again.

    Raises RoleNotFound, RoleTooHigh, and LastOwner when nobody would be left as owner.
    """
    wanted = queries.role_by_name(role) if role else None
    _check_reach(by, user.role, wanted, subject=user)
    if wanted is None or wanted.name != OWNER:
        _keep_an_owner(user)
    before = user.role.name if user.role else None
    user.role_id = wanted.id if wanted else None
    user.role = wanted
    close_all_sessions(user)
    _note(by, "staff.role", user, {"role": before}, {"role": wanted.name if wanted else None})


def deactivate(user: User, *, by: User | None) -> None:
    """Close an account: nobody signs in to it any more. Raises RoleTooHigh and LastOwner."""
    _check_reach(by, user.role, subject=user)
    _keep_an_owner(user)
    user.is_active = False
    close_all_sessions(user)
    _note(by, "user.deactivate", user, {"is_active": True}, {"is_active": False})


def reactivate(user: User, *, by: User | None) -> None:
    """Open a closed account again. Raises RoleTooHigh."""
    _check_reach(by, user.role, subject=user)
    user.is_active = True
    _note(by, "user.reactivate", user, {"is_active": False}, {"is_active": True})


def _join(user: User, role: str, *, by: str) -> User:
    wanted = queries.role_by_name(role)
    user.role_id, user.role = wanted.id, wanted
    if queries.find_by_username(user.username) is not None:
        raise UsernameTaken(field="username")
    if queries.find_by_email(user.email) is not None:
        raise EmailTaken(field="email")
    if not store(user):
        raise UsernameTaken(field="username")
    audit.note(by, "staff.join", f"user:{user.id}", after={"role": wanted.name})
    return user


def _check_reach(by: User | None, *roles: Role | None, subject: User | None = None) -> None:
    """Refuse changes to oneself, and to roles that hold more than one's own."""
    if by is None:
        return
    held = set(by.role.permissions) if by.role else set()
    if subject is not None and subject.id == by.id:
        raise RoleTooHigh()
    if any(role is not None and not held.issuperset(role.permissions) for role in roles):
        raise RoleTooHigh()


def _keep_an_owner(user: User) -> None:
    """Raises LastOwner when ``user`` is the only active owner; locks the owners to be sure."""
    owners = session.scalars(
        sa.select(User)
        .join(Role, User.role_id == Role.id)
        .where(Role.name == OWNER, User.is_active.is_(True))
        .order_by(User.id)
        .with_for_update(of=User)
    ).all()
    if user in owners and len(owners) == 1:
        raise LastOwner()


def _note(
    by: User | None, action: str, user: User, before: dict[str, object], after: dict[str, object]
) -> None:
    audit.note(by.actor if by else SYSTEM, action, f"user:{user.id}", before, after)

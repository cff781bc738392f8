"""People who sign in: customers, and staff, who are users with a role."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from vitrina.core.db import JSON, Base, Dated, Identified
from vitrina.core.permissions import Permission


class Role(Identified, Base):
    """A named set of permissions. Built-in ones are kept in step with ``core/permissions.py``."""

    __tablename__ = "roles"
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    permissions: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_builtin: Mapped[bool] = mapped_column(default=False)


class User(Identified, Dated, Base):
    """Somebody with an account. ``*_key`` are the case-folded forms under which it is unique.

    ``sessions_from``: sessions and tokens issued before this moment are no longer good.
    """

    __tablename__ = "users"
    username: Mapped[str] = mapped_column(sa.String(64))
    username_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    email_key: Mapped[str] = mapped_column(sa.String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    marketing_consent_at: Mapped[datetime | None]
    email_verified_at: Mapped[datetime | None]
    role_id: Mapped[int | None] = mapped_column(sa.ForeignKey("roles.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    sessions_from: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    role: Mapped[Role | None] = relationship(lazy="joined")
    addresses: Mapped[list["Address"]] = relationship(
        back_populates="user", order_by="Address.id", cascade="all, delete-orphan"
    )

    @property
    def is_staff(self) -> bool:
        return self.role_id is not None

    @property
    def actor(self) -> str:
        """How this user signs what was done: ``staff:3`` or ``customer:7``."""
        return f"{'staff' if self.is_staff else 'customer'}:{self.id}"

    def may(self, permission: Permission) -> bool:
        """Whether the user's role holds ``permission``."""
        return self.is_active and self.role is not None and permission in self.role.permissions


class Address(Identified, Dated, Base):
    """An entry of a customer's address book."""

    __tablename__ = "addresses"
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    company: Mapped[str] = mapped_column(sa.String(200), default="")
    vat_number: Mapped[str] = mapped_column(sa.String(20), default="")
    line1: Mapped[str] = mapped_column(sa.String(200))
    line2: Mapped[str] = mapped_column(sa.String(200), default="")
    city: Mapped[str] = mapped_column(sa.String(120))
    region: Mapped[str] = mapped_column(sa.String(120), default="")
    postal_code: Mapped[str] = mapped_column(sa.String(20), default="")
    country: Mapped[str] = mapped_column(sa.String(2))
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    user: Mapped[User] = relationship(back_populates="addresses")


class LoginSession(Identified, Dated, Base):
    """A signed-in browser. The cookie holds the token, the row its hash."""

    __tablename__ = "login_sessions"
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    ip: Mapped[str] = mapped_column(sa.String(64), default="")
    user_agent: Mapped[str] = mapped_column(sa.String(300), default="")
    user: Mapped[User] = relationship(lazy="joined")


class RefreshToken(Identified, Dated, Base):
    """A refresh token of the API. One that is used twice ends its whole family."""

    __tablename__ = "refresh_tokens"
    jti: Mapped[str] = mapped_column(sa.String(64), unique=True)
    family: Mapped[str] = mapped_column(sa.String(64), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class OneTimeToken(Identified, Dated, Base):
    """A link that works once: recovery, verification, change of e-mail, invitation.

    It is bound to the user and the address it was sent to; ``role_id`` is an invitation's.
    """

    __tablename__ = "one_time_tokens"
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    purpose: Mapped[str] = mapped_column(sa.String(20))
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(sa.String(254))
    role_id: Mapped[int | None] = mapped_column(sa.ForeignKey("roles.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """Failed attempts under a key (an account, an address); counted in one UPDATE."""

    __tablename__ = "throttles"
    key: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]

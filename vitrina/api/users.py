"""The caller's own account."""

from datetime import datetime

from vitrina.api import kit
from vitrina.api.access import signed_in
from vitrina.api.kit import endpoint
from vitrina.api.schemas import Out
from vitrina.api.tokens import current_user, refused

users = kit.blueprint("users")


class UserOut(Out):
    """An account. ``role`` and ``permissions`` are those of staff."""

    id: int
    username: str
    email: str
    is_email_verified: bool
    name: str
    phone: str
    locale: str
    role: str | None
    permissions: list[str]
    created_at: datetime


@endpoint(
    users, "GET", "/users/me",
    summary="Read your own account", access=signed_in, answer=UserOut, etag=True,
)  # fmt: skip
def me() -> UserOut:
    user = current_user()
    if user is None:
        raise refused()
    return UserOut(
        id=user.id,
        username=user.username,
        email=user.email,
        is_email_verified=user.email_verified_at is not None,
        name=user.name,
        phone=user.phone,
        locale=user.locale,
        role=user.role.name if user.role else None,
        permissions=sorted(user.role.permissions) if user.role else [],
        created_at=user.created_at,
    )

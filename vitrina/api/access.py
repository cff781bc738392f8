"""Who may call an endpoint. The API knows bearer tokens and cart tokens, and never a cookie."""

from dataclasses import dataclass
from enum import StrEnum

from vitrina.api.problems import Problem
from vitrina.api.tokens import current_user
from vitrina.core.permissions import Permission


class Kind(StrEnum):
    PUBLIC = "public"
    SHOPPER = "shopper"
    SIGNED_IN = "signed_in"
    ANY_TOKEN = "any_token"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may: everybody, a shopper (token or cart token), a user, or staff with a permission."""

    kind: Kind
    permission: Permission | None = None

    def check(self) -> None:
        """Let the caller through, or raise Problem: 401 without a token, 403 without the right.

        A token that is sent is looked at even where none is needed: a wrong one is never ignored.
        """
        if self.kind is Kind.ANY_TOKEN:  # the view reads it: it may be a refresh token
            return
        user = current_user()
        if self.kind in (Kind.PUBLIC, Kind.SHOPPER):
            return
        if user is None:
            raise Problem(
                401,
                "token_required",
                "Send an access token in the Authorization header.",
                headers={"WWW-Authenticate": 'Bearer realm="vitrina"'},
            )
        if self.permission is not None and not user.may(self.permission):
            raise Problem(403, "forbidden", "Your account may not do this.")

    @property
    def words(self) -> str:
        """What the documentation says of it."""
        return {
            Kind.PUBLIC: "everybody",
            Kind.SHOPPER: "everybody, with an access token or a cart token",
            Kind.SIGNED_IN: "with an access token",
            Kind.ANY_TOKEN: "with an access or a refresh token",
            Kind.STAFF: f"staff with `{self.permission}`",
        }[self.kind]

    def __str__(self) -> str:
        return str(self.permission or self.kind)


public = Access(Kind.PUBLIC)
shopper = Access(Kind.SHOPPER)
signed_in = Access(Kind.SIGNED_IN)
with_any_token = Access(Kind.ANY_TOKEN)


def requires(permission: Permission) -> Access:
    """Staff whose role holds ``permission``."""
    return Access(Kind.STAFF, permission)

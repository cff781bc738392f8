"""Signed links: a value that leaves the shop and can be believed when it comes back."""

import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer

_secrets: list[str] = []


def configure(secret: str, old: Sequence[str] = ()) -> None:
    """Set the secret that everything is signed with (``VITRINA_SECRET_KEY``).

    What was signed with one of the ``old`` ones is still believed.
    """
    _secrets[:] = [*reversed(old), secret]


def _key() -> list[str]:
    """The secrets, the present one last, as itsdangerous wants them."""
    if not _secrets:
        raise RuntimeError("signing is not configured")
    return _secrets


def sign(purpose: str, value: str) -> str:
    """A token that says ``value`` for ``purpose``; it does not expire."""
    return str(URLSafeSerializer(_key(), salt=f"vitrina.{purpose}").dumps(value))


def read(purpose: str, token: str | None) -> str | None:
    """The value of a token of ``purpose``; None when it is not ours."""
    if not token:
        return None
    try:
        value = URLSafeSerializer(_key(), salt=f"vitrina.{purpose}").loads(token)
    except BadSignature:
        return None
    return value if isinstance(value, str) else None


def shared_secrets(purpose: str) -> list[str]:
    """Secrets to give to somebody who signs what they send us: 64 hexadecimal digits each.

    The first is of the present key and is the one to give away; the others are of older keys, so
    that what was given away before is still good.
    """
    told = f"vitrina.shared.{purpose}".encode()
    return [hmac.new(key.encode(), told, hashlib.sha256).hexdigest() for key in reversed(_key())]

"""Signed links: a value that leaves the shop and can be believed when it comes back."""

import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

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


def read(purpose: str, token: str | None, *, max_age: int | None = None) -> str | None:
    """The value of a token of ``purpose``; None when it is not ours.

    ``max_age``: for tokens made by :func:`sign_timed`, how many seconds they are good for.
    """
    if not token:
        return None
    salt = f"vitrina.{purpose}"
    try:
        if max_age is None:
            value = URLSafeSerializer(_key(), salt=salt).loads(token)
        else:
            value = URLSafeTimedSerializer(_key(), salt=salt).loads(token, max_age=max_age)
    except BadSignature:
        return None
    return value if isinstance(value, str) else None


def sign_timed(purpose: str, value: str) -> str:
    """A token that remembers when it was made; :func:`read` it with ``max_age``."""
    return str(URLSafeTimedSerializer(_key(), salt=f"vitrina.{purpose}").dumps(value))


def shared_secrets(purpose: str) -> list[str]:
    """Secrets to give to somebody who signs what they send us: 64 hexadecimal digits each.

    The first is of the present key and is the one to give away; the others are of older keys, so
    that what was given away before is still good.
    """
    told = f"vitrina.shared.{purpose}".encode()
    return [hmac.new(key.encode(), told, hashlib.sha256).hexdigest() for key in reversed(_key())]

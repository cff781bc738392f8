"""Signed links: a value that leaves the shop and can be believed when it comes back."""

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

_secret: str | None = None


def configure(secret: str) -> None:
    """Set the secret that everything is signed with (``VITRINA_SECRET_KEY``)."""
    global _secret
    _secret = secret


def _key() -> str:
    if not _secret:
        raise RuntimeError("signing is not configured")
    return _secret


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

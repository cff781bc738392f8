"""Secrets that must be read again, such as the keys of a payment provider: encrypted at rest.

Each is kept as ``KEY_ID:TOKEN``: a Fernet token (AES-128-CBC with HMAC-SHA256) under a key derived
by HKDF (RFC 5869) from the shop's secret key. The id says under which, so that several keys can be
known at once: the present one encrypts, older ones (``VITRINA_OLD_SECRET_KEYS``) still read, and
``vitrina secrets rotate`` writes everything anew under the present one.
"""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_keys: dict[str, Fernet] = {}
_current = ""


class UnreadableSecret(Exception):
    """A secret was encrypted under a key that is not known any more, or was tampered with."""


def configure(secret_key: str, old_keys: Sequence[str] = ()) -> None:
    """Set the key that encrypts, and those that may still be read."""
    global _current
    _keys.clear()
    for key in (secret_key, *old_keys):
        _keys[_id_of(key)] = Fernet(_derived(key))
    _current = _id_of(secret_key)


def encrypt(text: str) -> str:
    """``text`` as it may be stored."""
    return f"{_current}:{_keys[_current].encrypt(text.encode()).decode()}"


def decrypt(kept: str) -> str:
    """What :func:`encrypt` was given. Raises UnreadableSecret."""
    key_id, _, token = kept.partition(":")
    key = _keys.get(key_id)
    if key is None:
        raise UnreadableSecret(f"no key {key_id[:12]!r} is known")
    try:
        return key.decrypt(token.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret("the secret was changed") from None


def is_current(kept: str) -> bool:
    """Whether a stored secret is under the present key."""
    return kept.partition(":")[0] == _current


def _id_of(key: str) -> str:
    return hashlib.sha256(f"vitrina.key-id:{key}".encode()).hexdigest()[:12]


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"vitrina.secrets").derive(
        key.encode()
    )
    return base64.urlsafe_b64encode(made)

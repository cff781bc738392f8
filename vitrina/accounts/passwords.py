"""Argon2id, with the parameters that OWASP asks for at least (19 MiB, two rounds)."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The hash to keep of ``password``."""
    return _hasher.hash(unicodedata.normalize("NFKC", password))


def is_password(password: str, hashed: str | None) -> bool:
    """Whether ``password`` is the one behind ``hashed``.

    Without a hash (no such account) it takes just as long, and the answer is no.
    """
    normal = unicodedata.normalize("NFKC", password)[:1024]
    try:
        _hasher.verify(hashed or _nobodys(), normal)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def is_outdated(hashed: str) -> bool:
    """Whether ``hashed`` was made with other parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")

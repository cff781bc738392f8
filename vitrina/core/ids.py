"""Identifiers that leave the shop: unguessable tokens and human numbers."""

import hashlib
import secrets

MOST_ID = 2**63 - 1
"""No row of either database has a greater number."""


def new_token() -> str:
    """A new secret of 192 random bits, safe in a URL (32 characters)."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """The form in which a secret is stored: SHA-256, hexadecimal (64 characters).

    A plain hash is enough because the tokens are random, unlike passwords.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_number(prefix: str) -> str:
    """A number for people to read out, such as ``VT-4820193``.

    It is random, so that it reveals neither how many there are nor what the next one is.
    """
    return f"{prefix}-{secrets.randbelow(9_000_000) + 1_000_000}"

"""Codes of gift cards, and which of them can pay."""

import re
import secrets
from datetime import datetime

from vitrina.core.ids import hash_token

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""32 characters that are not mistaken for each other: no I, O, 0 or 1."""

LENGTH = 16
"""80 random bits: nobody finds a card by guessing, and a plain hash of the code is safe."""


def new_code() -> str:
    """A code such as ``K7QM-2HTR-9XWB-PF4D``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def normal_code(entered: str) -> str:
    """A code as it is compared: capitals, without what people put between the groups."""
    return re.sub(r"[\s\-–—_.]", "", entered).upper()


def code_hash(entered: str) -> str:
    """Under which hash a code is kept."""
    return hash_token(f"gift-card:{normal_code(entered)}")


def can_pay(
    *,
    balance: int,
    currency: str,
    wanted: str,
    expires_at: datetime | None,
    void: bool,
    now: datetime,
) -> bool:
    """Whether an account pays for an order in ``wanted`` (a currency)."""
    alive = not void and (expires_at is None or expires_at > now)
    return alive and balance > 0 and currency == wanted

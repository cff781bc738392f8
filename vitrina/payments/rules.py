"""Decisions about payments: what an outcome means for one in a certain state."""

from enum import StrEnum

from vitrina.payments.ledger.rules import clearing
from vitrina.payments.provider import Outcome, Status


class Effect(StrEnum):
    """What applying an outcome changed."""

    NOTHING = "nothing"
    OPENED = "opened"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    ENDED = "ended"
    MISMATCH = "mismatch"


FAILED = {Status.FAILED: "failed", Status.CANCELLED: "cancelled", Status.NOTHING: "never_started"}


def reason_of(outcome: Outcome) -> str:
    """Why a payment ended without money, as a code of at most 80 characters."""
    return (outcome.reason or FAILED.get(outcome.status, str(outcome.status)))[:80]


def captured_amount(
    outcome: Outcome, *, amount: int, currency: str, capturing: int | None, captures_later: bool
) -> int | None:
    """What came in, if it is what was asked for, in the same currency; None if it is not.

    ``capturing`` is what staff decided to take of ``amount``. Where they take it later and have
    decided nothing here, they did so at the provider's: then any part is right.
    """
    got = outcome.amount
    if got is None or got.currency != currency or got.minor <= 0:
        return None
    if captures_later and capturing is None:
        return got.minor if got.minor <= amount else None
    return got.minor if got.minor == (amount if capturing is None else capturing) else None


GIFT_CARD, STORE_CREDIT = "gift_card", "store_credit"


def holder(provider: str) -> str:
    """The ledger's account of the money that payments by ``provider`` bring in."""
    owed = {GIFT_CARD: "gift_cards", STORE_CREDIT: "store_credit"}
    return owed.get(provider) or clearing(provider)

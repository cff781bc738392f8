"""Decisions about payments: what an outcome means for one in a certain state."""

from enum import StrEnum

from vitrina.payments.provider import Outcome, Status


class Effect(StrEnum):
    """What applying an outcome changed."""

    NOTHING = "nothing"
    OPENED = "opened"
    CAPTURED = "captured"
    ENDED = "ended"
    MISMATCH = "mismatch"


FAILED = {Status.FAILED: "failed", Status.CANCELLED: "cancelled", Status.NOTHING: "never_started"}


def reason_of(outcome: Outcome) -> str:
    """Why a payment ended without money, as a code of at most 80 characters."""
    return (outcome.reason or FAILED.get(outcome.status, str(outcome.status)))[:80]


def is_right_amount(outcome: Outcome, amount: int, currency: str) -> bool:
    """Whether exactly what was asked for came in, in the same currency."""
    return (
        outcome.amount is not None
        and outcome.amount.minor == amount
        and outcome.amount.currency == currency
    )

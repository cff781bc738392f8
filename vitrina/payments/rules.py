"""Decisions about payments: what an outcome means for one in a certain state."""

from enum import StrEnum

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


def came_in(outcome: Outcome, currency: str) -> int:
    """The minor units of ``currency`` that came in; 0 when it was another currency, or nothing."""
    got = outcome.amount
    return got.minor if got is not None and got.currency == currency and got.minor > 0 else 0


def is_as_asked(came: int, *, amount: int, capturing: int | None, captures_later: bool) -> bool:
    """Whether what came in is what was asked for.

    ``capturing`` is what staff decided to take of ``amount``. Where they take it later and have
    decided nothing here, they did so at the provider's: then any part is right.
    """
    if captures_later and capturing is None:
        return 0 < came <= amount
    return came == (amount if capturing is None else capturing)

"""Card testing and hoarding: whoever tries card after card, or has stock kept for order after order
that is to be paid later and never is, is slowed down, by form and by API alike.

Attempts that brought no money are counted for an hour by cart, by e-mail, by network address and
by the card's token. Only keyed hashes are kept, and they go with the order's payment.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from vitrina.core import clock, signing
from vitrina.core.db import rows_changed, session
from vitrina.payments.errors import TooManyAttempts
from vitrina.payments.models import Payment, PaymentAttempt, PaymentState

WINDOW = timedelta(hours=1)
MOST: Mapping[str, int] = {
    "cart": 8,
    "email": 8,
    "client": 40,
    "card": 8,
    "later_email": 10,
    "later_client": 50,
}
"""How many attempts without money there may be in an hour; how many orders to be paid later that
are not paid yet there may be from a day. Many buyers can share an address."""

KEPT_FOR = timedelta(days=1)
_UNPAID = (
    PaymentState.PENDING,
    PaymentState.REQUIRES_ACTION,
    PaymentState.FAILED,
    PaymentState.CANCELLED,
)
_is_on = True


def configure(*, enabled: bool) -> None:
    """Whether attempts are limited (``VITRINA_RATE_LIMITS``)."""
    global _is_on
    _is_on = enabled


@dataclass(frozen=True, slots=True)
class Payer:
    """Who tries to pay. ``client`` is a network address; what is empty is not counted.

    ``later``: they want to pay later, so it is their unpaid orders that are counted.
    """

    cart: str = ""
    email: str = ""
    client: str = ""
    card: str = ""
    later: bool = False

    def hashes(self) -> dict[str, str]:
        """The keyed hash of each thing that is known, by its kind."""
        email = self.email.strip().lower()
        known = {"cart": self.cart, "email": email, "client": self.client, "card": self.card}
        if self.later:
            known = {"later_email": email, "later_client": self.client}
        return {kind: _hash(kind, value) for kind, value in known.items() if value}


def check(payer: Payer) -> None:
    """Raises TooManyAttempts when too many payments of this payer brought no money lately."""
    hashes = payer.hashes()
    if not _is_on or not hashes:
        return
    since = clock.now() - (KEPT_FOR if payer.later else WINDOW)
    counts = session.execute(
        sa.select(PaymentAttempt.kind, sa.func.count())
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .where(
            PaymentAttempt.hash.in_(hashes.values()),
            PaymentAttempt.created_at > since,
            Payment.state.in_(_UNPAID),
        )
        .group_by(PaymentAttempt.kind)
    )
    if any(count >= MOST[kind] for kind, count in counts):
        raise TooManyAttempts(retry_after=int(WINDOW.total_seconds()) // 4)


def note(payment_id: int, payer: Payer) -> None:
    """Count a try to pay."""
    if hashes := payer.hashes():
        now = clock.now()
        session.execute(
            sa.insert(PaymentAttempt),
            [
                {"payment_id": payment_id, "kind": kind, "hash": value, "created_at": now}
                for kind, value in hashes.items()
            ],
        )


def forget_old() -> int:
    """Remove attempts that count no more; returns how many."""
    return rows_changed(
        sa.delete(PaymentAttempt).where(PaymentAttempt.created_at < clock.now() - KEPT_FOR),
        quiet=True,
    )


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(signing.sign(f"attempt.{kind}", value).encode()).hexdigest()

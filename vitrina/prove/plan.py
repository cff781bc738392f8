"""What is to be tried, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from vitrina.core.points import POINTS

GUARDS = {
    "stock": "the conditional UPDATE of a shelf: pieces are counted first and written later",
    "coupon": "the conditional UPDATE of a coupon's uses",
    "gift_card": "the conditional UPDATE of a gift card's balance",
    "refund": "the conditional UPDATE of what can still be refunded",
    "checkout_key": "the lookup of an order by its checkout key",
    "refund_key": "the key of a refund, and the question whether it was made already",
    "reconciler": "the poller and the reconciler",
    "outbox": "the lease of jobs: they are forgotten as soon as they are taken",
}
"""What can be taken out, to see that the proof notices."""

KILLED_AT = "killed at {}"
"""The name of the number of deaths at a point."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is tried. ``without``: a guard that is taken out, of GUARDS."""

    buyers: int = 200
    kills: int = 20
    seed: int = 1
    without: str = ""
    restart_database: str = ""


@dataclass
class Finding:
    """One promise of the shop: how often it was tried, and what broke it."""

    promise: str
    tried: str
    faults: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.faults


@dataclass
class Report:
    """What was tried, on which database, how long it took, and what held."""

    database: str
    plan: Plan
    findings: list[Finding] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def held(self) -> bool:
        return all(finding.held for finding in self.findings)

    @property
    def unreached(self) -> list[str]:
        """The named points at which no process died, of which this trial says nothing."""
        return [point for point in POINTS if self.numbers.get(KILLED_AT.format(point), 1) == 0]


Tell = Callable[[str, int, int], None]
"""Told what is being done, and how many of how many are."""

"""News of returns."""

from dataclasses import dataclass, field

from vitrina.core.events import Event


@dataclass(frozen=True)
class ReturnRequested(Event):
    """A buyer, or staff for one, wants to send something back; ``kind`` as in ReturnKind."""

    order_id: int
    number: str
    kind: str


@dataclass(frozen=True)
class OrderWithdrawn(Event):
    """A buyer withdrew from what had not left: from all of an order, which is cancelled, or a part.

    ``at`` is the moment in ISO format, ``declared_by`` the name of who did. ``pieces``: those of a
    part, by the id of their line. ``return_number``: the return of what they withdrew from as well.
    """

    order_id: int
    number: str
    declared_by: str
    at: str
    pieces: dict[str, int] = field(default_factory=dict)
    return_number: str = ""


@dataclass(frozen=True)
class ReturnApproved(Event):
    """Staff agreed: the buyer is told how to send it."""

    order_id: int
    number: str


@dataclass(frozen=True)
class ReturnRejected(Event):
    """Staff refused it; ``reason`` is what the buyer is told."""

    order_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class ReturnReceived(Event):
    """Pieces of it have arrived at the shop."""

    order_id: int
    number: str


@dataclass(frozen=True)
class ReturnInspected(Event):
    """It was looked at, and what is given for it is decided."""

    order_id: int
    number: str


@dataclass(frozen=True)
class ReturnCancelled(Event):
    """It was called off before anything arrived."""

    order_id: int
    number: str

"""News of returns."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class ReturnRequested(Event):
    """A buyer, or staff for one, wants to send something back; ``kind`` as in ReturnKind."""

    order_id: int
    number: str
    kind: str


@dataclass(frozen=True)
class OrderWithdrawn(Event):
    """A buyer withdrew from an order before anything of it had left; it is cancelled.

    ``at`` is the moment in ISO format, ``declared_by`` the name of who did.
    """

    order_id: int
    number: str
    declared_by: str
    at: str


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

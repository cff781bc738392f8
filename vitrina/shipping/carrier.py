"""The contract of a carrier: values in, a price out. It sees no session, request or order.

A carrier is a class, found under the entry point group ``vitrina.carriers`` (the built-in ones are
registered in ``registry.py``). It is made with its settings, an instance of its ``Settings``
dataclass, from which the staff's form is drawn. Its suite is ``tests/contracts/carrier.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from vitrina.core.money import Money
from vitrina.core.places import Destination


@dataclass(frozen=True, slots=True)
class ParcelItem:
    """Equal pieces in a parcel; weight of one in grams, lengths in millimetres (0: unknown)."""

    quantity: int
    weight_g: int = 0
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0


@dataclass(frozen=True, slots=True)
class RateRequest:
    """What is to be sent where. ``value``: the goods at listed prices, in the store's currency."""

    destination: Destination
    items: tuple[ParcelItem, ...]
    value: Money

    @property
    def weight_g(self) -> int:
        """The weight of all pieces in grams."""
        return sum(item.weight_g * item.quantity for item in self.items)

    @property
    def quantity(self) -> int:
        """How many pieces there are."""
        return sum(item.quantity for item in self.items)


class Carrier(Protocol):
    """A carrier. ``live``: it asks somebody else, so it may be slow, or away.

    One whose class says ``collected = True`` carries nothing: the buyer comes, to the ``place`` of
    its settings. It is offered last and never chosen for anybody.

    ``Settings.__init__`` raises ValueError for settings that cannot be.
    """

    code: ClassVar[str]
    live: ClassVar[bool]
    Settings: ClassVar[type[Any]]

    def __init__(self, settings: Any) -> None: ...

    def rate(self, ask: RateRequest) -> Money | None:
        """The price in the currency of ``ask.value``; None when the carrier does not take it."""
        ...


class ParcelNews(StrEnum):
    """What a carrier tells of a parcel; only its arrival changes anything in the shop."""

    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CarrierNotice:
    """One piece of news: ``event_id`` is the carrier's own, ``at`` (UTC) is when it happened."""

    event_id: str
    tracking_number: str
    state: ParcelNews
    at: datetime


@runtime_checkable
class NoticeReader(Protocol):
    """What a carrier may also do: tell of its parcels at ``POST /webhooks/carriers/<code>``.

    A carrier without it can still tell: in the shop's own form (``notices.py``).
    """

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> list[CarrierNotice]:
        """Verify a notice and read it. Raises ForgedNotice, and reads nothing then."""
        ...

"""News of orders. Amounts and addresses are read from the order, not from here."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class OrderPlaced(Event):
    """The buyer confirmed it. ``pay_later``: accepted now, the money comes afterwards."""

    order_id: int
    number: str
    pay_later: bool


@dataclass(frozen=True)
class OrderPaid(Event):
    """All of it is paid."""

    order_id: int
    number: str


@dataclass(frozen=True)
class RestPaid(Event):
    """An order that was changed after it was paid is paid again; ``payment_id`` brought it."""

    order_id: int
    number: str
    payment_id: int


@dataclass(frozen=True)
class OrderAuthorized(Event):
    """Its money is held by the bank until staff take it; the order is accepted."""

    order_id: int
    number: str


@dataclass(frozen=True)
class PaymentDisputed(Event):
    """A buyer's bank took money back, or brought it again (``state``)."""

    order_id: int
    number: str
    state: str


@dataclass(frozen=True)
class PaymentFailed(Event):
    """A payment ended without money; ``reason`` is a code such as ``card_declined``."""

    order_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class OrderCancelled(Event):
    """The buyer or staff stopped it; ``reason`` is in their words."""

    order_id: int
    number: str
    reason: str


@dataclass(frozen=True)
class OrderExpired(Event):
    """It was never paid, and its time is over."""

    order_id: int
    number: str


@dataclass(frozen=True)
class ShipmentShipped(Event):
    """A parcel of the order has left."""

    order_id: int
    number: str
    shipment_id: int


@dataclass(frozen=True)
class ShipmentDelivered(Event):
    """A parcel of the order has arrived."""

    order_id: int
    number: str
    shipment_id: int


@dataclass(frozen=True)
class RefundAsked(Event):
    """Money is to go back: the provider has yet to be told."""

    order_id: int
    number: str
    refund_id: int


@dataclass(frozen=True)
class PaymentRefunded(Event):
    """Money went back."""

    order_id: int
    number: str
    refund_id: int

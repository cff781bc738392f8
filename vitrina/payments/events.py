"""News of payments that a provider has yet to be told."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class PaymentGivenUp(Event):
    """Its money is not wanted any more: the provider should let go of it."""

    payment_id: int


@dataclass(frozen=True)
class PaymentCapturing(Event):
    """Staff decided to take what is authorized."""

    payment_id: int

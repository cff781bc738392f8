"""Payments that people handle: a bank transfer, or cash at the door. Staff confirm the money."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice
from vitrina.payments.provider import (
    Kind,
    Notice,
    Outcome,
    PaymentRequest,
    ProviderInfo,
    Started,
    Status,
)

MOST_DAYS = 365


class Manual:
    """Nothing is asked and nothing is known: it stays pending until staff say otherwise.

    Money that is given back is given back by hand as well, so a refund is done when it is noted.
    """

    code: ClassVar[str] = "manual"
    info: ProviderInfo

    @dataclass(frozen=True)
    class Settings:
        """``days``: how long an order waits for the money."""

        days: int = 7

        def __post_init__(self) -> None:
            if not 1 <= self.days <= MOST_DAYS:
                raise ValueError(f"an order waits from 1 to {MOST_DAYS} days")

    def __init__(self, settings: "Manual.Settings") -> None:
        self.settings = settings

    def start(self, ask: PaymentRequest) -> Started:
        return Started(Outcome(Status.PENDING, ref=ask.reference))

    def recover(self, ask: PaymentRequest) -> Outcome:
        return Outcome(Status.PENDING, ref=ask.reference)

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        return Outcome(Status.PENDING, ref=ref)

    def cancel(self, ref: str, key: str) -> Outcome:
        return Outcome(Status.CANCELLED, ref=ref)

    def refund(self, ref: str, amount: Money, key: str) -> Outcome:
        return Outcome(Status.REFUNDED, ref=key, amount=amount)

    def check(self, ref: str) -> Outcome:
        return Outcome(Status.PENDING, ref=ref)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        raise ForgedNotice(provider=self.code, reason="no_webhooks")


class BankTransfer(Manual):
    """The buyer sends the money with the order's number as its reference."""

    def __init__(self, settings: Manual.Settings) -> None:
        super().__init__(settings)
        self.info = ProviderInfo(
            code=self.code,
            name="Bank transfer",
            hint="We send the details by mail and print when the money is here.",
            kind=Kind.TRANSFER,
            pay_later=True,
            days=settings.days,
        )


class CashOnDelivery(Manual):
    """The buyer pays the carrier at the door, so the parcel leaves unpaid."""

    code: ClassVar[str] = "cash_on_delivery"

    def __init__(self, settings: Manual.Settings) -> None:
        super().__init__(settings)
        self.info = ProviderInfo(
            code=self.code,
            name="Cash on delivery",
            hint="You pay the carrier at the door.",
            kind=Kind.ON_DELIVERY,
            pay_later=True,
            ships_unpaid=True,
        )


class Cheque(Manual):
    """The buyer sends a cheque by post."""

    code: ClassVar[str] = "cheque"

    @dataclass(frozen=True)
    class Settings(Manual.Settings):
        """``days``: how long an order waits for the cheque."""

        days: int = 14

    def __init__(self, settings: "Cheque.Settings") -> None:
        super().__init__(settings)
        self.info = ProviderInfo(
            code=self.code,
            name="Cheque",
            hint="Send it to our address with the order's number on the back.",
            kind=Kind.TRANSFER,
            pay_later=True,
            days=settings.days,
        )

"""Payments that people handle: a bank transfer, a cheque, or cash at the door.

Staff confirm the money.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from stdnum import bic, iban
from stdnum.exceptions import ValidationError

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
    WrongSetting,
)

MOST_DAYS = 365


class Manual:
    """Nothing is asked and nothing is known: it stays pending until staff say otherwise.

    Money that is given back is sent by hand as well, so a refund waits for staff in the same way.
    """

    code: ClassVar[str] = "manual"
    info: ProviderInfo

    @dataclass(frozen=True)
    class Settings:
        """``days``: how long an order waits for the money."""

        days: int = 7

        def __post_init__(self) -> None:
            if not 1 <= self.days <= MOST_DAYS:
                why = f"an order waits from 1 to {MOST_DAYS} days"
                raise WrongSetting(why, field="days", code="days", most=MOST_DAYS)

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
        return Outcome(Status.PENDING, ref=key, amount=amount)

    def check(self, ref: str) -> Outcome:
        return Outcome(Status.PENDING, ref=ref)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        raise ForgedNotice(provider=self.code, reason="no_webhooks")


class BankTransfer(Manual):
    """The buyer sends the money with the order's number as its reference."""

    @dataclass(frozen=True)
    class Settings(Manual.Settings):
        """The account to which buyers send the money, as they are told it.

        ``other_details``: what a country without IBAN needs, such as a routing number or a Pix key.
        An IBAN is checked by its digits (ISO 13616), a BIC by its form (ISO 9362).
        """

        account_holder: str = ""
        iban: str = ""
        bic: str = ""
        bank: str = ""
        other_details: str = ""

        def __post_init__(self) -> None:
            Manual.Settings.__post_init__(self)
            if self.iban:
                _check("iban", iban.validate, self.iban)
            if self.bic:
                _check("bic", bic.validate, self.bic)

    def __init__(self, settings: "BankTransfer.Settings") -> None:
        super().__init__(settings)
        self.info = ProviderInfo(
            code=self.code,
            name="Bank transfer",
            hint="We send the parcel when the money is here.",
            kind=Kind.TRANSFER,
            pay_later=True,
            days=settings.days,
            account=_filled(
                account_holder=settings.account_holder,
                iban=iban.format(settings.iban) if settings.iban else "",
                bic=bic.format(settings.bic) if settings.bic else "",
                bank=settings.bank,
                other_details=settings.other_details,
            ),
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
        """``days``: how long an order waits for the cheque.

        ``payable_to`` and ``send_to``: its payee and the address; else the store's own.
        """

        days: int = 14
        payable_to: str = ""
        send_to: str = ""

    def __init__(self, settings: "Cheque.Settings") -> None:
        super().__init__(settings)
        self.info = ProviderInfo(
            code=self.code,
            name="Cheque",
            hint="We send the parcel when the cheque is cleared.",
            kind=Kind.CHEQUE,
            pay_later=True,
            days=settings.days,
            account=_filled(payable_to=settings.payable_to, send_to=settings.send_to),
        )


def _check(field: str, validate: Callable[[str], str], entered: str) -> None:
    try:
        validate(entered)
    except ValidationError as error:
        why = f"the {field.upper()} is not right: {error}"
        raise WrongSetting(why, field=field, code=field) from None


def _filled(**fields: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in fields.items() if value)

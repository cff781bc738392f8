"""The payment provider contract: one of the three doors for plugins (docs/plugins.md).

A provider is given values and gives values. It sees no session, no request and no Order, and is
called between two commits. Every provider passes ``tests/contracts/payment_provider.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from vitrina.core.money import Money

CUSTOMER_MISSING = "customer_missing"
"""The reason of an Outcome: the provider does not know the customer who was named."""


class WrongSetting(ValueError):
    """A setting (``field``) cannot be right: what the Settings of a provider may raise.

    ``code`` and ``facts`` make the sentence that staff read in their language; ``why`` is for logs,
    and for staff where the shop has no words for the code. Neither holds a secret.
    """

    def __init__(self, why: str, *, field: str, code: str, **facts: object) -> None:
        super().__init__(why)
        self.field, self.code, self.facts = field, code, facts


class Kind(StrEnum):
    """How a buyer pays, so that a face can draw it."""

    CARD = "card"
    HOSTED = "hosted"
    """On the provider's own page, where the buyer is sent."""
    TRANSFER = "transfer"
    CHEQUE = "cheque"
    ON_DELIVERY = "on_delivery"


BY_HAND = (Kind.TRANSFER, Kind.CHEQUE, Kind.ON_DELIVERY)
"""People see this money come, and send it back: no provider is asked."""


@dataclass(frozen=True, slots=True)
class PayForm:
    """A form of the provider's on a page of the shop, drawn and sent by the provider's own script.

    ``script`` is its address and ``public_key`` the shop's name there. Where the browser may load
    from on that page, as sources of a content security policy: ``scripts``, ``frames``, ``calls``.
    """

    script: str
    public_key: str
    scripts: tuple[str, ...]
    frames: tuple[str, ...]
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """What a buyer is told of a way to pay. ``name`` and ``hint`` are messages to be translated.

    ``pay_later``: the order is accepted now and paid afterwards, within ``days`` (None: any time);
    ``ships_unpaid``: it may leave before. ``captures_later``: it is only authorized at checkout,
    and staff take the money. ``currencies`` and ``countries`` it takes: empty is all. ``origins``:
    where the buyer's browser is sent, such as ``https://pay.example.com``. ``keeps_cards``: it is a
    CardKeeper as well. ``form``: where the buyer confirms with a ``client_secret``. ``account``:
    where the buyer sends the money, as pairs of a field (``iban``) and its value.
    """

    code: str
    name: str
    hint: str
    kind: Kind
    pay_later: bool = False
    ships_unpaid: bool = False
    captures_later: bool = False
    keeps_cards: bool = False
    days: int | None = None
    currencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    form: PayForm | None = None
    account: tuple[tuple[str, str], ...] = ()

    def takes(self, currency: str, country: str) -> bool:
        """Whether one can pay so in ``currency`` from ``country`` (either may be empty)."""
        return (not currency or not self.currencies or currency in self.currencies) and (
            not country or not self.countries or country in self.countries
        )


class Status(StrEnum):
    """The state of a payment as the provider sees it. NOTHING: it has never heard of it."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REQUIRES_ACTION = "requires_action"
    PENDING = "pending"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What a provider is asked to take. ``reference`` is ours; ``token`` is the buyer's means.

    ``key`` makes a repeat harmless, and every value is the same in a repeat. The buyer comes back
    to ``return_url``, whether they paid or turned away. ``capture``: take the money at once, or
    only authorize it. ``customer``: the provider's name for a customer it knows; ``save``: keep the
    means for them, because they asked for that.
    """

    reference: str
    order_number: str
    amount: Money
    key: str
    email: str
    return_url: str
    token: str = ""
    locale: str = "en"
    capture: bool = True
    customer: str = ""
    save: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What may be kept of a card (PCI DSS 3.3): never its number.

    ``fingerprint`` is the provider's name for the card, the same for each use of it.
    """

    brand: str
    last4: str
    exp_month: int = 0
    exp_year: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that can be paid with again: ``ref`` is the token of a PaymentRequest."""

    ref: str
    card: Card


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund as the provider knows it. ``key`` is ours, where it was asked for by us."""

    ref: str
    amount: Money
    status: "Status"
    key: str = ""


@dataclass(frozen=True, slots=True)
class DisputeFact:
    """A buyer's bank takes the money back. ``state``: ``open``, ``won`` or ``lost`` by the shop."""

    ref: str
    amount: Money
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call. ``ref`` is the provider's name for the payment (or the refund).

    ``amount`` is what was captured or given back; a capture may be a part of what was authorized.
    ``reason`` says why it failed, as a code. While it REQUIRES_ACTION, the buyer must go to
    ``redirect_url``, or confirm with ``client_secret`` on a page of the shop. ``refunds`` and
    ``disputes`` are told by ``check``: also those that were not made through the shop.
    """

    status: Status
    ref: str = ""
    amount: Money | None = None
    reason: str = ""
    redirect_url: str = ""
    client_secret: str = field(default="", repr=False)
    card: Card | None = None
    customer: str = ""
    refunds: tuple[RefundFact, ...] = ()
    disputes: tuple[DisputeFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """The answer to ``start``: where the payment stands now."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Notice:
    """One verified event of a webhook. It is only a hint: the state is asked for with ``check``.

    ``ref`` is the provider's name for the payment, ``reference`` ours where it tells it.
    """

    event_id: str
    kind: str
    ref: str = ""
    reference: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


class PaymentProvider(Protocol):
    """A way to be paid. Methods raise ProviderTimeout when the answer is unknown."""

    info: ProviderInfo

    @property
    def code(self) -> str:
        """The provider's name in the shop: ``acme_pay``."""
        ...

    @property
    def Settings(self) -> type[Any]:  # noqa: N802
        """A dataclass: what an operator sets; the class is made from one of these."""
        ...

    def start(self, ask: PaymentRequest) -> Started:
        """Begin a payment. The same ``key`` gives the same answer and one payment.

        A refusal is an Outcome FAILED, not an error.
        """
        ...

    def recover(self, ask: PaymentRequest) -> Outcome:
        """Where the payment of an ``ask`` stands whose answer was lost; NOTHING if none began.

        Takes no money that ``start`` had not taken.
        """
        ...

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        """Take all or a part of an authorized amount, once; the rest is given up.

        However often it is asked, the buyer pays once.
        """
        ...

    def cancel(self, ref: str, key: str) -> Outcome:
        """Give up a payment that is not captured: CANCELLED, or where it stands when that is late.

        What was authorized is free again, and a page that waits for the buyer takes no money.
        """
        ...

    def refund(self, ref: str, amount: Money, key: str) -> Outcome:
        """Give part or all back: REFUNDED, PENDING or FAILED. The same key refunds once.

        Never asked of a kind that is BY_HAND: staff say when they have sent the money.
        """
        ...

    def check(self, ref: str) -> Outcome:
        """Where a payment stands now. ``ref`` is the provider's name for it."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        """Verify a webhook and read its events. Raises ForgedNotice, and reads nothing then."""
        ...


class CardKeeper(Protocol):
    """What a provider can do as well whose info says ``keeps_cards``."""

    def cards(self, customer: str) -> Sequence[SavedCard]:
        """The cards that a customer asked to keep, the latest first; answers soon or not at all.

        ``customer`` is the provider's name for them. Raises ProviderTimeout.
        """
        ...

    def forget_card(self, customer: str, ref: str) -> bool:
        """Forget one of a customer's cards; False when it is not theirs. Raises ProviderTimeout."""
        ...

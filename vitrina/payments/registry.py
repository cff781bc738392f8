"""Which payment providers there are: the built-in ones, and plugins by entry point.

Their settings come from the environment, or from what the merchant entered; the environment wins.
What is entered while the shop runs is noticed by every process through the store's
``providers_version``. One that is switched off begins no payments, and still looks after those that
have begun: their money may come, or has to go back.
"""

import threading
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, cast

import structlog

from vitrina.core import store
from vitrina.core.errors import NotFound
from vitrina.core.secrets import UnreadableSecret
from vitrina.payments.errors import UnknownProvider
from vitrina.payments.provider import BY_HAND, CardKeeper, PaymentProvider, ProviderInfo
from vitrina.payments.providers.manual import BankTransfer, CashOnDelivery, Cheque
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.payments.settings import queries
from vitrina.payments.settings.models import ProviderSettings

log = structlog.get_logger("vitrina.payments")

BUILT_IN: tuple[Any, ...] = (Sandbox, Stripe, PayPal, BankTransfer, CashOnDelivery, Cheque)
AS_THEY_ARE = frozenset({BankTransfer.code, CashOnDelivery.code})
"""Offered as long as nobody said otherwise: they need no settings."""

_classes: dict[str, Any] = {}
_given: dict[str, Any] = {}
_providers: dict[str, PaymentProvider] = {}
_off: frozenset[str] = frozenset()
_extra: dict[str, PaymentProvider] = {}
_version: int | None = None
_building = threading.Lock()


def register(provider: PaymentProvider) -> None:
    """Offer a provider under its code; a second one of the same code takes its place."""
    global _off
    _extra[provider.code] = _providers[provider.code] = provider
    _off -= {provider.code}


def configure(
    *, sandbox: Sandbox.Settings | None = None, given: Mapping[str, Any] | None = None
) -> None:
    """Set up the providers as a process starts; ``given``: settings by code, of the environment.

    Without settings the sandbox is not offered: a real shop does not take play money.
    """
    global _version
    _classes.clear()
    _given.clear()
    _extra.clear()
    _given.update(given or {})
    if sandbox is not None:
        _given[Sandbox.code] = sandbox
    plugins = [plugin.load() for plugin in entry_points(group="vitrina.payment_providers")]
    for made in (*BUILT_IN, *plugins):
        _classes[made.code] = made
    _version = None
    _build({})


def known() -> Mapping[str, Any]:
    """All provider classes by code, whether they are set up or not."""
    return dict(_classes)


def is_given(code: str) -> bool:
    """Whether the environment says how a provider is set up, so that nobody else can."""
    return code in _given


def get(code: str) -> PaymentProvider:
    """The provider of that code, for a payment that has begun. Raises UnknownProvider."""
    _refresh()
    found = _providers.get(code)
    if found is None:
        raise UnknownProvider(field="provider", provider=code[:40])
    return found


def choose(code: str) -> PaymentProvider:
    """The provider of that code, for a new payment. Raises UnknownProvider, also when it is off."""
    found = get(code)
    if code in _off:
        raise UnknownProvider(field="provider", provider=code[:40])
    return found


def is_offered(code: str) -> bool:
    """Whether new payments may begin with the provider of that code."""
    _refresh()
    return code in _providers and code not in _off


def card_keeper(code: str) -> CardKeeper:
    """The provider of that code, which keeps cards for customers. Raises UnknownProvider."""
    found = get(code)
    if not found.info.keeps_cards:
        raise UnknownProvider(field="provider", provider=code[:40])
    return cast(CardKeeper, found)


def offered(currency: str, country: str) -> list[ProviderInfo]:
    """The ways to pay for an order in ``currency`` to ``country`` (either may be empty)."""
    _refresh()
    on = [made.info for code, made in _providers.items() if code not in _off]
    return [info for info in on if info.takes(currency, country)]


def origins() -> tuple[str, ...]:
    """Where buyers may be sent to pay: for the browser's policy on forms that redirect."""
    found = (origin for made in _providers.values() for origin in made.info.origins)
    return tuple(dict.fromkeys(found))


def everyone() -> list[PaymentProvider]:
    """All providers that are set up, also those that are switched off: for the worker."""
    _refresh()
    return list(_providers.values())


def by_hand() -> list[str]:
    """The codes of those whose money people see come and send back, also of those that are off."""
    return [made.code for made in everyone() if made.info.kind in BY_HAND]


def _refresh() -> None:
    """Read the merchant's settings when they are not those that were read last."""
    global _version
    try:
        version = store.current().providers_version
    except NotFound:
        return
    if version == _version:
        return
    with _building:
        if version != _version:
            _build({row.code: row for row in queries.everything()})
            _version = version


def _build(entered: Mapping[str, ProviderSettings]) -> None:
    """Make all providers anew, and put them in the place of the old ones at once.

    Other threads look them up meanwhile.
    """
    global _providers, _off
    made: dict[str, PaymentProvider] = {}
    off = {
        code
        for code, row in entered.items()
        if not row.is_enabled and code not in {*_given, *_extra}
    }
    for code, provider in _classes.items():
        try:
            settings = _settings(code, provider, entered)
            if settings is not None:
                made[code] = provider(settings)
        except (UnreadableSecret, TypeError, ValueError) as error:
            if code not in off:  # what is off need not be set up
                log.error("payments.provider_unusable", provider=code, error=str(error))
    _providers, _off = {**made, **_extra}, frozenset(off)


def _settings(code: str, made: Any, entered: Mapping[str, ProviderSettings]) -> Any:
    if code in _given:
        return _given[code]
    row = entered.get(code)
    if row is not None:
        return made.Settings(**queries.values_of(row))
    plugin = made not in BUILT_IN
    return made.Settings() if code in AS_THEY_ARE or plugin else None

"""Which payment providers there are: the built-in ones, and plugins by entry point."""

from importlib.metadata import entry_points

from vitrina.payments.errors import UnknownProvider
from vitrina.payments.provider import PaymentProvider, ProviderInfo
from vitrina.payments.providers.manual import BankTransfer, CashOnDelivery
from vitrina.payments.providers.sandbox import Sandbox

_providers: dict[str, PaymentProvider] = {}


def register(provider: PaymentProvider) -> None:
    """Offer a provider under its code; a second one of the same code takes its place."""
    _providers[provider.code] = provider


def configure(*, sandbox: Sandbox.Settings | None) -> None:
    """Set up the built-in providers and those of plugins, as a process starts.

    Without settings the sandbox is not offered: a real shop does not take play money.
    """
    _providers.clear()
    if sandbox is not None:
        register(Sandbox(sandbox))
    register(BankTransfer(BankTransfer.Settings()))
    register(CashOnDelivery(CashOnDelivery.Settings()))
    for plugin in entry_points(group="vitrina.payment_providers"):
        made = plugin.load()
        register(made(made.Settings()))


def get(code: str) -> PaymentProvider:
    """The provider of that code. Raises UnknownProvider."""
    found = _providers.get(code)
    if found is None:
        raise UnknownProvider(field="provider", provider=code[:40])
    return found


def offered(currency: str, country: str) -> list[ProviderInfo]:
    """The ways to pay for an order in ``currency`` to ``country`` (either may be empty)."""
    infos = [provider.info for provider in _providers.values()]
    return [info for info in infos if info.takes(currency, country)]


def everyone() -> list[PaymentProvider]:
    """All providers, for the worker."""
    return list(_providers.values())

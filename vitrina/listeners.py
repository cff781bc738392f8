"""The listeners of the house. Importing a ``reactions`` or ``tasks`` module registers what it does;
``configure`` functions get the settings that a room needs outside HTTP."""

import hashlib
from collections.abc import Callable
from typing import Any

import vitrina.accounts.tasks
import vitrina.cart.tasks
import vitrina.catalog.pictures
import vitrina.checkout.tasks
import vitrina.inventory.tasks
import vitrina.notifications.reactions.accounts
import vitrina.notifications.reactions.letters
import vitrina.notifications.reactions.orders
import vitrina.notifications.reactions.returns
import vitrina.notifications.reactions.stock
import vitrina.orders.invoices.tasks
import vitrina.orders.tasks
import vitrina.search.reactions
import vitrina.support.reactions  # noqa: F401
from vitrina.config import Settings
from vitrina.notifications import office
from vitrina.payments import attempts, registry
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.payments.providers.stripe.provider import Stripe


def payment_providers(settings: Settings) -> None:
    """The sandbox's bank has a file of its own, and a webhook secret that nobody has to set.

    A shop in production does not offer play money unless it says so (``VITRINA_SANDBOX``).
    """
    attempts.configure(enabled=settings.rate_limits)
    given: dict[str, Any] = {}
    if settings.stripe:
        stripe: dict[str, Any] = dict(settings.stripe)
        given[Stripe.code] = Stripe.Settings(**stripe)
    if settings.paypal:
        paypal: dict[str, Any] = dict(settings.paypal)
        given[PayPal.code] = PayPal.Settings(**paypal)
    secret = hashlib.sha256(f"sandbox:{settings.secret_key}".encode()).hexdigest()
    sandbox = Sandbox.Settings(path=settings.data_dir / "sandbox.db", webhook_secret=secret)
    registry.configure(sandbox=sandbox if settings.sandbox else None, given=given)


def post_office(settings: Settings) -> None:
    """Mails link to the shop's own address, and go out by its mail server where there is one."""
    office.configure(settings.base_url, settings.mail_url)


LISTENERS: list[Callable[[Settings], None]] = [payment_providers, post_office]

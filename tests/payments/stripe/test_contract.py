"""Stripe keeps the provider contract on its page, in its form on ours, and with saved cards."""

from typing import ClassVar

import pytest

from tests.contracts.payment_provider import PaymentProviderContract
from tests.payments.stripe.world import GOOD, World
from vitrina.payments.provider import Outcome, PaymentProvider, PaymentRequest


class TestHostedPage(PaymentProviderContract):
    """A declined card does not end a payment here: the buyer chooses another on the page."""

    tokens: ClassVar[dict[str, str]] = {"success": GOOD, "timeout": GOOD}

    @pytest.fixture
    def provider(self, world: World) -> PaymentProvider:
        self.world = world
        return world.stripe

    def approve(self, provider: PaymentProvider, ask: PaymentRequest, started: Outcome) -> None:
        self.world.type_card(started, ask.token)

    def lose(self, provider: PaymentProvider, ask: PaymentRequest) -> None:
        self.world.fault("stripe.*.create", "lost_reply")
        super().lose(provider, ask)


class TestElement(TestHostedPage):
    tokens: ClassVar[dict[str, str]] = {"success": "", "timeout": ""}

    @pytest.fixture
    def provider(self, world: World) -> PaymentProvider:
        self.world = world
        return world.element

    def approve(self, provider: PaymentProvider, ask: PaymentRequest, started: Outcome) -> None:
        self.world.confirm(started)


class TestNamedCard(TestHostedPage):
    tokens: ClassVar[dict[str, str]] = {
        "success": "pm_card_visa",
        "decline": "pm_card_chargeDeclined",
        "timeout": "pm_card_visa",
    }

    def approve(self, provider: PaymentProvider, ask: PaymentRequest, started: Outcome) -> None:
        pass

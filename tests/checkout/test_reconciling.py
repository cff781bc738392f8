"""What the reconciler asks about: whatever may differ, however it began."""

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.checkout import reconciling
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.models import OrderState
from vitrina.payments import registry
from vitrina.payments.errors import ProviderTimeout
from vitrina.payments.models import PaymentState
from vitrina.payments.providers.sandbox import Sandbox


def test_what_a_provider_holds_of_a_payment_whose_name_nobody_knows_is_let_go(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make.order(token="tok_timeout")
    (payment,) = order.payments
    reference = payment.reference
    assert (payment.state, payment.provider_ref) == (PaymentState.PENDING, None)
    sandbox = registry.get("sandbox")
    assert isinstance(sandbox, Sandbox)

    def away(*_: object) -> None:
        raise ProviderTimeout(provider="sandbox")

    with monkeypatch.context() as provider:
        provider.setattr(sandbox, "recover", away)
        with committing():
            orders.cancel(order, reason="changed mind", by="guest")
        shop.work()
    assert sandbox.bank.look(reference)["status"] == "authorized"
    with clock.later(hours=13):
        reconciling.reconcile()
    session.rollback()
    assert queries.by_id(order.id).state is OrderState.CANCELLED
    assert sandbox.bank.look(reference)["status"] == "cancelled"

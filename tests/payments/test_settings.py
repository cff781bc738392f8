"""Providers are set up by the merchant; what is secret is encrypted, and can be rotated."""

import json
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.checkout import actions as checkout
from vitrina.core import secrets, store
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.core.secrets import UnreadableSecret
from vitrina.orders import queries as orders
from vitrina.orders.models import OrderState
from vitrina.payments import registry
from vitrina.payments.errors import UnknownProvider, WrongProviderSetting
from vitrina.payments.providers.manual import BankTransfer, Cheque
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.settings import actions, queries
from vitrina.payments.settings.models import ProviderSettings
from vitrina.payments.settings.rules import fields_of

ENTERED = {
    "client_id": "an-id",
    "client_secret": "a-very-secret-value",
    "webhook_id": "WH-1",
    "api_base": "https://api-m.sandbox.paypal.com",
}


@pytest.fixture(autouse=True)
def _no_providers(shop: Shop) -> Iterator[None]:
    registry.configure()
    yield
    secrets.configure("a-secret-key-for-tests-0123456789abcdef")
    registry.configure()


def enter(**changes: str) -> None:
    with committing():
        actions.save(
            "paypal", PayPal.Settings, {**ENTERED, **changes}, is_enabled=True, by="staff:1"
        )


def test_a_provider_that_was_entered_is_offered_until_it_is_switched_off() -> None:
    with pytest.raises(UnknownProvider):
        registry.get("paypal")
    enter()
    provider = registry.get("paypal")
    assert isinstance(provider, PayPal)
    assert provider.settings.client_secret == "a-very-secret-value"
    with committing():
        actions.save("paypal", PayPal.Settings, ENTERED, is_enabled=False, by="staff:1")
    assert "paypal" not in [info.code for info in registry.offered("EUR", "PT")]


def test_a_secret_is_stored_encrypted_and_told_to_nobody() -> None:
    enter()
    row = session.scalars(sa.select(ProviderSettings)).one()
    kept = json.dumps([row.values, row.secrets])
    said = json.dumps([[e.before, e.after] for e in session.scalars(sa.select(AuditEntry))])
    assert "a-very-secret-value" not in kept + said
    assert queries.values_of(row)["client_secret"] == "a-very-secret-value"


def test_settings_that_are_entered_at_the_same_moment_are_both_read() -> None:
    before = store.current().providers_version
    session.rollback()
    with committing():
        store.current()
        meanwhile = sa.update(store.Store).values(providers_version=before + 1)
        session.execute(meanwhile, execution_options={"synchronize_session": False})
        actions.save("paypal", PayPal.Settings, ENTERED, is_enabled=True, by="staff:1")
    assert store.current().providers_version == before + 2


def test_an_empty_secret_stays_the_one_that_is_kept() -> None:
    enter()
    enter(client_secret="", client_id="another")
    provider = registry.get("paypal")
    assert isinstance(provider, PayPal)
    assert (provider.settings.client_id, provider.settings.client_secret) == (
        "another",
        "a-very-secret-value",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"api_base": "http://evil.example"},
        {"api_base": "https://evil.example"},
        {"timeout": "soon"},
        {"timeout": "0"},
    ],
)
def test_settings_that_cannot_be_right_are_refused_and_nothing_is_kept(
    wrong: dict[str, str],
) -> None:
    with pytest.raises(WrongProviderSetting), committing():
        actions.save("paypal", PayPal.Settings, {**ENTERED, **wrong}, is_enabled=True, by="staff:1")
    session.rollback()
    assert queries.find("paypal") is None


def test_secrets_move_to_a_new_key_and_the_old_one_may_go() -> None:
    old, new = "an-old-secret-key-0123456789abcdef", "a-new-secret-key-0123456789abcdef"
    secrets.configure(old)
    enter()
    secrets.configure(new)
    with pytest.raises(UnreadableSecret):
        actions.rotate()
    secrets.configure(new, [old])
    with committing():
        assert actions.rotate() == 1
    with committing():
        assert actions.rotate() == 0
    secrets.configure(new)
    row = queries.find("paypal")
    assert row is not None
    assert queries.values_of(row)["client_secret"] == "a-very-secret-value"


def test_a_secret_that_was_tampered_with_is_not_believed() -> None:
    kept = secrets.encrypt("hello")
    assert secrets.decrypt(kept) == "hello"
    with pytest.raises(UnreadableSecret):
        secrets.decrypt(kept[:-4] + "AAAA")


def test_the_form_is_drawn_from_the_dataclass() -> None:
    drawn = {field.name: (field.kind, field.is_required) for field in fields_of(PayPal.Settings)}
    assert drawn["client_secret"] == ("secret", True)
    assert drawn["api_base"] == ("text", False)
    assert fields_of(Cheque.Settings)[0].kind == "number"


def test_a_broken_provider_does_not_take_the_others_with_it() -> None:
    enter()
    secrets.configure("yet-another-secret-key-0123456789ab")
    registry.configure()
    codes = [info.code for info in registry.offered("EUR", "PT")]
    assert "paypal" not in codes
    assert "manual" in codes


@pytest.mark.parametrize("days", ["0", "-7", "366", "1e300"])
def test_an_order_waits_for_its_money_for_a_day_to_a_year(days: str) -> None:
    with pytest.raises(WrongProviderSetting), committing():
        actions.save("manual", BankTransfer.Settings, {"days": days}, is_enabled=True, by="staff:1")


def test_transfers_that_are_under_way_are_confirmed_although_the_way_to_pay_is_off() -> None:
    order = make.order(provider="manual")
    with committing():
        actions.save("manual", BankTransfer.Settings, {"days": "7"}, is_enabled=False, by="staff:1")
    with pytest.raises(UnknownProvider):
        make.order(provider="manual")
    session.rollback()
    with committing():
        checkout.receive_payment(order, by="staff:1")
    assert orders.by_id(order.id).state is OrderState.PAID


def test_pages_that_are_drawn_while_providers_are_set_up_anew_miss_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enter()
    registry.get("paypal")
    before, seen, made = registry.origins(), [], PayPal.__init__

    def slowly(self: PayPal, settings: PayPal.Settings) -> None:
        seen.append(registry.origins())  # as another thread does
        made(self, settings)

    monkeypatch.setattr(PayPal, "__init__", slowly)
    enter(client_id="another")
    registry.get("paypal")
    assert before == ("https://www.sandbox.paypal.com",)
    assert seen == [before]

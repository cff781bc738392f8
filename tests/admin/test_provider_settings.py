"""The ways to be paid, as the owner sets them up."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.audit import AuditEntry
from vitrina.core.db import session
from vitrina.payments import registry
from vitrina.payments.settings.queries import find, values_of

STRIPE = "/admin/settings/payments/stripe"
KEYS = {
    "setting-secret_key": "sk_test_abcdefgh12345678",
    "setting-webhook_secret": "whsec_abcdefgh12345678",
}


@pytest.fixture
def owner(shop: Shop) -> Browser:
    return sign_in(shop, "owner")


def sign_in(shop: Shop, role: str) -> Browser:
    user = make.staff(role)
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def offered(code: str) -> bool:
    session.rollback()
    return registry.is_offered(code)


def kept() -> dict[str, Any]:
    session.rollback()
    row = find("stripe")
    assert row is not None
    return values_of(row)


def test_every_way_to_pay_is_listed_with_its_state(owner: Browser) -> None:
    page = owner.open("/admin/settings/payments/")
    for words in ("Stripe", "PayPal", "Bank transfer", "Cash on delivery", "Cheque", "Off"):
        assert words in page.text


def test_a_provider_is_set_up_and_offered(owner: Browser) -> None:
    assert not offered("stripe")
    page = owner.open(STRIPE)
    assert page.form(STRIPE).fields["setting-mode"] == "hosted"
    owner.submit(STRIPE, is_enabled="y", **KEYS)
    assert offered("stripe")
    assert kept()["secret_key"] == KEYS["setting-secret_key"]


def test_an_empty_secret_stays_and_is_never_shown(owner: Browser) -> None:
    owner.open(STRIPE)
    owner.submit(STRIPE, is_enabled="y", **KEYS)
    page = owner.open(STRIPE)
    assert "sk_test_" not in page.html.replace("sk_test_ for play", "")
    assert "One is kept" in page.text
    owner.submit(STRIPE, is_enabled="y", **{"setting-timeout": "12"})
    assert kept()["secret_key"] == KEYS["setting-secret_key"]
    assert kept()["timeout"] == 12


def test_the_audit_log_holds_no_secret(owner: Browser) -> None:
    owner.open(STRIPE)
    owner.submit(STRIPE, is_enabled="y", **KEYS)
    session.rollback()
    row = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "payment_provider.update")
    ).one()
    assert row.after["secrets_changed"] == ["secret_key", "webhook_secret"]
    assert "abcdefgh12345678" not in str((row.before, row.after))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"setting-webhook_secret": ""}, "Fill this in."),
        ({"setting-secret_key": "nonsense"}, "Enter a key that begins with sk_live_"),
        ({"setting-timeout": "soon"}, "Enter a number."),
        ({"setting-timeout": "inf"}, "Enter a number."),
        ({"setting-timeout": "61"}, "Enter a number of seconds up to 60."),
        ({"setting-publishable_key": "pk_live_1"}, "Enter a key that begins with pk_test_."),
        ({"setting-custom_domain": "pay"}, "Enter a name such as pay.example.com."),
        ({"setting-api_base": "x" * 501}, "Enter one line of text, 500 characters at most."),
        ({"setting-mode": "carrier-pigeon"}, "one of hosted, element"),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(
    owner: Browser, fields: dict[str, str], words: str
) -> None:
    owner.open(STRIPE)
    page = owner.submit(STRIPE, status=422, is_enabled="y", **{**KEYS, **fields})
    assert words in page.text
    assert "nonsense" not in page.html
    assert not offered("stripe")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"setting-iban": "PT50000201231234567890155"}, "This is not an IBAN"),
        ({"setting-bic": "NOT A BIC"}, "This is not a BIC"),
        ({"setting-days": "0"}, "From 1 to 365 days."),
    ],
)
def test_a_wrong_account_for_transfers_is_said_at_its_field(
    owner: Browser, fields: dict[str, str], words: str
) -> None:
    address = "/admin/settings/payments/manual"
    owner.open(address)
    page = owner.submit(address, status=422, is_enabled="y", **fields)
    assert words in page.text


def test_a_provider_is_switched_off_with_its_secrets_kept(owner: Browser) -> None:
    owner.open(STRIPE)
    owner.submit(STRIPE, is_enabled="y", **KEYS)
    owner.open(STRIPE)
    owner.submit(STRIPE, is_enabled="")
    assert not offered("stripe")
    assert kept()["secret_key"] == KEYS["setting-secret_key"]


def test_the_webhook_address_can_be_copied(owner: Browser) -> None:
    assert "http://localhost/webhooks/payments/stripe" in owner.open(STRIPE).html
    assert "/webhooks/payments/" not in owner.open("/admin/settings/payments/cheque").html


def test_what_the_environment_sets_can_only_be_read(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.open(STRIPE)
    monkeypatch.setattr(registry, "is_given", lambda code: code == "stripe")
    owner.submit(STRIPE, status=409, is_enabled="y", **KEYS)
    page = owner.open(STRIPE)
    assert "can only be changed there" in page.text
    assert "Save" not in page.text


def test_only_who_may_change_settings_sees_them(shop: Shop) -> None:
    sign_in(shop, "manager").open("/admin/settings/payments/", status=403)
    sign_in(shop, "manager").open(STRIPE, status=403)


def test_an_unknown_provider_does_not_exist(owner: Browser) -> None:
    owner.open("/admin/settings/payments/moneygun", status=404)

"""The built-in providers keep the contract, and the sandbox's webhooks cannot be forged."""

import json
from pathlib import Path
from typing import ClassVar

import pytest

from tests.contracts.payment_provider import TEN, PaymentProviderContract
from vitrina.core import clock
from vitrina.core.ids import new_token
from vitrina.payments.errors import ForgedNotice, KeyUsedOtherwise
from vitrina.payments.provider import PaymentProvider, PaymentRequest, Status
from vitrina.payments.providers.manual import BankTransfer, CashOnDelivery
from vitrina.payments.providers.sandbox import HEADER, Sandbox, token_of


class TestSandbox(PaymentProviderContract):
    tokens: ClassVar[dict[str, str]] = {
        "success": "tok_success",
        "decline": "tok_decline",
        "timeout": "tok_timeout",
    }

    @pytest.fixture
    def provider(self, tmp_path: Path) -> PaymentProvider:
        return a_sandbox(tmp_path)


class TestBankTransfer(PaymentProviderContract):
    tokens: ClassVar[dict[str, str]] = {"success": ""}
    captures = False

    @pytest.fixture
    def provider(self) -> PaymentProvider:
        return BankTransfer(BankTransfer.Settings())


class TestCashOnDelivery(TestBankTransfer):
    @pytest.fixture
    def provider(self) -> PaymentProvider:
        return CashOnDelivery(CashOnDelivery.Settings())


def a_sandbox(folder: Path) -> Sandbox:
    return Sandbox(Sandbox.Settings(path=folder / "bank.db", webhook_secret="a-webhook-secret-01"))


def ask(token: str) -> PaymentRequest:
    return PaymentRequest(
        reference=new_token(),
        order_number="VT-1234567",
        amount=TEN,
        key=new_token(),
        email="ana@example.com",
        return_url="http://localhost/back",
        token=token,
    )


def test_delayed_money_comes_by_itself_and_is_told_by_a_signed_webhook(tmp_path: Path) -> None:
    sandbox = a_sandbox(tmp_path)
    started = sandbox.start(ask("tok_delay")).outcome
    assert started.status is Status.PENDING
    assert sandbox.due_webhooks() == []
    with clock.later(seconds=6):
        ((event_id, headers, body),) = sandbox.due_webhooks()
        (notice,) = sandbox.read_webhook(headers, body)
        assert (notice.event_id, notice.ref) == (event_id, started.ref)
        assert sandbox.check(started.ref).amount == TEN
        sandbox.bank.sent(event_id)
        assert sandbox.due_webhooks() == []


def test_three_d_secure_asks_the_buyer_first(tmp_path: Path) -> None:
    sandbox = a_sandbox(tmp_path)
    started = sandbox.start(ask("tok_3ds")).outcome
    assert started.status is Status.REQUIRES_ACTION
    assert started.redirect_url == f"/sandbox/3ds/{started.ref}"
    assert sandbox.capture(started.ref, TEN, new_token()).status is Status.REQUIRES_ACTION
    sandbox.bank.authenticate(started.ref, approved=True)
    sandbox.bank.authenticate(started.ref, approved=False)
    assert sandbox.capture(started.ref, TEN, new_token()).status is Status.CAPTURED


def test_a_webhook_is_believed_only_with_the_right_secret_and_time(tmp_path: Path) -> None:
    sandbox = a_sandbox(tmp_path)
    body = json.dumps(
        {"id": "evt_1", "type": "payment.captured", "payment": "sbx_1", "reference": "r"}
    ).encode()
    good = sandbox.signature(body)
    assert sandbox.read_webhook({HEADER.lower(): good}, body)[0].event_id == "evt_1"
    other = Sandbox(Sandbox.Settings(tmp_path / "b.db", webhook_secret="another-secret-012345"))
    old = int(clock.now().timestamp()) - 301
    for forged, text in (
        (other.signature(body), body),
        (good, body + b" "),
        (sandbox.signature(body, at=old), body),
        (sandbox.signature(b"{}"), b"{}"),
        ("t=é,v1=", body),
        ("t=²,v1=00", body),
    ):
        with pytest.raises(ForgedNotice):
            sandbox.read_webhook({HEADER: forged}, text)


def test_a_secret_must_be_a_secret(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="secret"):
        Sandbox(Sandbox.Settings(tmp_path / "bank.db", webhook_secret=""))


def test_a_key_stands_for_one_request(tmp_path: Path) -> None:
    sandbox, first = a_sandbox(tmp_path), ask("tok_success")
    sandbox.start(first)
    with pytest.raises(KeyUsedOtherwise):
        sandbox.start(
            PaymentRequest(
                first.reference, "VT-2", TEN * 2, first.key, "a@b.pt", "/", "tok_success"
            )
        )


def test_card_numbers_become_tokens_and_others_are_forgotten() -> None:
    assert token_of("4242 4242-4242 4242") == "tok_success"
    assert token_of("4111111111111111") is None
    assert token_of("") is None

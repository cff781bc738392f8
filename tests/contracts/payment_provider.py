"""The suite that every payment provider passes. A plugin's test subclasses it:

    class TestAcmePay(PaymentProviderContract):
        @pytest.fixture
        def provider(self, tmp_path): ...
        tokens = {"success": "...", "decline": "...", "timeout": "..."}

What a provider cannot do (``tokens`` without it) is skipped; nothing else is.
"""

from typing import ClassVar

import pytest

from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import Outcome, PaymentProvider, PaymentRequest, Status

TEN = Money(1000, "EUR")


class PaymentProviderContract:
    """Subclass it, give it a ``provider`` fixture and the ``tokens`` that make things happen."""

    tokens: ClassVar[dict[str, str]] = {}
    captures: ClassVar[bool] = True
    """Whether the money comes by itself; false where people confirm it."""

    def ask(self, token: str, amount: Money = TEN) -> PaymentRequest:
        return PaymentRequest(
            reference=new_token(),
            order_number="VT-1234567",
            amount=amount,
            key=new_token(),
            email="ana@example.com",
            return_url="http://localhost/orders/VT-1234567/payment",
            token=token,
        )

    def token(self, name: str) -> str:
        if name not in self.tokens:
            pytest.skip(f"this provider has no {name}")
        return self.tokens[name]

    def paid(self, provider: PaymentProvider) -> Outcome:
        started = provider.start(self.ask(self.token("success"))).outcome
        if not self.captures:
            pytest.skip("people confirm the money")
        return provider.capture(started.ref, TEN, new_token())

    def test_it_says_who_it_is(self, provider: PaymentProvider) -> None:
        assert provider.code == provider.info.code
        assert provider.info.name
        assert isinstance(provider.Settings, type)

    def test_a_payment_that_starts_has_a_name_and_no_money_yet(
        self, provider: PaymentProvider
    ) -> None:
        outcome = provider.start(self.ask(self.token("success"))).outcome
        assert outcome.ref
        assert outcome.status in (Status.AUTHORIZED, Status.PENDING, Status.REQUIRES_ACTION)
        assert outcome.amount is None

    def test_starting_twice_with_one_key_is_one_payment(self, provider: PaymentProvider) -> None:
        ask = self.ask(self.token("success"))
        assert provider.start(ask).outcome.ref == provider.start(ask).outcome.ref

    def test_a_refusal_is_an_outcome_with_a_reason(self, provider: PaymentProvider) -> None:
        outcome = provider.start(self.ask(self.token("decline"))).outcome
        assert outcome.status is Status.FAILED
        assert outcome.reason
        assert provider.capture(outcome.ref, TEN, new_token()).status is not Status.CAPTURED

    def test_a_capture_takes_exactly_the_amount(self, provider: PaymentProvider) -> None:
        outcome = self.paid(provider)
        assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)

    def test_another_amount_is_not_captured(self, provider: PaymentProvider) -> None:
        started = provider.start(self.ask(self.token("success"))).outcome
        outcome = provider.capture(started.ref, Money(1001, "EUR"), new_token())
        assert outcome.status is not Status.CAPTURED

    def test_capturing_twice_takes_the_money_once(self, provider: PaymentProvider) -> None:
        started = provider.start(self.ask(self.token("success"))).outcome
        key = new_token()
        for again in (key, key, new_token()):
            outcome = provider.capture(started.ref, TEN, again)
            if self.captures:
                assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
        if self.captures:
            assert provider.refund(started.ref, TEN, new_token()).status is Status.REFUNDED
            assert provider.refund(started.ref, TEN, new_token()).status is Status.FAILED

    def test_a_lost_answer_is_found_again_by_our_reference(self, provider: PaymentProvider) -> None:
        ask = self.ask(self.token("timeout"))
        with pytest.raises(ProviderTimeout):
            provider.start(ask)
        found = provider.check(ask.reference)
        assert found.ref
        assert found.status in (Status.AUTHORIZED, Status.PENDING, Status.CAPTURED)

    def test_what_was_never_heard_of_is_nothing(self, provider: PaymentProvider) -> None:
        if not self.captures:
            pytest.skip("nobody keeps books outside the shop")
        assert provider.check(new_token()).status is Status.NOTHING

    def test_a_check_tells_the_present_state(self, provider: PaymentProvider) -> None:
        outcome = self.paid(provider)
        assert provider.check(outcome.ref) == outcome

    def test_part_of_it_goes_back_and_never_more_than_came(self, provider: PaymentProvider) -> None:
        outcome = self.paid(provider)
        part, key = Money(600, "EUR"), new_token()
        first = provider.refund(outcome.ref, part, key)
        assert (first.status, first.amount) == (Status.REFUNDED, part)
        assert provider.refund(outcome.ref, part, key) == first
        assert provider.refund(outcome.ref, part, new_token()).status is Status.FAILED
        assert provider.refund(outcome.ref, Money(400, "EUR"), new_token()).ref

    @pytest.mark.parametrize("headers", [{}, {"Signature": "t=1,v1=00"}, {"X": "\x00"}])
    def test_a_forged_webhook_is_refused(
        self, provider: PaymentProvider, headers: dict[str, str]
    ) -> None:
        for body in (b"", b"{}", b'{"type": "payment.captured"}', b"\xff\xfe"):
            with pytest.raises(ForgedNotice):
                provider.read_webhook(headers, body)

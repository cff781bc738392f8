"""The suite that every payment provider passes. A plugin's test subclasses it:

    class TestAcmePay(PaymentProviderContract):
        @pytest.fixture
        def provider(self, tmp_path): ...
        tokens = {"success": "...", "decline": "...", "timeout": "..."}

A provider with a page of its own says in ``approve`` how a buyer pays there. What a provider cannot
do (``tokens`` without it) is skipped; nothing else is.
"""

from dataclasses import replace
from typing import ClassVar

import pytest

from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import BY_HAND, Outcome, PaymentProvider, PaymentRequest, Status

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

    def approve(self, provider: PaymentProvider, ask: PaymentRequest, started: Outcome) -> None:
        """Do what the buyer does on the provider's page, as ``ask.token`` says; here: nothing."""

    def begun(self, provider: PaymentProvider, token: str = "success") -> Outcome:
        """An authorized payment of TEN, approved by its buyer where that is needed."""
        ask = replace(self.ask(self.token(token)), capture=False)
        started = provider.start(ask).outcome
        self.approve(provider, ask, started)
        return started

    def paid(self, provider: PaymentProvider) -> Outcome:
        if not self.captures:
            pytest.skip("people confirm the money")
        return provider.capture(self.begun(provider).ref, TEN, new_token())

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
        outcome = self.begun(provider, "decline")
        outcome = provider.check(outcome.ref)
        assert outcome.status is Status.FAILED
        assert outcome.reason
        assert provider.capture(outcome.ref, TEN, new_token()).status is not Status.CAPTURED

    def test_a_capture_takes_exactly_the_amount(self, provider: PaymentProvider) -> None:
        outcome = self.paid(provider)
        assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)

    def test_another_amount_is_not_captured(self, provider: PaymentProvider) -> None:
        started = self.begun(provider)
        for amount in (Money(1001, "EUR"), Money(1000, "USD")):
            outcome = provider.capture(started.ref, amount, new_token())
            assert outcome.status is not Status.CAPTURED

    def test_a_part_is_captured_and_the_rest_given_up(self, provider: PaymentProvider) -> None:
        started = self.begun(provider)
        part = Money(400, "EUR")
        outcome = provider.capture(started.ref, part, new_token())
        if self.captures:
            assert (outcome.status, outcome.amount) == (Status.CAPTURED, part)
            assert provider.check(started.ref).amount == part
            assert provider.refund(started.ref, Money(401, "EUR"), "k" * 20).status is Status.FAILED

    def test_a_payment_given_up_takes_no_money(self, provider: PaymentProvider) -> None:
        started = self.begun(provider)
        for _ in range(2):
            assert provider.cancel(started.ref, new_token()).status is Status.CANCELLED
        assert provider.capture(started.ref, TEN, new_token()).status is not Status.CAPTURED

    def test_it_is_too_late_to_give_up_what_is_captured(self, provider: PaymentProvider) -> None:
        outcome = self.paid(provider)
        assert provider.cancel(outcome.ref, new_token()).status is Status.CAPTURED

    def test_capturing_twice_takes_the_money_once(self, provider: PaymentProvider) -> None:
        started = self.begun(provider)
        key = new_token()
        for again in (key, key, new_token()):
            outcome = provider.capture(started.ref, TEN, again)
            if self.captures:
                assert (outcome.status, outcome.amount) == (Status.CAPTURED, TEN)
        if self.captures:
            assert provider.refund(started.ref, TEN, new_token()).status is Status.REFUNDED
            assert provider.refund(started.ref, TEN, new_token()).status is Status.FAILED

    def lose(self, provider: PaymentProvider, ask: PaymentRequest) -> None:
        """Start a payment whose answer does not arrive; ``ask`` carries the token for it."""
        with pytest.raises(ProviderTimeout):
            provider.start(ask)

    def test_a_lost_answer_is_found_again(self, provider: PaymentProvider) -> None:
        ask = self.ask(self.token("timeout"))
        self.lose(provider, ask)
        found = provider.recover(ask)
        assert found.ref
        assert found.status in (Status.AUTHORIZED, Status.PENDING, Status.REQUIRES_ACTION)
        assert found.ref == provider.recover(ask).ref

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
        told = provider.check(outcome.ref).refunds
        assert [one.amount.minor for one in told] == [600, 400]
        assert told[0].ref == first.ref

    def test_what_people_send_back_is_not_said_to_have_gone(
        self, provider: PaymentProvider
    ) -> None:
        if provider.info.kind not in BY_HAND:
            pytest.skip("the provider sends it")
        outcome = provider.refund(self.begun(provider).ref, TEN, new_token())
        assert outcome.status is Status.PENDING

    @pytest.mark.parametrize("headers", [{}, {"Signature": "t=1,v1=00"}, {"X": "\x00"}])
    def test_a_forged_webhook_is_refused(
        self, provider: PaymentProvider, headers: dict[str, str]
    ) -> None:
        for body in (b"", b"{}", b'{"type": "payment.captured"}', b"\xff\xfe"):
            with pytest.raises(ForgedNotice):
                provider.read_webhook(headers, body)

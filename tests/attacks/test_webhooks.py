"""Rows 11 to 14: webhooks that nobody signed, that are old, that lie, and that come again."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
import stripe
from structlog.testing import capture_logs

from tests import make
from tests.attacks.defences import believing_everybody, nothing, replaced
from tests.attacks.races import burst
from tests.attacks.world import SECRET, World
from vitrina.checkout import till
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.notifications.models import Mail
from vitrina.orders.models import Order, OrderState
from vitrina.payments import actions as payments
from vitrina.payments import registry
from vitrina.payments.ledger.models import EntryKind, LedgerEntry
from vitrina.payments.models import Payment, WebhookEvent
from vitrina.payments.provider import Outcome
from vitrina.payments.providers import sandbox
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.payments.providers.stripe import provider as stripes
from vitrina.payments.providers.stripe import webhooks as stripe_webhooks
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.payments.providers.stripe.settings import StripeSettings

PROVIDERS = ("sandbox", "stripe")
Letter = tuple[dict[str, str], bytes]
Sign = Callable[[str, bytes], dict[str, str]]


def take_stripe(world: World, kind: str = "test") -> None:
    """Offer Stripe beside the sandbox; nobody is there to be asked."""
    keys = {"secret_key": f"sk_{kind}_shop", "publishable_key": f"pk_{kind}_shop"}
    base = {} if kind == "live" else {"api_base": "http://127.0.0.1:9", "timeout": 1}
    registry.register(Stripe(StripeSettings(**keys, webhook_secret=SECRET, **base)))


def pending(price: str = "19.90", *, provider: str = "sandbox") -> Payment:
    """A payment that waits for its buyer's bank."""
    lines = [(make.variant(price=price), 1)]
    return make.order(lines, token="tok_3ds", provider=provider).payments[0]


def news(provider: str, of: Payment, **more: Any) -> bytes:
    """What a provider writes when a payment has been made."""
    if provider == "sandbox":
        told = {"id": "evt_1", "type": "payment.captured", "payment": of.provider_ref}
        return json.dumps({**told, "reference": of.reference, **more}).encode()
    thing = {"id": "cs_1", "object": "checkout.session", "client_reference_id": of.reference}
    event = {"id": "evt_1", "type": "checkout.session.completed", "livemode": False}
    return json.dumps({**event, "data": {"object": thing}, **more}).encode()


def signed(provider: str, body: bytes, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    """The signature of ``body`` as the provider makes it, ``age`` seconds ago."""
    moment = int(clock.now().timestamp()) - age
    mac = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    name = sandbox.HEADER if provider == "sandbox" else "Stripe-Signature"
    return {name: f"t={moment},v1={mac}"}


def deliver(world: World, provider: str, headers: Mapping[str, str], body: bytes) -> int:
    answer = world.shop.app.test_client().post(
        f"/webhooks/payments/{provider}", data=body, headers=headers
    )
    return answer.status_code


def forge(world: World, provider: str, sign: Sign) -> int:
    """Tell the shop that an order is paid; how many letters it keeps, and orders it sells."""
    body = news(provider, pending(provider=provider))
    deliver(world, provider, sign(provider, body), body)
    world.shop.work()
    return world.count(WebhookEvent) + len(world.sold())


SIGNATURES: dict[str, Sign] = {
    "none": lambda provider, body: {},
    "empty": lambda provider, body: dict.fromkeys(signed(provider, body), ""),
    "made up": lambda provider, body: dict.fromkeys(signed(provider, body), "t=1,v1=00"),
    "of another body": lambda provider, body: signed(provider, body + b" "),
    "of no secret": lambda provider, body: signed(provider, body, secret=""),
    "of another secret": lambda provider, body: signed(provider, body, secret="whsec_other"),
}


@contextmanager
def without_signatures() -> Iterator[None]:
    """Nobody looks at the signature of a webhook."""
    verified = (stripe.WebhookSignature, "verify_header", staticmethod(nothing))
    with replaced((Sandbox, "_verify", nothing), verified):
        yield


@pytest.mark.attack(11)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_webhooks_that_nobody_signed_are_refused(world: World, provider: str) -> None:
    take_stripe(world)
    for name in ("none", "empty", "made up", "of another body"):
        assert forge(world, provider, SIGNATURES[name]) == 0, name
    body = news(provider, pending())
    with capture_logs() as said:
        assert deliver(world, provider, {}, body) == 400
    (line,) = [line for line in said if line["event"] == "webhook.forged"]
    assert (line["provider"], line["client"]) == (provider, "127.0.0.1")


@pytest.mark.twin(11)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_shop_that_checks_no_signature_and_asks_nobody_is_paid_by_anybody(
    sqlite_world: World, provider: str
) -> None:
    take_stripe(sqlite_world)
    with without_signatures(), believing_everybody():
        assert forge(sqlite_world, provider, SIGNATURES["none"]) == 2  # kept, and paid


@pytest.mark.attack(12)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_webhooks_signed_with_the_wrong_secret_or_too_long_ago_are_refused(
    world: World, provider: str
) -> None:
    take_stripe(world)
    for name in ("of no secret", "of another secret"):
        assert forge(world, provider, SIGNATURES[name]) == 0, name
    assert forge(world, provider, six_minutes_old) == 0


def six_minutes_old(provider: str, body: bytes) -> dict[str, str]:
    return signed(provider, body, age=360)


@pytest.mark.twin(12)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_without_the_tolerance_an_old_webhook_can_be_sent_again(
    sqlite_world: World, provider: str
) -> None:
    take_stripe(sqlite_world)
    with replaced((sandbox, "TOLERANCE", 10**9), (stripe_webhooks, "TOLERANCE", 10**9)):
        body = news(provider, pending())
        assert deliver(sqlite_world, provider, six_minutes_old(provider, body), body) == 200


def open_without_secret(world: World) -> int:
    """Start a shop that was given no secret, and sign with none; what it believes."""
    try:
        registry.register(Sandbox(Sandbox.Settings(world.shop.folder / "bank.db", "")))
    except ValueError:
        pass  # it does not start
    return forge(world, "sandbox", SIGNATURES["of no secret"])


@pytest.mark.attack(12)
def test_a_shop_without_a_secret_does_not_start(sqlite_world: World) -> None:
    assert open_without_secret(sqlite_world) == 0


@pytest.mark.twin(12)
def test_a_shop_that_starts_without_a_secret_believes_everybody(sqlite_world: World) -> None:
    with replaced((Sandbox.Settings, "__post_init__", nothing)):
        assert open_without_secret(sqlite_world) > 0


def pay_with_play_money(world: World) -> int:
    """Tell a shop that takes real money of a payment in test mode; what it believes."""
    take_stripe(world, "live")
    return forge(world, "stripe", lambda provider, body: signed(provider, body))


@pytest.mark.attack(12)
def test_play_money_is_no_news_where_money_is_real(sqlite_world: World) -> None:
    assert pay_with_play_money(sqlite_world) == 0


@pytest.mark.twin(12)
def test_a_shop_that_does_not_look_at_the_mode_takes_play_money(sqlite_world: World) -> None:
    class Anything:
        verify = staticmethod(lambda secret, _live, *letter: verify(secret, False, *letter))
        notices = staticmethod(stripe_webhooks.notices)

    verify = stripe_webhooks.verify
    with replaced((stripes, "webhooks", Anything)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(till, "look", nothing)
        assert pay_with_play_money(sqlite_world) > 0


def name_another_order(world: World) -> int:
    """Pay a cheap order, and let the genuine webhook name a dear one; how many dear ones are paid.

    Names it by our reference, by the provider's, and as the news of another account.
    """
    cheap = make.order([(make.variant(price="1.00"), 1)]).payments[0]
    dear = pending("2000.00")
    lies: list[dict[str, Any]] = [
        {"payment": cheap.provider_ref, "amount": 200500},
        {"payment": dear.provider_ref, "reference": cheap.reference},
        {"account": "acct_another", "status": "captured"},
    ]
    bodies = [news("sandbox", dear, id=f"evt_{number}", **lie) for number, lie in enumerate(lies)]
    for body in bodies:
        assert deliver(world, "sandbox", signed("sandbox", body), body) == 200
    world.shop.work()
    return sum(order.total > 200000 for order in world.sold())


@pytest.mark.attack(13)
def test_what_a_genuine_webhook_says_is_only_a_hint(world: World) -> None:
    assert name_another_order(world) == 0


@pytest.mark.twin(13)
def test_a_shop_that_takes_a_webhook_at_its_word_is_lied_to(sqlite_world: World) -> None:
    with believing_everybody():
        assert name_another_order(sqlite_world) == 1


class Short(Sandbox):
    """A bank that pays out one euro, whatever was asked for."""

    def _outcome(self, payment: Any) -> Outcome:
        told = super()._outcome(payment)
        return replace(told, amount=replace(told.amount, minor=100) if told.amount else None)


def pay_one_euro(world: World) -> int:
    """How many orders of 2000 are sold for one."""
    registry.register(Short(world.bank.settings))
    make.order([(make.variant(price="2000.00"), 1)])
    return len(world.sold())


@pytest.mark.attack(13)
def test_too_little_money_pays_for_nothing_and_people_look_at_it(world: World) -> None:
    assert pay_one_euro(world) == 0
    (order,) = world.orders()
    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.payments[0].problem == "wrong_amount"


@pytest.mark.twin(13)
def test_a_shop_that_enters_what_it_asked_for_is_paid_too_little(sqlite_world: World) -> None:
    enter = payments._enter_capture

    def as_asked(payment: Payment, _came: int, by: str) -> None:
        enter(payment, payment.amount, by)

    with replaced((payments, "_enter_capture", as_asked)):
        assert pay_one_euro(sqlite_world) == 1


def tell_again(world: World) -> int:
    """Send the one true webhook six times at once, and later again; how often it counts too much.

    Counted are the letters that are called new, captures, and mails about the money.
    """
    make.order(token="tok_delay")
    with clock.later(seconds=6):
        ((_, headers, body),) = world.bank.due_webhooks()
        client = world.shop.app.test_client
        post = "/webhooks/payments/sandbox"
        sends = [lambda: client().post(post, data=body, headers=headers) for _ in range(6)]
        answers = burst(sends, till)
        world.shop.work()
        answers.append(sends[0]())
        world.shop.work()
    assert {answer.status_code for answer in answers} == {200}
    new = sum(answer.get_json()["received"] for answer in answers)
    session.remove()
    entered = sa.select(sa.func.count()).where(LedgerEntry.kind == EntryKind.CAPTURE)
    mailed = sa.select(sa.func.count()).where(Mail.template == "order_confirmation")
    assert session.scalar(sa.select(Order.state)) is OrderState.PAID
    captures, mails = session.scalar(entered) or 0, session.scalar(mailed) or 0
    return new - 1 + captures - 1 + mails - 1


@pytest.mark.attack(14)
def test_a_webhook_that_comes_seven_times_counts_once(world: World) -> None:
    assert tell_again(world) == 0


@pytest.mark.twin(14)
def test_a_shop_that_does_not_remember_webhooks_works_on_each(world: World) -> None:
    def take(*_: Any, **__: Any) -> bool:
        return True

    with replaced((till, "take_notice", take)):
        assert tell_again(world) == 6

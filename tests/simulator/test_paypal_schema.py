"""Both sides of the wire against PayPal's published API, so that they do not merely agree."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.simulator.published import ANSWER, FILES, REQUEST, Json, Published, Wire, check
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import PaymentRequest, Status
from vitrina.payments.providers.paypal.client import Refused
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.simulator.paypal import news
from vitrina.simulator.server import bind
from vitrina.simulator.store import Store

WEBHOOK_ID = "8PT597110X687430LKGECATA"
TEN = Money(1000, "EUR")


@dataclass
class World:
    paypal: PayPal
    wire: Wire
    url: str
    store: Store

    def start(self, *, capture: bool = True, choice: str = "pay") -> str:
        """An order that its buyer has approved; its id."""
        started = self.paypal.start(replace(an_ask(), capture=capture)).outcome
        if choice:
            self.sim(f"orders/{started.ref}/approval", choice=choice)
        return started.ref

    def sim(self, path: str, **said: Any) -> Any:
        answer = httpx.post(f"{self.url}/_sim/paypal/{path}", json=said)
        assert answer.is_success, answer.text
        return answer.json()

    def kept(self, kind: str) -> list[Json]:
        with self.store.transaction() as tx:
            return tx.find(f"paypal.{kind}")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    server, simulator = bind("127.0.0.1", 0, tmp_path / "simulator.db")
    wire = Wire(server.app)
    server.app = wire
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    webhook = {"provider": "paypal", "url": f"{url}/none", "secret": WEBHOOK_ID}
    httpx.post(f"{url}/_sim/webhooks", json=webhook)
    paypal = PayPal(PayPal.Settings("merchant", "a-secret", WEBHOOK_ID, api_base=url))
    yield World(paypal, wire, url, simulator.store)
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="module")
def published(data: Path) -> list[Published]:
    if not (data / "paypal").is_dir():
        pytest.skip("the folder has no schemas of PayPal")
    return [Published(data / "paypal" / f"{name}.json") for name in FILES]


def an_ask() -> PaymentRequest:
    return PaymentRequest(
        reference=new_token(),
        order_number="VT-1234567",
        amount=TEN,
        key=new_token(),
        email="ana@example.com",
        return_url="http://localhost/orders/VT-1234567/payment?token=ours",
        locale="pt-BR",
    )


def test_a_payment_and_all_that_may_follow_is_as_published(
    published: list[Published], world: World
) -> None:
    paypal = world.paypal
    ref = world.start()
    assert paypal.check(ref).status is Status.AUTHORIZED
    assert paypal.capture(ref, TEN, new_token()).status is Status.CAPTURED
    for _ in range(2):
        assert paypal.refund(ref, Money(400, "EUR"), "key").status is Status.REFUNDED
    world.sim(f"orders/{ref}/refund", value="1.00")
    opened = world.sim(f"orders/{ref}/dispute")
    assert paypal.check(ref).disputes
    world.sim(f"disputes/{opened['dispute_id']}/resolution", outcome="RESOLVED_SELLER_FAVOUR")
    assert len(paypal.check(ref).refunds) == 2
    waits = world.start(choice="review")
    assert paypal.capture(waits, TEN, new_token()).status is Status.PENDING
    assert paypal.check(waits).status is Status.PENDING
    for refund in world.kept("refund"):
        paypal.client.get(f"/v2/payments/refunds/{refund['id']}")
    for capture in world.kept("capture"):
        paypal.client.get(f"/v2/payments/captures/{capture['id']}")
    assert check(published, world.wire.heard) == {
        "orders.create 201",
        "orders.get 200",
        "orders.capture 201",
        "captures.refund 201",
        "captures.get 200",
        "refunds.get 200",
    }


def test_holding_taking_a_part_and_giving_up_is_as_published(
    published: list[Published], world: World
) -> None:
    paypal = world.paypal
    ref, ask = world.start(capture=False), an_ask()
    paypal.check(ref)
    assert paypal.capture(ref, Money(400, "EUR"), new_token()).status is Status.CAPTURED
    voided = world.start(capture=False)
    paypal.check(voided)
    for held in world.kept("authorization"):
        paypal.client.get(f"/v2/payments/authorizations/{held['id']}")
    assert paypal.cancel(voided, new_token()).status is Status.CANCELLED
    given_up = paypal.start(ask).outcome.ref
    assert paypal.recover(ask).ref == given_up
    assert paypal.cancel(given_up, new_token()).status is Status.CANCELLED
    lowered = world.start()
    assert paypal.capture(lowered, Money(300, "EUR"), new_token()).status is Status.CAPTURED
    assert check(published, world.wire.heard) == {
        "orders.create 201",
        "orders.create 200",
        "orders.get 200",
        "orders.patch 204",
        "orders.authorize 201",
        "orders.capture 201",
        "authorizations.get 200",
        "authorizations.capture 201",
        "authorizations.void 200",
    }


def test_refusals_are_as_published(published: list[Published], world: World) -> None:
    paypal = world.paypal
    for choice in ("", "decline", "refuse"):
        for capture in (True, False):
            paypal.capture(world.start(capture=capture, choice=choice), TEN, new_token())
    ref, held = world.start(), world.start(capture=False)
    paypal.capture(ref, TEN, new_token())
    paypal.check(held)
    (authorization,) = world.kept("authorization")
    (taken,) = world.kept("capture")
    order = "/v2/checkout/orders"
    euros = {"currency_code": "EUR", "value": "20.00"}
    unit: Json = {"amount": euros}
    hold = f"/v2/payments/authorizations/{authorization['id']}"
    back = f"/v2/payments/captures/{taken['id']}/refund"
    issues = [
        _refused(paypal, path, body)
        for path, body in (
            (order, {"intent": "CAPTURE", "purchase_units": []}),
            (order, {"intent": "CAPTURE", "purchase_units": [{"amount": {**euros, "value": "x"}}]}),
            (order, _order({**unit, "amount": {"currency_code": "XXX", "value": "1"}})),
            (order, _order({**unit, "amount": {"currency_code": "JPY", "value": "1.50"}})),
            (order, _order({**unit, "amount": {**euros, "value": "0.00"}})),
            (f"{order}/{ref}/capture", None),
            (f"{order}/{ref}/authorize", None),
            (f"{order}/{held}/authorize", None),
            (f"{order}/UNKNOWN/capture", None),
            (f"{hold}/capture", {"amount": euros}),
            (f"{hold}/capture", {"amount": {"currency_code": "USD", "value": "1.00"}}),
            (f"{hold}/capture", {"amount": {"currency_code": "JPY", "value": "1.5"}}),
            (f"{back}", {"amount": euros}),
            (f"{back}", {"amount": {"currency_code": "USD", "value": "1.00"}}),
            ("/v2/payments/captures/UNKNOWN/refund", None),
        )
    ]
    paypal.cancel(held, new_token())
    issues += [_refused(paypal, f"{hold}/{verb}", None) for verb in ("void", "capture")]
    paypal.refund(ref, TEN, new_token())
    issues.append(_refused(paypal, back, None))
    assert len(set(issues)) == 17, issues
    seen = check(published, world.wire.heard)
    assert {one for one in seen if one.endswith((" 400", " 404", " 422"))} == {
        "orders.create 400",
        "orders.create 422",
        "orders.capture 404",
        "orders.capture 422",
        "orders.authorize 422",
        "authorizations.capture 422",
        "authorizations.void 422",
        "captures.refund 404",
        "captures.refund 422",
    }


def _order(unit: Json) -> Json:
    return {"intent": "CAPTURE", "purchase_units": [unit]}


def _refused(paypal: PayPal, path: str, body: Json | None) -> str:
    with pytest.raises(Refused) as caught:
        paypal.client.post(path, body)
    return caught.value.issue


def test_strangers_and_mishaps_are_answered_as_published(
    published: list[Published], world: World
) -> None:
    ref = world.start()
    httpx.get(f"{world.url}/v2/checkout/orders/{ref}", headers={"Authorization": "Bearer no"})
    httpx.get(f"{world.url}/v2/payments/captures/X", headers={"Authorization": "Bearer no"})
    assert world.paypal.check("UNKNOWN").status is Status.NOTHING
    for operation in ("orders.get", "captures.refund"):
        fault = {"match": f"paypal.{operation}", "fault": "500_before", "times": 1}
        httpx.post(f"{world.url}/_sim/faults", json=fault)
    with pytest.raises(ProviderTimeout):
        world.paypal.check(ref)
    world.paypal.capture(ref, TEN, new_token())
    with pytest.raises(ProviderTimeout):
        world.paypal.refund(ref, TEN, new_token())
    assert {"orders.get 401", "orders.get 404", "orders.get 500", "captures.get 401"} <= check(
        published, world.wire.heard
    )


def test_webhooks_and_their_verification_are_as_published(
    published: list[Published], world: World
) -> None:
    ref, held = world.start(), world.start(capture=False)
    world.paypal.capture(ref, TEN, new_token())
    world.paypal.refund(ref, Money(100, "EUR"), new_token())
    world.paypal.check(held)
    world.paypal.cancel(held, new_token())
    review = world.start(choice="review")
    world.paypal.capture(review, TEN, new_token())
    world.sim(f"orders/{review}/settlement", paid=False)
    world.sim(f"orders/{ref}/dispute")
    with world.store.transaction() as tx:
        bodies = [row["body"] for row in tx.sql.execute("SELECT body FROM events ORDER BY seq")]
    orders, payments, notifications = published
    resources = {
        "checkout-order": (orders, "order"),
        "authorization": (payments, "authorization-2"),
        "capture": (payments, "capture-2"),
        "refund": (payments, "refund"),
    }
    kinds = set()
    for body in bodies:
        event = json.loads(body)
        kinds.add(event["event_type"])
        notifications.check(ANSWER, notifications.schema("event"), event)
        if event["resource_type"] in resources:
            file, name = resources[event["resource_type"]]
            file.check(ANSWER, file.schema(name), event["resource"])
        headers = news.headers(body.encode(), WEBHOOK_ID, world.url)
        assert world.paypal.read_webhook(headers, body.encode())
    assert kinds == {
        "CHECKOUT.ORDER.APPROVED",
        "CHECKOUT.ORDER.COMPLETED",
        "PAYMENT.AUTHORIZATION.CREATED",
        "PAYMENT.AUTHORIZATION.VOIDED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.DENIED",
        "PAYMENT.CAPTURE.REFUNDED",
        "CUSTOMER.DISPUTE.CREATED",
    }
    with pytest.raises(ForgedNotice):
        world.paypal.read_webhook(headers, body.replace("1.0", "1.1").encode())
    assert "verify-webhook-signature.post 200" in check(published, world.wire.heard)


def test_a_wrong_word_on_the_wire_would_be_noticed(published: list[Published]) -> None:
    orders = published[0]
    good: Json = {
        "intent": "CAPTURE",
        "purchase_units": [{"amount": {"currency_code": "EUR", "value": "1.00"}}],
    }
    orders.check(REQUEST, orders.schema("order_request"), good)
    wrongs: list[Json] = [
        {**good, "intent": "TAKE"},
        {**good, "purchase_unit": []},
        {"intent": "CAPTURE"},
        {**good, "purchase_units": [{"amount": {"currency_code": "EUR", "value": 1}}]},
        {**good, "purchase_units": [{**good["purchase_units"][0], "invoice": "1"}]},
    ]
    for wrong in wrongs:
        with pytest.raises(AssertionError):
            orders.check(REQUEST, orders.schema("order_request"), wrong)
    with pytest.raises(AssertionError):
        orders.check(REQUEST, orders.schema("authorization"), {"id": "1"})
    with pytest.raises(AssertionError):
        orders.check(ANSWER, orders.schema("order"), {"id": "1", "status": "PAID"})

"""Both sides of the wire against PayPal's published API, so that they do not merely agree."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments.errors import ForgedNotice, ProviderTimeout
from vitrina.payments.provider import PaymentRequest, Status
from vitrina.payments.providers.paypal.client import Refused
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.simulator.paypal import news
from vitrina.simulator.server import bind
from vitrina.simulator.store import Store

FILES = ("checkout_orders_v2", "payments_payment_v2", "notifications_webhooks_v1")
Json = dict[str, Any]
WEBHOOK_ID = "8PT597110X687430LKGECATA"
UNPUBLISHED = {
    "POST /v1/oauth2/token",
    "GET /v1/customer/disputes",
    "GET /v1/customer/disputes/ID",
}
"""Calls that none of the published files describes."""
TEN = Money(1000, "EUR")


# the published description ------------------------------------------------------------------------


def _pattern(validator: Any, pattern: str, value: Any, schema: Json) -> Iterable[ValidationError]:
    """Some published patterns are no valid regular expressions; those say nothing."""
    try:
        found = not isinstance(value, str) or re.search(pattern, value)
    except re.error:
        return
    if not found:
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _read_only(validator: Any, is_set: bool, value: Any, schema: Json) -> Iterable[ValidationError]:
    if is_set:
        yield ValidationError(f"{value!r} is read-only, and was sent")


ANSWER = extend(Draft4Validator, {"pattern": _pattern})
REQUEST = extend(ANSWER, {"readOnly": _read_only})


class Published:
    """One of PayPal's OpenAPI files."""

    def __init__(self, file: Path) -> None:
        self.spec = json.loads(file.read_text())

    def schema(self, name: str) -> Json:
        return {"$ref": f"#/components/schemas/{name}"}

    def at(self, found: Json) -> Json:
        """The thing itself where a reference to it stands."""
        while "$ref" in found:
            here: Any = self.spec
            for part in found["$ref"].removeprefix("#/").split("/"):
                here = here[part.replace("~1", "/").replace("~0", "~")]
            found = here
        return found

    def operation(self, method: str, path: str) -> Json | None:
        for template, methods in self.spec["paths"].items():
            shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
            if re.fullmatch(shape, path) and method.lower() in methods:
                return {**methods[method.lower()], "path": template}
        return None

    def check(self, kind: Any, schema: Json, value: Any) -> None:
        """Raises AssertionError unless ``value`` is as described, and nothing else is in it."""
        whole = {**schema, "components": self.spec["components"]}
        if "$ref" in schema:
            whole = {"allOf": [schema], "components": self.spec["components"]}
        errors = sorted(kind(whole).iter_errors(value), key=lambda one: list(one.path))
        assert not errors, [f"{list(one.path)}: {one.message[:300]}" for one in errors]
        assert list(self.unknown(schema, value, "")) == []

    def unknown(self, schema: Json, value: Any, at: str) -> Iterator[str]:
        """The members of ``value`` that the schema has no name for."""
        shapes = list(self._shapes(schema))
        if isinstance(value, list):
            for shape in shapes:
                if "items" in shape:
                    for number, one in enumerate(value):
                        yield from self.unknown(shape["items"], one, f"{at}/{number}")
        free = any(one.get("additionalProperties") for one in shapes)
        if not isinstance(value, dict) or free or not any("properties" in one for one in shapes):
            return
        for name, inner in value.items():
            named = [one["properties"][name] for one in shapes if name in one.get("properties", {})]
            if not named:
                yield f"{at}/{name}"
            for one in named[:1]:
                yield from self.unknown(one, inner, f"{at}/{name}")

    def _shapes(self, schema: Json) -> Iterator[Json]:
        schema = self.at(schema)
        yield schema
        for group in ("allOf", "anyOf", "oneOf"):
            for one in schema.get(group, []):
                yield from self._shapes(one)


# the wire -----------------------------------------------------------------------------------------


@dataclass
class Exchange:
    """A call and its answer, as they went over the wire."""

    method: str
    path: str
    headers: dict[str, str]
    sent: bytes
    status: int = 0
    answer: bytes = b""


@dataclass
class Wire:
    """A WSGI app that writes down what goes through it."""

    app: Callable[..., Iterable[bytes]]
    heard: list[Exchange] = field(default_factory=list)

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = BytesIO(sent)
        names = {k[5:]: v for k, v in environ.items() if k.startswith("HTTP_")}
        found = Exchange(environ["REQUEST_METHOD"], environ["PATH_INFO"], names, sent)

        def starting(status: str, headers: Any, exc_info: Any = None) -> Any:
            found.status = int(status.split()[0])
            return start_response(status, headers, exc_info)

        found.answer = b"".join(self.app(environ, starting))
        if found.path.startswith(("/v1/", "/v2/")) and "/certs/" not in found.path:
            self.heard.append(found)
        return [found.answer]


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


def check(published: list[Published], heard: list[Exchange]) -> set[str]:
    """Hold every exchange against its description; the operations with the statuses seen."""
    seen, unpublished = set(), set()
    for one in heard:
        found = next((p for p in published if p.operation(one.method, one.path)), None)
        if found is None:
            last = re.sub(r"disputes/.+", "disputes/ID", one.path)
            unpublished.add(f"{one.method} {last}")
            continue
        operation = found.operation(one.method, one.path) or {}
        if one.status != 400:
            _check_request(found, operation, one)
        _check_answer(found, operation, one)
        seen.add(f"{operation['operationId']} {one.status}")
    assert unpublished <= UNPUBLISHED
    return seen


def _check_request(found: Published, operation: Json, one: Exchange) -> None:
    for parameter in map(found.at, operation.get("parameters", [])):
        given = one.headers.get(parameter["name"].upper().replace("-", "_"))
        if parameter["in"] == "header" and given is not None:
            found.check(REQUEST, parameter["schema"], given)
    body = found.at(operation.get("requestBody", {}))
    if one.sent:
        # An event goes back to be verified as PayPal sent it, read-only members and all.
        kind = ANSWER if one.path.endswith("verify-webhook-signature") else REQUEST
        found.check(kind, body["content"]["application/json"]["schema"], json.loads(one.sent))
    else:
        assert not body.get("required")


def _check_answer(found: Published, operation: Json, one: Exchange) -> None:
    answers = operation["responses"]
    answer = found.at(answers.get(str(one.status)) or answers["default"])
    content = answer.get("content")
    if not content:
        assert one.status == 204 or one.status >= 500
        assert one.status >= 500 or one.answer == b""
        return
    found.check(ANSWER, content["application/json"]["schema"], json.loads(one.answer))


# the tests ----------------------------------------------------------------------------------------


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

"""PayPal as the simulator plays it: what a shop can rely on that the real one would do as well."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulator.conftest import Ear, Simulator
from vitrina.simulator.paypal import news

Json = dict[str, Any]
TEN = {"currency_code": "EUR", "value": "10.00"}
BACK = "http://127.0.0.1/orders/VT-1/payment?lang=pt"


class Merchant:
    """A shop that calls the API by hand."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = httpx.Client(base_url=simulator.url, timeout=30)
        answer = self.http.post(
            "/v1/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("merchant", "a-secret"),
        )
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def post(self, path: str, body: Any = None, key: str = "") -> httpx.Response:
        headers = {"PayPal-Request-Id": key} if key else {}
        return self.http.post(path, json=body or {}, headers=headers)

    def order(self, *, intent: str = "CAPTURE", key: str = "", **unit: Any) -> Json:
        """A new order; its buyer has not approved it yet."""
        answer = self.post(
            "/v2/checkout/orders",
            {
                "intent": intent,
                "purchase_units": [{"amount": TEN, "description": "VT-1", **unit}],
                "payment_source": {
                    "paypal": {"experience_context": {"return_url": BACK, "cancel_url": BACK}}
                },
            },
            key,
        )
        assert answer.status_code in (200, 201), answer.text
        made: Json = answer.json()
        return made

    def approved(self, choice: str = "pay", **unit: Any) -> str:
        order_id: str = self.order(**unit)["id"]
        self.simulator.sim("POST", f"paypal/orders/{order_id}/approval", {"choice": choice})
        return order_id

    def capture(self, order_id: str, key: str = "") -> httpx.Response:
        return self.post(f"/v2/checkout/orders/{order_id}/capture", key=key)


@pytest.fixture
def merchant(simulator: Simulator) -> Iterator[Merchant]:
    found = Merchant(simulator)
    yield found
    found.http.close()


def page_of(order: Json) -> str:
    (address,) = [one["href"] for one in order["links"] if one["rel"] == "payer-action"]
    return str(address)


def issue(answer: httpx.Response) -> str:
    found: str = answer.json()["details"][0]["issue"]
    return found


# the page -----------------------------------------------------------------------------------------


def test_the_page_can_be_used_by_everybody(merchant: Merchant) -> None:
    answer = httpx.get(page_of(merchant.order()))
    page = answer.text
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Pay 10.00 EUR with PayPal"]
    assert "<title>Pay 10.00 EUR with PayPal</title>" in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) == page.count("<label")
    assert set(re.findall(r'aria-describedby="([^"]+)"', page)) == set(ids)
    assert "<script" not in page
    assert "style=" not in page
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert httpx.get(f"{merchant.simulator.url}/_sim/static/simulator.css").is_success


def test_the_buyer_goes_back_with_the_orders_id_whatever_they_decide(merchant: Merchant) -> None:
    order = merchant.order()
    for answer, told in (("cancel", ""), ("approve", "&PayerID=BUYERXPAYER22")):
        sent = httpx.post(page_of(order), data={"answer": answer, "choice": "pay"})
        assert sent.status_code == 303
        assert sent.headers["Location"] == f"{BACK}&token={order['id']}{told}"


def test_a_page_that_is_over_says_so(merchant: Merchant) -> None:
    order = merchant.order()
    merchant.simulator.sim("POST", f"paypal/orders/{order['id']}/approval")
    merchant.capture(order["id"])
    assert "Nothing to approve" in httpx.get(page_of(order)).text
    assert httpx.get(f"{merchant.simulator.url}/checkoutnow?token=NONE").status_code == 404
    assert httpx.post(f"{merchant.simulator.url}/checkoutnow").status_code == 404


# the rules of the API ----------------------------------------------------------------------------


def test_nobody_gets_in_without_a_token_or_with_one_that_ended(merchant: Merchant) -> None:
    url = merchant.simulator.url
    assert httpx.post(f"{url}/v1/oauth2/token").status_code == 401
    assert httpx.post(f"{url}/v2/checkout/orders", json={}).status_code == 401
    order_id = merchant.order()["id"]
    merchant.simulator.sim("POST", "clock", {"seconds": 9 * 3600})
    answer = merchant.http.get(f"/v2/checkout/orders/{order_id}")
    assert (answer.status_code, answer.json()["name"]) == (401, "AUTHENTICATION_FAILURE")


def test_a_request_id_does_a_thing_once_and_shows_it_as_it_is_by_now(merchant: Merchant) -> None:
    first = merchant.order(key="once")
    merchant.simulator.sim("POST", f"paypal/orders/{first['id']}/approval")
    again = merchant.order(key="once")
    assert (again["id"], again["status"]) == (first["id"], "APPROVED")
    assert merchant.order(key="twice")["id"] != first["id"]
    statuses = [merchant.capture(first["id"], "take").status_code for _ in range(2)]
    assert statuses == [201, 200]
    assert issue(merchant.capture(first["id"], "take again")) == "ORDER_ALREADY_CAPTURED"
    assert [row["charged"] for row in merchant.simulator.ledger()] == [1000]


def test_a_repeated_refund_is_answered_as_the_first_and_given_once(merchant: Merchant) -> None:
    order_id = merchant.approved()
    taken = merchant.capture(order_id).json()["purchase_units"][0]["payments"]["captures"][0]
    path = f"/v2/payments/captures/{taken['id']}/refund"
    answers = [merchant.post(path, {"amount": {**TEN, "value": "6.00"}}, "r1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert issue(merchant.post(path, {"amount": {**TEN, "value": "4.01"}})) == (
        "REFUND_AMOUNT_EXCEEDED"
    )
    assert merchant.post(path).json()["amount"]["value"] == "4.00"
    assert [row["net"] for row in merchant.simulator.ledger()] == [0]


def test_one_invoice_number_is_paid_once(merchant: Merchant) -> None:
    first, second = (merchant.approved(invoice_id="INV-1") for _ in range(2))
    assert merchant.capture(first).status_code == 201
    assert issue(merchant.capture(second)) == "DUPLICATE_INVOICE_ID"


def test_a_declined_card_can_be_tried_ten_times(merchant: Merchant) -> None:
    order_id = merchant.approved("decline")
    for _ in range(10):
        answer = merchant.capture(order_id)
        assert issue(answer) == "INSTRUMENT_DECLINED"
        assert answer.json()["links"][0]["rel"] == "redirect"
    assert issue(merchant.capture(order_id)) == "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"


def test_a_switch_declines_whoever_pays(merchant: Merchant) -> None:
    order_id = merchant.approved()
    merchant.simulator.fault("paypal.orders.capture", "decline", times=1)
    assert issue(merchant.capture(order_id)) == "INSTRUMENT_DECLINED"
    assert merchant.capture(order_id).status_code == 201


def test_an_approved_order_may_change_but_never_cost_more(merchant: Merchant) -> None:
    unit = "/purchase_units/@reference_id=='default'"
    for path, value, problem in (
        (f"{unit}/custom_id", "new", ""),
        (f"{unit}/amount", {**TEN, "value": "9.99"}, ""),
        (f"{unit}/amount", {**TEN, "value": "10.01"}, "AMOUNT_CHANGE_NOT_ALLOWED"),
        ("/purchase_units/@reference_id=='other'/custom_id", "new", "NOT_PATCHABLE"),
        ("/status", "COMPLETED", "NOT_PATCHABLE"),
    ):
        order_id = merchant.approved(custom_id="old")
        changes = [{"op": "replace", "path": path, "value": value}]
        answer = merchant.http.patch(f"/v2/checkout/orders/{order_id}", json=changes)
        assert (answer.status_code == 204) if not problem else (issue(answer) == problem)
        assert merchant.capture(order_id).status_code == 201
        answer = merchant.http.patch(f"/v2/checkout/orders/{order_id}", json=changes)
        assert issue(answer) == "ORDER_ALREADY_COMPLETED"


def test_an_authorization_is_taken_in_parts_until_the_final_one(merchant: Merchant) -> None:
    order_id = merchant.order(intent="AUTHORIZE")["id"]
    merchant.simulator.sim("POST", f"paypal/orders/{order_id}/approval")
    assert issue(merchant.capture(order_id)) == "ACTION_DOES_NOT_MATCH_INTENT"
    made = merchant.post(f"/v2/checkout/orders/{order_id}/authorize").json()
    held = made["purchase_units"][0]["payments"]["authorizations"][0]
    path, part = f"/v2/payments/authorizations/{held['id']}", {"amount": {**TEN, "value": "3.00"}}
    assert merchant.post(f"{path}/capture", part).status_code == 201
    assert merchant.http.get(path).json()["status"] == "PARTIALLY_CAPTURED"
    assert merchant.post(f"{path}/capture", {**part, "final_capture": True}).status_code == 201
    assert issue(merchant.post(f"{path}/capture", part)) == "AUTHORIZATION_ALREADY_CAPTURED"
    assert issue(merchant.post(f"{path}/void")) == "PREVIOUSLY_CAPTURED"
    assert [row["charged"] for row in merchant.simulator.ledger()] == [600]


# webhooks -----------------------------------------------------------------------------------------


def test_webhooks_are_signed_and_can_be_verified_as_they_came(merchant: Merchant, ear: Ear) -> None:
    merchant.simulator.sim(
        "POST", "webhooks", {"provider": "paypal", "url": ear.url, "secret": "WH1"}
    )
    merchant.simulator.sim("PUT", "travel", {"held": True})
    merchant.capture(merchant.approved())
    merchant.simulator.sim("POST", "deliver")
    assert {event["event_type"] for event in ear.events} == {
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "CHECKOUT.ORDER.COMPLETED",
    }
    headers, body = ear.heard[0]
    for sent, verdict in ((body, "SUCCESS"), (body.replace(b"1.0", b"1.1"), "FAILURE")):
        answer = merchant.http.post(
            "/v1/notifications/verify-webhook-signature", content=question(headers, sent)
        )
        assert answer.json() == {"verification_status": verdict}
    assert b"BEGIN CERTIFICATE" in httpx.get(headers["PAYPAL-CERT-URL"]).content


def question(headers: dict[str, str], body: bytes) -> bytes:
    """What PayPal is asked about a webhook; the event is put in as it came."""
    said = {
        "auth_algo": headers["PAYPAL-AUTH-ALGO"],
        "cert_url": headers["PAYPAL-CERT-URL"],
        "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
        "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
        "webhook_id": "WH1",
    }
    told = ", ".join(f'"{name}": "{value}"' for name, value in said.items())
    return b"{" + told.encode() + b', "webhook_event": ' + body + b"}"


def test_a_question_that_is_no_question_is_a_bad_request(merchant: Merchant) -> None:
    for body in (b"", b"[]", b"{}", b'{"webhook_event": {}}', b'{"auth_algo": "x",}'):
        answer = merchant.http.post("/v1/notifications/verify-webhook-signature", content=body)
        assert answer.status_code == 400


def test_a_signature_is_over_the_time_and_the_webhooks_id_as_well() -> None:
    headers = news.headers(b"{}", "WH1", "http://127.0.0.1")
    said = {
        "auth_algo": headers["PAYPAL-AUTH-ALGO"],
        "transmission_id": headers["PAYPAL-TRANSMISSION-ID"],
        "transmission_sig": headers["PAYPAL-TRANSMISSION-SIG"],
        "transmission_time": headers["PAYPAL-TRANSMISSION-TIME"],
        "webhook_id": "WH1",
    }
    assert news.is_ours(said, b"{}")
    for name, value in (
        ("webhook_id", "WH2"),
        ("transmission_time", "2020-01-01T00:00:00Z"),
        ("transmission_id", "another"),
        ("transmission_sig", "AAAA"),
        ("auth_algo", "none"),
    ):
        assert not news.is_ours({**said, name: value}, b"{}")


# the switches -------------------------------------------------------------------------------------


def test_a_switch_says_no_to_what_cannot_be(merchant: Merchant) -> None:
    paid = merchant.approved()
    merchant.capture(paid)
    for method, path, body, status in (
        ("POST", "orders/NONE/approval", {}, 404),
        ("POST", "orders/NONE/settlement", {}, 404),
        ("POST", "orders/NONE/refund", {}, 404),
        ("POST", "orders/NONE/dispute", {}, 404),
        ("POST", "refunds/NONE/settlement", {}, 404),
        ("POST", "disputes/NONE/resolution", {"outcome": "CANCELED_BY_BUYER"}, 404),
        ("POST", "disputes/NONE/resolution", {"outcome": "x"}, 422),
        ("POST", f"orders/{paid}/approval", {}, 422),
        ("POST", f"orders/{paid}/approval", {"choice": "x"}, 422),
        ("POST", f"orders/{paid}/settlement", {"paid": "yes"}, 422),
        ("POST", f"orders/{paid}/settlement", {"paid": True}, 422),
        ("POST", f"orders/{paid}/refund", {"value": "10.01"}, 422),
        ("PUT", "settings", {"refunds": True}, 422),
    ):
        address = f"{merchant.simulator.url}/_sim/paypal/{path}"
        assert httpx.request(method, address, json=body).status_code == status, path

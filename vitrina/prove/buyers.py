"""Buyers who insist: whatever breaks on the way, they ask again with the same key until they know.

They come over the REST API, and pay on the simulator's pages as a browser would.
"""

import http.client
import json
import random
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vitrina.prove.world import ADDRESS

PATIENCE = 600.0
"""Seconds a buyer insists; the claim of a request that died lasts for half a minute."""

AGAIN = frozenset({"request_in_progress", "payment_in_progress", "conflict"})
WAYS = ("token", "token", "page", "paypal")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to buy. ``times``: how many hands press the button at once."""

    variant_id: int
    name: str
    coupon: str = ""
    card: str = ""
    way: str = "token"
    times: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a buyer was told at last; 0 when nobody ever answered. ``number``: of their order."""

    wish: Wish
    status: int
    code: str = ""
    number: str = ""
    asked: int = 1


class Client:
    """One keep-alive connection to the shop, made anew whenever it breaks."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection: http.client.HTTPConnection | None = None

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, dict[str, Any]]:
        """Status, cart token and JSON object of an answer. Raises OSError when none came."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        sent = None if body is None else json.dumps(body)
        try:
            self.connection.request(
                method, path, sent, {"Content-Type": "application/json", **(headers or {})}
            )
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            raise OSError(str(error)) from None
        try:
            told = json.loads(raw) if raw else {}
        except ValueError:
            told = {}
        token = answer.headers.get("X-Cart-Token") or ""
        return answer.status, token, told if isinstance(told, dict) else {}

    def insist(
        self, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any], int]:
        """Ask until there is an answer that is one; the last number says how often was asked."""
        deadline, asked = time.monotonic() + PATIENCE, 0
        status, told = 0, dict[str, Any]()
        while time.monotonic() < deadline:
            asked += 1
            try:
                status, _token, told = self.call(method, path, body, headers)
                if status < 500 and status != 429 and told.get("code") not in AGAIN:
                    break
            except OSError:
                status = 0
            time.sleep(random.uniform(0.1, 1.0))
        return status, told, asked


def fill(client: Client, wish: Wish) -> str:
    """A cart with the piece, the coupon and the gift card; its token, "" when nobody answered."""
    wanted = {"variant_id": wish.variant_id, "quantity": 1}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:  # a cart whose answer was lost is left behind: another one is begun
            status, token, _ = client.call("POST", "/api/v1/cart", wanted)
            if status == 200 and token and _enter(client, token, wish):
                return token
        except OSError:
            pass
        time.sleep(random.uniform(0.05, 0.5))
    return ""


def _enter(client: Client, token: str, wish: Wish) -> bool:
    holder = {"X-Cart-Token": token}
    if wish.card:
        status, *_ = client.call("POST", "/api/v1/cart/gift-cards", {"code": wish.card}, holder)
        # A card that has been spent in the meantime is refused: then the buyer pays without it.
        return status in (200, 201, 422)
    return True


def order(client: Client, wish: Wish, cart: str, *, key: str) -> Answer:
    """Order a cart under a key, and pay on the provider's page where there is one."""
    payment = {"provider": "paypal"} if wish.way == "paypal" else {"provider": "stripe"}
    if wish.way == "token":
        payment["token"] = "pm_card_visa"
    body: dict[str, Any] = {
        "email": f"{wish.name}@example.com",
        "shipping_address": ADDRESS,
        "payment": payment,
    }
    if wish.coupon:
        body["coupon"] = wish.coupon
    headers = {"X-Cart-Token": cart, "Idempotency-Key": key}
    status, told, asked = client.insist("POST", "/api/v1/orders", body, headers)
    code, number = str(told.get("code", "")), str(told.get("number", ""))
    action = told.get("next_action") or {}
    if status == 201 and action.get("url"):
        pay_on_page(str(action["url"]), wish.way)
    return Answer(wish, status, code, number, asked)


def pay_on_page(url: str, way: str) -> None:
    """Pay as a buyer does on the provider's page, and go back to the shop half of the time."""
    form = (
        {"choice": "pay", "answer": "approve"}
        if way == "paypal"
        else {"number": "4242424242424242", "expiry": "12 / 40", "cvc": "123", "name": "Ana Reis"}
    )
    for _ in range(20):
        try:
            back = _post(url, form)
            break
        except OSError:
            time.sleep(0.3)
    else:
        return
    if back and random.random() < 0.5:
        _follow(back)


def _post(url: str, form: Mapping[str, str]) -> str:
    """Send a form; where it leads to."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=40)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "POST",
            target,
            urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        answer.read()
        return answer.headers.get("Location", "")
    except http.client.HTTPException as error:
        raise OSError(str(error)) from None
    finally:
        connection.close()


def _follow(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=40)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return  # the buyer closed the window: the shop finds out by itself
    finally:
        connection.close()

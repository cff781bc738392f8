"""A shop that is open, and attackers at both of its doors: the forms and the API.

An attack is a function ``attack(world, face)`` that returns what was gained by it, as a number: a
test says that it is nothing, and its twin that it is something once a defence is taken out
(``defences.py``).
"""

from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests import make
from tests.browser import Page
from tests.conftest import Shop
from vitrina.accounts.models import User
from vitrina.core.db import session
from vitrina.orders.models import Order, OrderState
from vitrina.orders.queries import BOUGHT
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox

FACES = ("form", "api")
NOTHING = {"form": 0, "api": 0}
SECRET = "a-secret-for-tests-0123456789"
CARDS = {
    "tok_success": "4242 4242 4242 4242",
    "tok_decline": "4000 0000 0000 0002",
    "tok_3ds": "4000 0025 0000 3155",
    "tok_delay": "4000 0000 0000 0077",
}
HOME = {
    "name": "Ana Reis",
    "line1": "Rua do Sol 12",
    "city": "Lisboa",
    "postal_code": "1100-001",
    "country": "PT",
}
OWN = {"Sec-Fetch-Site": "same-origin"}
JSON = {**OWN, "Accept": "application/json"}

Send = Callable[[], TestResponse]


class Buyer(Protocol):
    """Somebody at one of the doors. What they do gives the answer, whatever it is."""

    headers: dict[str, str]

    def put(self, variant_id: int, quantity: Any = 1, **more: Any) -> TestResponse: ...

    def line(self, quantity: Any, **more: Any) -> TestResponse:
        """Change the quantity of the cart's first line."""
        ...

    def code(self, code: str, **more: Any) -> TestResponse: ...

    def gift_card(self, code: str) -> TestResponse: ...

    def ready(self, token: str = "tok_success", **more: Any) -> Send:
        """All that comes before the order is done; the order is sent by calling what it gives."""
        ...

    def order(self, token: str = "tok_success", **more: Any) -> TestResponse: ...

    def tab(self) -> "Buyer":
        """The same buyer once more, with the same cart."""
        ...


class FormBuyer:
    """A browser without scripts, and without the patience to use forms as they are meant."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.client = shop.app.test_client()
        self.headers: dict[str, str] = {}
        self._csrf = ""

    def post(self, path: str, data: dict[str, Any], *, page: bool = False) -> TestResponse:
        headers = {**(OWN if page else JSON), **self.headers}
        sent = {**data, "csrf_token": self.csrf()}
        return self.client.post(path, data=sent, headers=headers)

    def csrf(self) -> str:
        """What the shop's own forms carry: whoever attacks can open a page as well."""
        for path in ("/login", "/cart", "/account"):
            if not self._csrf:
                forms = Page(self.client.get(path).text).forms
                found = [form.fields.get("csrf_token", "") for form in forms]
                self._csrf = next(filter(None, found), "")
        return self._csrf

    def put(self, variant_id: int, quantity: Any = 1, **more: Any) -> TestResponse:
        return self.post("/cart/items", {"variant_id": variant_id, "quantity": quantity, **more})

    def line(self, quantity: Any, **more: Any) -> TestResponse:
        forms = Page(self.client.get("/cart", headers=self.headers).text).forms
        path = next(form.action for form in forms if form.action.endswith("/quantity"))
        return self.post(path, {"quantity": quantity, **more})

    def code(self, code: str, **more: Any) -> TestResponse:
        return self.post("/cart/codes", {"code": code, **more})

    def gift_card(self, code: str) -> TestResponse:
        return self.post("/cart/gift-cards", {"gift_card": code})

    def fields(self) -> dict[str, Any]:
        """The form of the checkout as it stands, filled in; none for an empty cart."""
        page = Page(self.client.get("/checkout?country=PT", headers=self.headers).text)
        found = [form for form in page.forms if form.action.endswith("/checkout")]
        filled = {**HOME, "email": "ana@example.com", "step": "pay"}
        return {**(found[0].fields if found else {}), **filled}

    def ready(self, token: str = "tok_success", **more: Any) -> Send:
        sent = {**self.fields(), "card": CARDS.get(token, token), **more}
        sent = {name: value for name, value in sent.items() if value is not None}
        return lambda: self.post("/checkout", sent, page=True)

    def order(self, token: str = "tok_success", **more: Any) -> TestResponse:
        return self.ready(token, **more)()

    def tab(self) -> "FormBuyer":
        other, token = FormBuyer(self.shop), self.csrf()
        for name in ("cart", "session"):
            if (cookie := self.client.get_cookie(name)) is not None:
                other.client.set_cookie(name, cookie.value)
        other._csrf = token
        return other


class ApiBuyer:
    """A program with a guest's cart."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.client = shop.app.test_client(use_cookies=False)
        self.headers: dict[str, str] = {}

    def call(self, method: str, path: str, body: Any = None) -> TestResponse:
        sent = {} if body is None else {"json": body}
        url = f"/api/v1{path}"
        answer = self.client.open(url, method=method, headers=self.headers, **sent)
        if "X-Cart-Token" in answer.headers:
            self.headers["X-Cart-Token"] = answer.headers["X-Cart-Token"]
        return answer

    def put(self, variant_id: int, quantity: Any = 1, **more: Any) -> TestResponse:
        body = {"variant_id": variant_id, "quantity": quantity, **more}
        return self.call("POST", "/cart", body)

    def line(self, quantity: Any, **more: Any) -> TestResponse:
        lines = self.call("GET", "/cart").get_json()["items"]
        return self.call("PATCH", f"/cart/{lines[0]['id']}", {"quantity": quantity, **more})

    def code(self, code: str, **more: Any) -> TestResponse:
        return self.call("POST", "/cart/codes", {"code": code, **more})

    def gift_card(self, code: str) -> TestResponse:
        return self.call("POST", "/cart/gift-cards", {"code": code})

    def ready(self, token: str = "tok_success", **more: Any) -> Send:
        body = {
            "email": "ana@example.com",
            "shipping_address": HOME,
            "payment": {"provider": "sandbox", "token": token},
            **more,
        }
        sent = {name: value for name, value in body.items() if value is not None}
        return lambda: self.call("POST", "/orders", sent)

    def order(self, token: str = "tok_success", **more: Any) -> TestResponse:
        return self.ready(token, **more)()

    def tab(self) -> "ApiBuyer":
        other = ApiBuyer(self.shop)
        other.headers |= self.headers
        return other


class World:
    """The open shop, and what can be seen of it from within."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        bank = shop.folder / "bank.db"
        registry.configure(sandbox=Sandbox.Settings(bank, SECRET))
        make.delivery("5.00", code="standard")

    @property
    def bank(self) -> Sandbox:
        found = registry.get("sandbox")
        assert isinstance(found, Sandbox)
        return found

    def charges(self, status: str = "captured") -> int:
        """How many payments the bank has in that state."""
        with self.bank.bank._writing() as rows:
            found = rows.execute("SELECT COUNT(*) FROM payments WHERE status = ?", (status,))
            return int(found.fetchone()[0])

    def buyer(self, face: str) -> Buyer:
        return FormBuyer(self.shop) if face == "form" else ApiBuyer(self.shop)

    def orders(self) -> list[Order]:
        """All orders as they are now, the oldest first."""
        session.remove()
        return list(session.scalars(sa.select(Order).order_by(Order.id)))

    def sold(self) -> list[Order]:
        """The orders whose goods are owed to somebody."""
        return [order for order in self.orders() if order.state in BOUGHT and order.paid_at]

    def waiting(self) -> list[Order]:
        return [one for one in self.orders() if one.state is OrderState.AWAITING_PAYMENT]

    def count(self, model: Any) -> int:
        """How many rows of a table there are."""
        session.remove()
        return int(session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)


def sign_in(buyer: Buyer, user: User) -> None:
    """Let a buyer be a customer, or staff."""
    login = {"login": user.username, "password": make.PASSWORD}
    if isinstance(buyer, FormBuyer):
        answer = buyer.post("/login", login, page=True)
        assert answer.status_code == 303, answer.text
        buyer._csrf = ""  # a new session, a new token
    elif isinstance(buyer, ApiBuyer):
        body = {"username": user.username, "password": make.PASSWORD}
        token = buyer.call("POST", "/auth/login", body).get_json()["access_token"]
        buyer.headers["Authorization"] = f"Bearer {token}"


def gains(attack: Callable[..., int], world: World, **more: Any) -> dict[str, int]:
    """What an attack brings in at each door."""
    return {face: attack(world, face, **more) for face in FACES}

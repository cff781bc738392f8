"""Webhooks that never come, and webhooks that come fifty times: every order is paid once."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from werkzeug.serving import make_server

from tests import make
from tests.conftest import Shop
from vitrina.checkout.reconciling import reconcile
from vitrina.cli.doctor import examine
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.notifications.models import Mail
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState
from vitrina.payments import registry
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.prove.buyers import pay_on_page
from vitrina.simulator.events import Endpoint
from vitrina.simulator.server import start_in_thread

SECRET, WEBHOOK = "whsec_a-webhook-secret", "WHSTORM12345"


@dataclass
class World:
    """The providers' address, and their switches."""

    url: str

    def switch(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/_sim/{path}", json=body, timeout=300)
        answer.raise_for_status()
        return answer.json()

    def charges(self) -> dict[str, int]:
        """How often each payment was charged, by our reference."""
        found: dict[str, int] = {}
        for entry in self.switch("GET", "ledger")["entries"]:
            if entry["kind"] == "charge" and entry["amount"] > 0:
                found[entry["reference"]] = found.get(entry["reference"], 0) + 1
        return found


@pytest.fixture
def world(shop: Shop, tmp_path: Path) -> Iterator[World]:
    """The shop on a port, for webhooks to come to, and both providers beside it."""
    server = make_server("127.0.0.1", 0, shop.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hooks = f"http://127.0.0.1:{server.server_port}/webhooks/payments"
    running = start_in_thread(
        tmp_path / "simulator.db",
        endpoints=(
            Endpoint("stripe", f"{hooks}/stripe", SECRET),
            Endpoint("paypal", f"{hooks}/paypal", WEBHOOK),
        ),
    )
    registry.configure()
    registry.register(
        Stripe(Stripe.Settings("sk_test_storm", SECRET, api_base=running.url, timeout=5))
    )
    registry.register(PayPal(PayPal.Settings("id", "secret", WEBHOOK, running.url, timeout=5)))
    yield World(running.url)
    running.stop()
    server.shutdown()
    thread.join(5)
    server.server_close()
    registry.configure()


def begun(count: int) -> list[Order]:
    """Orders whose buyers have paid on the providers' pages and closed the window."""
    orders = []
    for number in range(count):
        provider = ("stripe", "paypal")[number % 2]
        order = make.order(provider=provider, token="")
        url = str((order.payments[0].next_action or {})["url"])
        pay_on_page(url, "paypal" if provider == "paypal" else "page")
        orders.append(order)
    session.rollback()
    return orders


def states(orders: list[Order]) -> set[OrderState]:
    session.rollback()
    return {queries.by_id(order.id).state for order in orders}


def everything_is_right(world: World, orders: list[Order]) -> None:
    assert states(orders) == {OrderState.PAID}
    assert sorted(world.charges().values()) == [1] * len(orders)
    confirmed = session.scalars(
        sa.select(Mail.key).where(Mail.template == "order_confirmation")
    ).all()
    assert len(confirmed) == len(orders)
    assert {name: found for name, found in examine().items() if found} == {}


@pytest.fixture
def _no_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buyers close the window on the provider's page."""
    monkeypatch.setattr("vitrina.prove.buyers._follow", lambda _url: None)


@pytest.mark.usefixtures("_no_way_back")
def test_when_every_webhook_is_lost_two_rounds_complete_every_order(
    world: World, shop: Shop
) -> None:
    world.switch("PUT", "travel", {"lose": 1.0})
    orders = begun(10)
    shop.work()
    assert states(orders) == {OrderState.AWAITING_PAYMENT}
    for minutes in (1, 6):
        with clock.later(minutes=minutes):
            reconcile()
    with clock.later(minutes=7):
        shop.work()
    everything_is_right(world, orders)


@pytest.mark.usefixtures("_no_way_back")
def test_without_the_reconciler_they_would_wait(world: World, shop: Shop) -> None:
    world.switch("PUT", "travel", {"lose": 1.0})
    orders = begun(2)
    shop.work()
    assert states(orders) == {OrderState.AWAITING_PAYMENT}


@pytest.mark.usefixtures("_no_way_back")
def test_every_webhook_fifty_times_in_any_order_is_one_order_one_charge_one_mail(
    world: World, shop: Shop
) -> None:
    world.switch("PUT", "travel", {"held": True})
    orders = begun(4)
    world.switch("POST", "deliver")
    tally = world.switch(
        "POST", "redeliver", {"times": 50, "shuffle": True, "seed": 7, "parallel": 4}
    )
    assert sum(tally.values()) >= 50 * 2 * len(orders)
    shop.work()
    everything_is_right(world, orders)

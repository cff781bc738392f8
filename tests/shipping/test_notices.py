"""Carriers tell which parcels have arrived: by a signed notice, once, and only their own."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from tests.contracts.carrier import CarrierContract
from vitrina.core import clock, signing
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.notifications.models import Mail
from vitrina.orders import actions, queries
from vitrina.orders.models import Order, OrderState
from vitrina.shipping import notices, registry
from vitrina.shipping.carrier import CarrierNotice, RateRequest
from vitrina.shipping.models import ShipmentState, ShippingMethod

NUMBER = "RR123456785PT"  # of make.shipped_order, by CTT


def news(number: str = NUMBER, status: str = "delivered", **changes: Any) -> bytes:
    told = {"event_id": "ev_1", "tracking_number": number, "status": status}
    return json.dumps({**told, "at": clock.now().isoformat(), **changes}).encode()


def tell(
    shop: Shop, body: bytes, *, carrier: str = "ctt", secret: str = "", at: datetime | None = None
) -> tuple[int, dict[str, Any]]:
    signed = notices.sign(secret or notices.secret_of(carrier), body, at or clock.now())
    answer = shop.app.test_client().post(
        f"/webhooks/carriers/{carrier}",
        data=body,
        headers={"Carrier-Signature": signed},
        content_type="application/json",
    )
    session.rollback()
    return answer.status_code, answer.get_json()


def now(order_id: int) -> Order:
    session.remove()
    return queries.by_id(order_id)


def mails(shop: Shop) -> int:
    shop.work()
    session.rollback()
    return len(session.scalars(sa.select(Mail.id).where(Mail.template == "delivered")).all())


@pytest.mark.parametrize("carrier", ["ctt", "CTT", "any"])
def test_a_delivered_parcel_is_marked_and_the_customer_told_once(shop: Shop, carrier: str) -> None:
    order = make.shipped_order().id
    assert tell(shop, news(), carrier=carrier) == (200, {"received": 1, "delivered": 1})
    assert tell(shop, news(), carrier=carrier) == (200, {"received": 1, "delivered": 0})
    assert tell(shop, news(event_id="ev_2"), carrier=carrier)[1]["delivered"] == 0
    arrived = now(order)
    assert arrived.state is OrderState.DELIVERED
    assert arrived.shipments[0].state is ShipmentState.DELIVERED
    assert [move.by for move in arrived.shipments[0].transitions][
        -1
    ] == f"carrier:{carrier.lower()}"
    assert mails(shop) == 1


def test_the_same_notice_at_once_delivers_once(shop: Shop) -> None:
    order = make.shipped_order().id
    session.remove()
    body, gate = news(), threading.Barrier(4)
    answers: list[dict[str, Any]] = []

    def deliver() -> None:
        gate.wait()
        answers.append(tell(shop, body)[1])
        session.remove()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer["delivered"] for answer in answers) == 1
    moves = [move.verb for move in now(order).shipments[0].transitions]
    assert moves.count("deliver") == 1


def test_a_notice_that_is_forged_old_or_of_another_carrier_changes_nothing(shop: Shop) -> None:
    order = make.shipped_order().id
    for at in (timedelta(seconds=-301), timedelta(seconds=302)):
        assert tell(shop, news(), at=clock.now() + at)[0] == 400
    assert tell(shop, news(), secret="0" * 64)[0] == 400
    assert tell(shop, news(), secret=notices.secret_of("dhl"))[0] == 400
    bare = shop.app.test_client().post("/webhooks/carriers/ctt", data=news())
    assert (bare.status_code, bare.get_json()) == (400, {"code": "carrier_notice_forged"})
    assert tell(shop, news(), carrier="dhl") == (200, {"received": 1, "delivered": 0})
    assert now(order).state is OrderState.SHIPPED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"7",
        b"[" * 5000,
        news(at="yesterday"),
        news(at=5),
        news(number=""),
        news(event_id=None),
    ],
)
def test_a_signed_notice_that_says_nothing_is_refused(shop: Shop, body: bytes) -> None:
    assert tell(shop, body)[0] == 400


def test_what_is_unknown_or_not_there_yet_is_answered_and_left_alone(shop: Shop) -> None:
    order = make.shipped_order().id
    assert tell(shop, news("XX000000000XX")) == (200, {"received": 1, "delivered": 0})
    for status in ("in_transit", "held_by_customs"):
        assert tell(shop, news(status=status)) == (200, {"received": 1, "delivered": 0})
    assert now(order).state is OrderState.SHIPPED


def test_of_two_parcels_under_one_number_none_is_guessed(shop: Shop) -> None:
    orders = [make.shipped_order().id, make.shipped_order().id]
    assert tell(shop, news())[1]["delivered"] == 0
    assert {now(order).state for order in orders} == {OrderState.SHIPPED}


def test_the_parcel_arrived_when_the_carrier_says_but_not_before_it_left(shop: Shop) -> None:
    order = make.shipped_order().id
    left = now(order).shipments[0].shipped_at
    assert left is not None
    with clock.later(hours=50):
        when = left + timedelta(hours=48)
        tell(shop, news(at=when.isoformat()))
    assert now(order).shipments[0].delivered_at == when
    other = make.shipped_order().id
    tell(shop, news(at="2001-01-01T00:00:00Z"))
    parcel = now(other).shipments[0]
    assert parcel.delivered_at == parcel.shipped_at


def test_a_secret_from_before_the_key_was_changed_is_still_good(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.shipped_order()
    given = notices.secret_of("ctt")
    monkeypatch.setattr(signing, "_secrets", [*signing._secrets, "a-new-secret-key-0123456789"])
    assert notices.secret_of("ctt") != given
    assert tell(shop, news(), secret=given)[1]["delivered"] == 1


def test_staff_see_what_to_give_to_the_carrier(shop: Shop) -> None:
    boss, user = shop.browser(), make.staff()
    boss.open("/login")
    boss.submit("/login", login=user.username, password=make.PASSWORD)
    page = boss.open("/admin/shipping/carriers/?carrier=dhl")
    assert "http://localhost/webhooks/carriers/dhl" in page.html
    assert notices.secret_of("DHL") in page.html
    boss.open("/admin/shipping/carriers/?carrier=nobody", status=404)


class Acme:
    """A plugin's carrier that signs in its own way: with a password in a header."""

    code: ClassVar = "acme"
    live: ClassVar = False

    @dataclass(frozen=True)
    class Settings:
        password: str

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def rate(self, ask: RateRequest) -> Money | None:
        return Money(500, ask.value.currency)

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> list[CarrierNotice]:
        signed = {"Carrier-Signature": headers.get("Acme-Signature", "")}
        return notices.read_signed(self.code, [self.settings.password], signed, body)


class TestAcme(CarrierContract):
    carrier = Acme
    good: ClassVar = {"password": "hush"}

    def signed_notice(self) -> tuple[Mapping[str, str], bytes]:
        body = news()
        return {"Acme-Signature": notices.sign("hush", body, clock.now())}, body


@pytest.fixture
def acme() -> Iterator[None]:
    registry.carriers()["acme"] = Acme  # type: ignore[assignment]
    yield
    del registry.carriers()["acme"]


@pytest.mark.usefixtures("acme")
def test_a_plugins_own_form_is_read_with_the_settings_of_its_methods(shop: Shop) -> None:
    paid = make.paid_order()
    order = paid.id
    with committing():
        actions.ship(paid, carrier="Acme", tracking_number=NUMBER, by="staff:1")
    body = news()
    header = {"Acme-Signature": notices.sign("hush", body, clock.now())}
    client = shop.app.test_client()
    assert client.post("/webhooks/carriers/acme", data=body, headers=header).status_code == 400
    zone_id = session.scalar(sa.select(ShippingMethod.zone_id).limit(1))
    with committing():
        for code, password in (("a", "other"), ("b", "hush")):
            session.add(
                ShippingMethod(
                    zone_id=zone_id,
                    code=code,
                    name=code,
                    carrier="acme",
                    settings={"password": password},
                )
            )
    assert client.post("/webhooks/carriers/acme", data=body, headers=header).status_code == 200
    assert now(order).state is OrderState.DELIVERED

"""Row 24: sent for less than it costs, by a way that is not offered there."""

from dataclasses import replace
from typing import Any

import pytest

from tests import make
from tests.attacks.defences import replaced
from tests.attacks.world import HOME, NOTHING, FormBuyer, World, gains
from vitrina.cart import today
from vitrina.core.places import Destination
from vitrina.shipping.carrier import RateRequest

CHEAP = {"shipping_price": "0", "shipping": "0", "shipping_method": "island", "address_id": "1"}


def choose_a_foreign_delivery(world: World, face: str) -> int:
    """Have it sent to Lisbon by the boat of another country; how many cents that saves."""
    if not world.orders():
        make.delivery("0.10", code="island", countries=["MT"])
    buyer = world.buyer(face)
    buyer.put(make.variant().id)
    answers = [buyer.order(shipping_method="island"), buyer.order(**CHEAP)]
    if isinstance(buyer, FormBuyer):  # the page as it is for an address in Malta
        form = buyer.post("/checkout", {**HOME, "country": "MT", "step": "update"}, page=True)
        answers.append(buyer.order(confirmed=_confirmed(form.text), shipping_method="island"))
    assert all(answer.status_code < 500 for answer in answers)
    buyer.order()
    return 500 - min(order.shipping for order in world.sold())


def _confirmed(html: str) -> str:
    return html.partition('name="confirmed" value="')[2].partition('"')[0]


def from_everywhere(ask: RateRequest, **more: Any) -> Any:
    """The ways to send something, to wherever it goes."""
    return [*offers(ask, **more), *offers(replace(ask, destination=Destination("MT")), **more)]


offers = today.offers


@pytest.mark.attack(24)
def test_a_delivery_is_offered_where_it_goes_or_refused(world: World) -> None:
    assert gains(choose_a_foreign_delivery, world) == NOTHING


@pytest.mark.twin(24)
def test_a_shop_that_offers_everything_everywhere_sends_for_ten_cents(
    sqlite_world: World,
) -> None:
    with replaced((today, "offers", from_everywhere)):
        assert gains(choose_a_foreign_delivery, sqlite_world) == {"form": 490, "api": 490}

"""Rows 15 to 17 and 19: steps left out, answers forged, carts changed in the middle of paying."""

from typing import Any

import pytest

from tests import make
from tests.attacks.defences import believing_everybody, replaced, without_unique
from tests.attacks.world import NOTHING, SECRET, ApiBuyer, FormBuyer, World, gains
from tests.browser import Page
from vitrina.cart.models import CartLine
from vitrina.checkout import placing, till
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.orders import actions as orders
from vitrina.orders.models import Order
from vitrina.orders.rules import link_token
from vitrina.payments import registry
from vitrina.payments.errors import PaymentNotFound
from vitrina.payments.provider import PaymentRequest, Started
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.storefront import checkout as form


def forge_the_return(world: World) -> int:
    """Come back without having paid, with the payment of somebody else; how many are believed."""
    paid, waiting = make.order(), make.order(token="tok_3ds")
    number, ref = waiting.number, paid.payments[0].provider_ref
    client = world.shop.app.test_client()
    for lie in (
        "paid=1&status=success&redirect_status=succeeded",
        f"session_id={ref}&payment_intent={ref}&PayerID=X",
        f"ref={ref}&reference={paid.payments[0].reference}&order={paid.number}",
    ):
        back = f"/orders/{number}/payment?key={link_token(number)}&{lie}"
        answer = client.get(back, follow_redirects=True)
        assert answer.status_code == 200
        assert number in Page(answer.text).h1[0]
    return len(world.sold()) - 1


@pytest.mark.attack(15)
def test_only_the_provider_says_that_an_order_is_paid(world: World) -> None:
    assert forge_the_return(world) == 0


@pytest.mark.twin(15)
def test_a_return_page_that_asks_nobody_believes_its_address(sqlite_world: World) -> None:
    with believing_everybody():
        assert forge_the_return(sqlite_world) == 1


def leave_out_the_payment(world: World, face: str) -> int:
    """Order without paying, with a gift card that is empty by now; how many orders are sold so."""
    mug_id, dear_id = make.variant(price="20.00").id, make.variant(price="400.00").id
    _, code = make.gift_card("25.00")
    buyer, other = world.buyer(face), world.buyer(face)
    for one, variant_id in ((buyer, dear_id), (other, mug_id)):
        one.put(variant_id)
        one.gift_card(code)
    other.order()  # the card is empty now
    without: list[dict[str, Any]] = [
        {"payment": None, "payment_method": None, "card": None},
        {"payment": None, "payment_method": "", "due": "0"},
        {"payment": {"provider": "", "token": ""}, "payment_method": "free", "due": "0"},
        {"payment": {"provider": "gift_card", "token": code}, "payment_method": "gift_card"},
    ]
    for wanted in without:
        names = ("payment_method", "card", "due") if face == "form" else ("payment",)
        answer = buyer.order(**{name: wanted[name] for name in names if name in wanted})
        assert answer.status_code < 500
    return sum(order.captured < order.total_money for order in world.sold())


def nothing_is_due(view: Any, ask: Any, provider: Any, user_id: Any, by: str) -> Any:
    """Who names no way to pay owes nothing."""
    if provider is None:
        return [], Money.zero(view.quote.currency)
    return payments_of(view, ask, provider, user_id, by)


payments_of, means = placing._payments, form._means


def as_chosen(view: Any, values: Any, errors: Any) -> tuple[str, str]:
    """The way to pay that the form names, if it names one."""
    return means(view, values, errors) if values.get("payment_method") else ("", "")


@pytest.mark.attack(16)
def test_nothing_is_sold_without_its_money(world: World) -> None:
    assert gains(leave_out_the_payment, world) == NOTHING


@pytest.mark.twin(16)
def test_a_shop_that_believes_that_nothing_is_due_gives_it_away(sqlite_world: World) -> None:
    with replaced((placing, "_payments", nothing_is_due), (form, "_means", as_chosen)):
        assert min(gains(leave_out_the_payment, sqlite_world).values()) > 0


def leave_out_the_rest(world: World, face: str) -> int:
    """Order without a cart, an address, an e-mail or a country; how many orders there are."""
    buyer = world.buyer(face)
    assert buyer.order().status_code in (303, 404, 409, 422)
    buyer.put(make.variant().id)
    gaps: list[dict[str, Any]]
    if face == "form":
        names = ("email", "name", "line1", "city", "country", "confirmed")
        gaps = [*({name: ""} for name in names), *({name: None} for name in names)]
    else:
        gaps = [{"email": None}, {"email": "ana"}, {"shipping_address": None}]
        gaps += [{"shipping_address": {"name": "Ana", "country": "PT"}}]
    for gap in gaps:
        assert buyer.order(**gap).status_code in (409, 422), gap
    return len(world.orders())


@pytest.mark.attack(16)
def test_no_step_of_the_checkout_can_be_left_out(world: World) -> None:
    assert gains(leave_out_the_rest, world) == NOTHING


def finish(world: World, order: Order) -> None:
    """The buyer confirms at the bank, and the shop asks it."""
    payment = order.payments[-1]
    payment_id = payment.id
    world.bank.bank.authenticate(str(payment.provider_ref), approved=True)
    till.look(payment_id)


def fill_while_paying(world: World, face: str) -> int:
    """Pay for one piece, and put nine into the cart meanwhile; how many pieces are not paid for.

    Afterwards more is put into the cart that was paid.
    """
    mug_id = make.variant(price="19.90", stock=50).id
    buyer = world.buyer(face)
    buyer.put(mug_id)
    buyer.order("tok_3ds")
    buyer.put(mug_id, 8)
    buyer.line(9)
    finish(world, world.orders()[-1])
    buyer.put(mug_id, 5)
    order = world.sold()[-1]
    owed = sum(line.quantity for line in order.lines)
    return owed - (order.captured.minor - 500) // 1990


@pytest.mark.attack(16)
@pytest.mark.attack(17)
def test_what_is_put_into_the_cart_while_one_pays_is_not_sent(world: World) -> None:
    assert gains(fill_while_paying, world) == NOTHING


@pytest.mark.twin(17)
def test_an_order_that_follows_its_cart_sends_what_nobody_paid(sqlite_world: World) -> None:
    mark_paid = orders.mark_paid

    def as_the_cart_is(order: Order, *, by: str) -> None:
        lines = session.query(CartLine).filter_by(cart_id=order.cart_id)
        order.lines[0].quantity = sum(line.quantity for line in lines)
        mark_paid(order, by=by)

    with replaced((orders, "mark_paid", as_the_cart_is)):
        assert gains(fill_while_paying, sqlite_world) == {"form": 8, "api": 8}


class Named(Sandbox):
    """A provider where the buyer's browser pays, and then names the payment to the shop."""

    def start(self, ask: PaymentRequest) -> Started:
        try:
            return Started(self._outcome(self.bank.look(ask.token)))
        except PaymentNotFound:
            return super().start(ask)


def pay_twice_with_one_payment(world: World) -> int:
    """Name the payment of an order that was paid for another one; how many that pays."""
    registry.register(Named(Sandbox.Settings(world.shop.folder / "named.db", SECRET)))
    mug_id = make.variant().id
    paid, second = ApiBuyer(world.shop), ApiBuyer(world.shop)
    for buyer in (paid, second):
        buyer.put(mug_id)
    paid.order()
    ref = str(world.sold()[0].payments[0].provider_ref)
    for _ in range(2):
        assert second.order(payment={"provider": "sandbox", "token": ref}).status_code < 500
    return len(world.sold()) - 1


@pytest.mark.attack(19)
def test_one_payment_pays_for_one_order(world: World) -> None:
    assert pay_twice_with_one_payment(world) == 0


@pytest.mark.twin(19)
def test_without_the_constraint_one_payment_pays_for_all(world: World) -> None:
    with without_unique("payments", "uq_payments_provider_provider_ref"):
        assert pay_twice_with_one_payment(world) == 1


@pytest.mark.attack(19)
def test_a_form_names_no_payment_at_all(sqlite_world: World) -> None:
    buyer = FormBuyer(sqlite_world.shop)
    buyer.put(make.variant().id)
    ref = str(make.order().payments[0].provider_ref)
    assert buyer.order(ref, payment=ref, provider_ref=ref).status_code == 422
    assert len(sqlite_world.orders()) == 1

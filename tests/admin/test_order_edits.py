"""Changing orders at the desk: worked out, seen, confirmed."""

import pytest

from tests import make
from tests.admin.money import audited, sign_in
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.core.db import session
from vitrina.orders import queries
from vitrina.orders.models import Order, OrderState


@pytest.fixture
def owner(shop: Shop) -> Browser:
    return sign_in(shop)


def again(number: str) -> Order:
    session.rollback()
    session.expire_all()
    return queries.by_number(number)


def test_an_order_is_changed_after_it_was_seen(shop: Shop, owner: Browser) -> None:
    mug, _cup = make.variant(price="19.90"), make.variant(title="Cup", price="7.00", sku="CUP")
    order = make.paid_order([(mug, 2)])
    number, line = order.number, order.lines[0].id
    edit = f"/admin/orders/{number}/edit"
    page = owner.open(f"/admin/orders/{number}")
    assert "Change the order" in page.text
    owner.open(edit)
    fields = {f"line-{line}": "1", "sku-1": "CUP", "new-1": "3", "note": "Ring twice."}
    page = owner.submit(edit, step="preview", **fields)
    assert "€1.10 to pay" in page.text
    assert again(number).total == 4480
    owner.submit(edit, step="confirm")
    order = again(number)
    assert order.total == 1990 + 2100 + 500
    assert [(one.sku, one.quantity) for one in order.lines][1] == ("CUP", 3)
    assert len(audited("order.edit")) == 1
    page = owner.open(f"/admin/orders/{number}")
    assert "€44.80, now €45.90" in page.text
    assert "€1.10 still to be paid" in page.text
    shop.work()
    page = owner.open(f"/admin/orders/{number}")
    assert f"Your order {number} was changed" in page.text


def test_a_changed_order_waits_for_its_rest_unless_staff_say_so(owner: Browser) -> None:
    mug = make.variant(price="19.90")
    order = make.paid_order([(mug, 1)])
    number, line = order.number, order.lines[0].id
    edit = f"/admin/orders/{number}/edit"
    owner.open(edit)
    owner.submit(edit, step="preview", **{f"line-{line}": "2"})
    owner.submit(edit, step="confirm")
    ship = f"/admin/orders/{number}/shipments"
    page = owner.open(f"/admin/orders/{number}")
    page = owner.submit(ship, carrier="CTT", status=409)
    assert "€19.90" in page.text or "19.90 of this changed order is still to be paid" in page.text
    assert again(number).state is OrderState.PAID
    owner.open(f"/admin/orders/{number}")
    owner.submit(ship, carrier="CTT", even_unpaid="y")
    assert again(number).state is OrderState.SHIPPED


def test_what_changed_meanwhile_is_seen_anew(owner: Browser) -> None:
    mug = make.variant(price="19.90")
    order = make.paid_order([(mug, 1)])
    number, line = order.number, order.lines[0].id
    edit = f"/admin/orders/{number}/edit"
    owner.open(edit)
    owner.submit(edit, step="preview", **{f"line-{line}": "2"})
    make.reprice(mug.id, "25.00")
    page = owner.submit(edit, status=409, step="confirm")
    assert "comes to something else now" in page.text
    assert "€25.00 to pay" in page.text
    assert again(number).total == 2490
    owner.submit(edit, step="confirm")
    assert again(number).total == 4990


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"sku-1": "NONE"}, 409, "NONE cannot be added"),
        ({"line": "x"}, 422, "number of pieces"),
        ({"line": "0"}, 409, "Something has to be left"),
        ({"shipping": "-3"}, 422, ""),
        ({"address-postal_code": "nonsense"}, 422, "Check the address"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    owner: Browser, fields: dict[str, str], status: int, words: str
) -> None:
    order = make.paid_order()
    number, line = order.number, order.lines[0].id
    edit = f"/admin/orders/{number}/edit"
    owner.open(edit)
    typed = {f"line-{line}" if name == "line" else name: text for name, text in fields.items()}
    page = owner.submit(edit, status=status, step="preview", **typed)
    assert words in page.text
    name, text = next(iter(typed.items()))
    assert page.form(edit).fields[name] == text


def test_the_address_is_changed(owner: Browser) -> None:
    number = make.paid_order().number
    edit = f"/admin/orders/{number}/edit"
    owner.open(edit)
    owner.submit(edit, step="preview", **{"address-line1": "Rua da Lua 9"})
    owner.submit(edit, step="confirm")
    address = again(number).shipping_address
    assert address is not None
    assert address["line1"] == "Rua da Lua 9"
    page = owner.open(f"/admin/orders/{number}")
    assert "Rua do Sol 12, 1100-001 Lisboa" in page.text
    assert "now Ana Reis, Rua da Lua 9" in page.text


def test_a_shipped_order_shows_no_form(owner: Browser) -> None:
    number = make.shipped_order().number
    page = owner.open(f"/admin/orders/{number}/edit")
    assert "cannot be changed now" in page.text


@pytest.mark.parametrize("role", ["fulfilment", "support", "analyst"])
def test_only_who_may_write_orders_changes_them(shop: Shop, role: str) -> None:
    number = make.paid_order().number
    browser = sign_in(shop, role)
    browser.open(f"/admin/orders/{number}/edit", status=403)
    assert "Change the order" not in browser.open(f"/admin/orders/{number}").text


def test_the_buyer_pays_the_rest_on_the_orders_page(shop: Shop, owner: Browser) -> None:
    mug = make.variant(price="19.90")
    order = make.paid_order([(mug, 1)])
    number, line = order.number, order.lines[0].id
    edit = f"/admin/orders/{number}/edit"
    owner.open(edit)
    owner.submit(edit, step="preview", **{f"line-{line}": "2"})
    owner.submit(edit, step="confirm")
    from vitrina.orders.rules import link_token

    buyer = shop.browser()
    page = buyer.open(f"/orders/{number}?token={link_token(number)}")
    assert "Pay €19.90" in page.text
    buyer.submit(f"/orders/{number}/payment", payment_method="sandbox", card="4242 4242 4242 4242")
    shop.work()
    assert again(number).outstanding.minor == 0
    page = buyer.open(f"/orders/{number}?token={link_token(number)}")
    assert "Pay €" not in page.text

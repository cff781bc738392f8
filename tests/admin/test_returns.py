"""Returns at the desk, through the pages alone."""

import re

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from tests.orders.returns.worlds import arrived, asked, delivered
from vitrina.cli.doctor import examine
from vitrina.core.db import committing, session
from vitrina.orders.returns import actions, queries
from vitrina.orders.returns.actions import Piece
from vitrina.orders.returns.models import Condition, Reason, Return, ReturnKind, ReturnState


@pytest.fixture
def owner(sqlite_shop: Shop) -> Browser:
    """The owner's browser, signed in."""
    return signed_in(sqlite_shop, "owner")


def signed_in(shop: Shop, role: str) -> Browser:
    user = make.staff(role)
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def now(number: str) -> Return:
    session.rollback()
    session.expire_all()
    return queries.by_number(number)


def test_a_return_is_agreed_to_received_and_decided(sqlite_shop: Shop, owner: Browser) -> None:
    back = asked(delivered(), note="Too blue.")
    number, line = back.number, back.lines[0].id
    page = owner.open("/admin/returns/?state=requested")
    assert number in page.text
    owner.click(number)
    assert "Too blue." in owner.page.text
    page = owner.submit("/approval", instructions="Any.", label_url="javascript:x", status=422)
    assert re.search(r">\s*Any\.</textarea>", page.html)
    assert now(number).state is ReturnState.REQUESTED
    owner.submit("/approval", instructions="Any carrier.", label_url="https://x.example/l.pdf")
    twice = {**owner.page.form("/arrival").fields, f"pieces-{line}": "1"}
    for _ in range(2):
        owner.post(f"/admin/returns/{number}/arrival", twice)
    assert now(number).lines[0].received == 1
    owner.submit("/arrival", **{f"pieces-{line}": "1"})
    owner.submit("/arrival", **{f"pieces-{line}": "1"})
    assert "cost €29.97" in owner.page.text
    typed = {f"refunded-{line}": "4", f"condition-{line}": "used", "note": "Worn at the rim."}
    page = owner.submit("/inspection", **typed, status=422)
    fields = page.form("/inspection").fields
    assert (fields[f"refunded-{line}"], fields["note"]) == ("4", "Worn at the rim.")
    assert 'value="used" selected' in page.html
    owner.open(f"/admin/returns/{number}")
    owner.submit(
        "/inspection",
        **{
            f"refunded-{line}": "2",
            f"restocked-{line}": "1",
            f"condition-{line}": "used",
            f"deducted-{line}": "4,98",
            "note": "One is torn.",
        },
    )
    found = now(number)
    assert (found.state, found.given) == (ReturnState.INSPECTED, 1500)
    assert found.lines[0].condition is Condition.USED
    sqlite_shop.work()
    page = owner.open(f"/admin/orders/{found.order.number}")
    assert number in page.text
    session.rollback()
    assert not any(examine().values())


def test_staff_open_and_reject_for_a_buyer(owner: Browser) -> None:
    order = delivered()
    order_id, number, line = order.id, order.number, order.lines[0].id
    owner.open(f"/admin/orders/{number}")
    owner.click("Open a return")
    owner.submit("/admin/returns/", **{f"pieces-{line}": "1", "reason": "damaged"})
    session.rollback()
    (back,) = queries.of_order(order_id)
    assert back.lines[0].reason is Reason.DAMAGED
    assert back.by.startswith("staff:")
    name = back.number
    owner.submit("/rejection", status=422)
    owner.submit("/rejection", reason="It was cut to size.")
    assert now(name).state is ReturnState.REJECTED
    for wrong in ("abc", "-1", "99999999"):
        owner.open(f"/admin/returns/new?order={number}")
        page = owner.submit("/admin/returns/", status=422, **{f"pieces-{line}": wrong})
        assert f'value="{wrong}"' in page.html
    session.rollback()
    assert len(queries.of_order(order_id)) == 1


def test_an_exchange_is_one_press(sqlite_shop: Shop, owner: Browser) -> None:
    product = make.product(options={"Size": ["S", "M"]}, price="20.00")
    small, large = sorted(product.variants, key=lambda one: one.id)
    order = make.delivered_order([(small, 1)])
    with committing():
        piece = Piece(order.lines[0].id, 1, Reason.CHANGED_MIND, wanted_id=large.id)
        back = actions.request(order, [piece], kind=ReturnKind.EXCHANGE, by="guest")
        number = back.number
    owner.open(f"/admin/returns/{number}")
    assert "Wants: M" in owner.page.text
    owner.submit("/approval")
    owner.submit("/arrival")
    form = owner.page.form("/inspection")
    owner.post(f"/admin/returns/{number}/exchange", form.fields)
    replacement = now(number).replacement
    assert replacement is not None
    assert replacement.number in owner.page.text
    assert replacement.total == 2000


def test_the_list_takes_as_many_statements_for_ten_as_for_one(
    sqlite_shop: Shop, owner: Browser
) -> None:
    asked(delivered())
    assert "Returns to look at 1" in owner.open("/admin/").text
    owner.open("/admin/returns/")
    owner.open("/admin/returns/")  # what the process keeps is warm now
    few = owner.statements
    for _ in range(9):
        asked(delivered())
    owner.open("/admin/returns/")
    assert owner.statements <= few


def test_who_may_not_refund_does_not_decide(sqlite_shop: Shop) -> None:
    number = arrived(delivered()).number
    page = signed_in(sqlite_shop, "fulfilment").open(f"/admin/returns/{number}")
    assert "Look at it and decide" not in page.text


def test_what_is_said_to_be_broken_does_not_go_back_on_sale_by_itself(owner: Browser) -> None:
    order = delivered()
    with committing():
        piece = Piece(order.lines[0].id, 1, Reason.DAMAGED)
        back = actions.request(order, [piece], by="staff:1")
    number, line = back.number, back.lines[0].id
    owner.open(f"/admin/returns/{number}")
    owner.submit("/approval")
    owner.submit("/arrival")
    fields = owner.page.form("/inspection").fields
    assert fields[f"restocked-{line}"] == "0"
    assert fields[f"condition-{line}"] == "damaged"
    owner.submit("/inspection", **{f"restocked-{line}": "1"}, status=422)
    owner.submit("/inspection", **{f"restocked-{line}": "0"})
    assert now(number).lines[0].restocked == 0

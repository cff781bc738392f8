"""Mails about returns: each step is told once, with what the buyer needs for the next one."""

import pytest

from tests import make
from tests.conftest import Shop
from tests.notifications.mails import mails, only, react_again
from tests.orders.returns.worlds import STAFF, arrived, asked, delivered, finished, fresh
from vitrina.core import store
from vitrina.core.db import committing
from vitrina.orders.returns import actions
from vitrina.orders.returns.actions import Verdict


def told(shop: Shop) -> list[str]:
    """The mails about the return by name, after everything ran twice."""
    shop.work()
    react_again()
    shop.work()
    before = ("order_confirmation", "shipped", "delivered")
    return [one.template for one in mails() if one.template not in before]


def test_every_step_is_told_once(shop: Shop) -> None:
    with committing():
        store.change(by=STAFF, company="Isoline, Lda.", address=make.address().as_dict())
    back = asked(delivered())
    with committing():
        actions.approve(
            back, instructions="Wrap it well.", label_url="https://x.example/l.pdf", by=STAFF
        )
    with committing():
        actions.receive(back, {back.lines[0].id: 1}, by=STAFF)
    with committing():
        actions.receive(back, by=STAFF)
    finished(fresh(back))
    assert told(shop) == ["return_requested", "return_approved", "return_received", "refunded"]
    approved = only("return_approved")
    for words in ("Wrap it well.", "https://x.example/l.pdf", "Isoline, Lda.", "Rua do Sol 12"):
        assert words in approved.text
        assert words in approved.html
    assert back.number in approved.subject
    assert "#returns" in approved.text


def test_what_is_kept_or_refused_is_explained(shop: Shop) -> None:
    back = arrived(delivered())
    with committing():
        verdict = Verdict(2, deducted=498)
        actions.inspect(back, {back.lines[0].id: verdict}, note="One is torn.", by=STAFF)
    assert told(shop)[-2:] == ["return_inspected", "refunded"]
    text = only("return_inspected").text
    for words in ("One is torn.", "1 x Mug", "€4.98", "€15.00"):
        assert words in text


def test_a_no_and_an_end_are_told(shop: Shop) -> None:
    order = delivered()
    line = order.lines[0].id
    no, off = asked(order, {line: 1}), asked(order, {line: 1})
    with committing():
        actions.reject(no, reason="It was cut\nto size.", by=STAFF)
    with committing():
        actions.cancel(off, by="guest")
    assert sorted(told(shop)) == [
        "return_cancelled", "return_rejected", "return_requested", "return_requested",
    ]  # fmt: skip
    assert "to size." in only("return_rejected").text


def test_store_credit_is_not_called_money(shop: Shop) -> None:
    finished(arrived(delivered(user=make.user()), as_credit=True))
    assert told(shop)[-1] == "refunded"
    text = only("refunded").text
    assert "on your account" in text
    assert "your bank" not in text


@pytest.mark.parametrize("has_left", [True, False])
def test_a_withdrawal_is_acknowledged_with_date_and_time(shop: Shop, has_left: bool) -> None:
    order = delivered() if has_left else make.paid_order()
    pieces = {order.lines[0].id: order.lines[0].quantity}
    with committing():
        back = actions.withdraw(order, pieces, name="Ana <Reis>", by="guest")
        at = back.created_at if back else None
    names = told(shop)
    assert names.count("withdrawal_received") == 1
    assert "return_requested" not in names
    mail = only("withdrawal_received")
    assert "Ana <Reis>" in mail.text
    assert "Ana &lt;Reis&gt;" in mail.html
    assert order.number in mail.subject
    assert " UTC" in mail.text
    assert ("Send the goods back" in mail.text) is has_left
    assert at is None or str(at.year) in mail.text

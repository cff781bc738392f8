"""The doctor: a shop in order is said to be, and every fault that is planted is named."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from tests import make
from tests.conftest import Shop
from vitrina.cli import doctor as command
from vitrina.core import clock, jobs
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.payments.credit.actions import issue_gift_card


@pytest.fixture(autouse=True)
def _opened(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "open_shop", lambda: None)


def run(*arguments: str, status: int = 0) -> str:
    result = CliRunner().invoke(command.doctor, arguments)
    assert result.exit_code == status, result.output
    return result.output


def spoil(statement: str) -> None:
    with committing():
        assert session.execute(sa.text(statement)).rowcount > 0  # type: ignore[attr-defined]


def a_busy_shop() -> str:
    """A shop in which things were bought, declined, sent, cancelled; returns a paid number."""
    make.promotion(code="TEN")
    mug = make.variant(stock=10)
    make.order([(mug, 1)], token="tok_decline")
    make.shipped_order([(mug, 2)])
    number = make.paid_order([(mug, 3)], codes=["TEN"]).number
    jobs.drain()
    return number


def test_a_shop_in_order_is_said_to_be() -> None:
    a_busy_shop()
    assert run() == "All sums are right.\n"
    assert json.loads(run("--json")) == {name: [] for name in command.CHECKS}


@pytest.mark.parametrize(
    ("fault", "named", "check"),
    [
        ("UPDATE stock_items SET on_hand = on_hand + 1", "on_hand", "inventory"),
        ("UPDATE reservations SET quantity = quantity + 1", "reservations", "inventory"),
        ("DELETE FROM stock_movements WHERE reserved_delta <> 0", "reserved", "inventory"),
        ("UPDATE promotions SET used = used + 1", "promotion ", "promotions"),
        (
            "UPDATE payments SET captured = captured - 1 WHERE state = 'captured'",
            "payment ",
            "payments",
        ),
        (
            "UPDATE orders SET subtotal = subtotal + 1, discount = discount + 1",
            "its lines add up to",
            "orders",
        ),
        ("UPDATE order_taxes SET tax = tax + 1", "its rates add up to", "orders"),
        ("DELETE FROM order_lines WHERE discount > 0", "subtotal is", "orders"),
        (
            "UPDATE jobs SET failed_at = run_at, attempts = 12, error = 'no such door'",
            "gave up after 12 attempts: no such door",
            "jobs",
        ),
        (
            "INSERT INTO ledger_postings (entry_id, account, amount)"
            " SELECT MIN(id), 'sales', 5 FROM ledger_entries",
            "adds up to 5",
            "ledger",
        ),
        (
            "UPDATE jobs SET run_at = '2020-01-01 00:00:00+00:00', leased_until = NULL",
            "due since 2020-01-01",
            "jobs",
        ),
        (
            "UPDATE mails SET state = 'failed', error = 'mailbox full'",
            "not sent: mailbox full",
            "mails",
        ),
    ],
)
def test_a_fault_is_named(fault: str, named: str, check: str) -> None:
    make.tax("0.23")
    a_busy_shop()
    if check == "jobs":
        make.user()  # owes a welcome
    spoil(fault)
    assert named in run(status=1)
    assert named in "\n".join(json.loads(run("--json", status=1))[check])


def test_a_gift_card_that_was_made_richer_is_named() -> None:
    with committing():
        issue_gift_card(Money(3000, "EUR"), by="staff:1")
    spoil("UPDATE credit_accounts SET balance = balance + 1")
    assert "the balance is 3001, its movements add up to 3000" in run(status=1)


def test_an_order_that_nobody_ends_is_named() -> None:
    order = make.order(token="tok_decline")
    jobs.drain()
    with clock.later(hours=3):
        assert f"order {order.number}: waits for its money since" in run(status=1)


def test_an_order_that_no_mail_confirmed_is_named() -> None:
    order = make.paid_order()
    jobs.drain()
    with clock.later(hours=2):
        assert run() == "All sums are right.\n"
        spoil("DELETE FROM mails")
        assert f"order {order.number}: paid, and no mail confirmed it" in run(status=1)


def test_an_order_without_its_money_is_named() -> None:
    number = a_busy_shop()
    spoil(
        "UPDATE payments SET state = 'failed', captured = 0 WHERE order_id = "
        f"(SELECT id FROM orders WHERE number = '{number}')"
    )
    assert f"order {number}: paid, but 0 of" in run(status=1)

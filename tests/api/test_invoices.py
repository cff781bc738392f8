"""Invoices over the API: for the customer, whoever holds the link, and staff who see orders."""

import pytest

from tests import make
from tests.api.conftest import Program, sign_in
from tests.conftest import Shop
from vitrina.core.db import session
from vitrina.orders.invoices import queries
from vitrina.orders.models import Order
from vitrina.orders.rules import link_token


@pytest.fixture
def order(shop: Shop) -> Order:
    """A guest's order with its invoice."""
    made = make.paid_order()
    shop.work()
    session.rollback()
    return made


def test_a_guest_reads_the_papers_of_an_order_with_its_token(api: Program, order: Order) -> None:
    token = link_token(order.number)
    listed = api.get(f"/orders/{order.number}/invoices?token={token}", status=200).get_json()
    (item,) = listed["items"]
    assert item["kind"] == "invoice"
    assert item["total"] == {"amount": order.total_money.text, "currency": "EUR"}
    assert item["corrects"] is None
    answer = api.client.get(f"{item['pdf']}?token={token}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.data.startswith(b"%PDF-1.7")
    assert api.client.get(item["pdf"].replace("/v1", "") + f"?token={token}").data == answer.data


def test_what_is_not_yours_is_404_with_the_answer_of_what_does_not_exist(
    shop: Shop, api: Program, order: Order
) -> None:
    (invoice,) = queries.of_order(order.id)
    number, paper, order_id = order.number, invoice.number, order.id
    wrong = link_token("VT-0000000")
    program = sign_in(shop, make.user())
    for caller in (api, program):
        for path in (
            f"/orders/{number}/invoices",
            f"/orders/{order_id}/invoices",
            f"/orders/{number}/invoices?token={wrong}",
        ):
            assert caller.get(path, status=404).get_json()["code"] == "order_not_found"
        bodies = set()
        for path in (f"/invoices/{paper}.pdf", f"/invoices/{paper}.pdf?token={wrong}"):
            known = caller.get(path, status=404).get_json()
            bodies.add((known["code"], known["title"], known["detail"]))
        unknown = caller.get("/invoices/INV-1999-000001.pdf", status=404).get_json()
        assert bodies == {(unknown["code"], unknown["title"], unknown["detail"])}


@pytest.mark.parametrize(("role", "status"), [("support", 200), ("catalogue", 404)])
def test_staff_read_them_with_their_permission(
    shop: Shop, api: Program, order: Order, role: str, status: int
) -> None:
    (invoice,) = queries.of_order(order.id)
    number, paper = order.number, invoice.number
    staff = sign_in(shop, make.staff(role))
    staff.get(f"/orders/{number}/invoices", status=status)
    staff.get(f"/invoices/{paper}.pdf", status=status)

"""The migrations make what the models say, on both databases, and can be taken back."""

from alembic import command

from tests import make
from tests.conftest import Shop
from vitrina import migrate
from vitrina.checkout import actions as checkout
from vitrina.cli.doctor import examine
from vitrina.core import db
from vitrina.core.db import committing, session
from vitrina.core.money import Money
from vitrina.orders import queries
from vitrina.payments.ledger import queries as ledger


def test_models_and_migrations_agree(database: str) -> None:
    with db.engine().connect() as connection:
        config = migrate.config()
        config.attributes["connection"] = connection
        command.check(config)


def test_the_history_can_be_taken_back_and_made_again(database: str) -> None:
    newest = migrate.current()
    migrate.downgrade("base")
    assert migrate.current() is None
    migrate.upgrade()
    assert migrate.current() == newest


def test_a_shop_that_has_sold_keeps_its_books_through_every_migration(shop: Shop) -> None:
    make.tax("0.23")
    paid = make.paid_order()
    make.order(token="tok_decline")
    shipped = make.shipped_order()
    with committing():
        checkout.refund(shipped, Money(500, "EUR"), reason="scratched", by="staff:1")
    shop.work()
    session.remove()
    migrate.downgrade("0002")
    migrate.upgrade()
    session.remove()
    assert queries.by_id(paid.id).payment_status == "paid"
    assert queries.by_id(shipped.id).payment_status == "partially_refunded"
    faults = {name: found for name, found in examine().items() if found}
    assert set(faults) <= {"invoices"}, faults
    sums: dict[str, int] = {}
    for one in ledger.balances():
        sums[one.amount.currency] = sums.get(one.amount.currency, 0) + one.amount.minor
    assert sums == {"EUR": 0}

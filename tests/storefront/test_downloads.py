"""A bought file: fetched some times, and looked at without being fetched."""

from datetime import timedelta

import sqlalchemy as sa

from tests import make
from tests.conftest import Shop
from vitrina.catalog.models.products import DigitalFile
from vitrina.core import clock, storage
from vitrina.core.db import committing, session
from vitrina.orders import queries
from vitrina.orders.desk import figures, sales
from vitrina.orders.models import Order
from vitrina.orders.rules import download_token
from vitrina.orders.tables import DownloadGrant

BYTES = b"%PDF-1.7 a plan"


def bought(shop: Shop, *, kept: bool = True) -> str:
    """The path of a bought file; ``kept``: whether the storage has it."""
    plan = make.variant(stock=None, track_stock=False, requires_shipping=False)
    key = storage.put(BYTES, ".pdf") if kept else storage.key_of(BYTES, ".pdf")
    with committing():
        session.add(DigitalFile(variant_id=plan.id, key=key, name="Plan.pdf", size=len(BYTES)))
    order = make.paid_order([(plan, 1)])
    (file,) = queries.downloads(order.id)
    return f"/downloads/{download_token(file.line_id, file.file_id)}"


def used() -> int:
    session.rollback()
    return session.scalars(sa.select(DownloadGrant.used)).one()


def test_a_file_is_sent_whole_and_counted(shop: Shop) -> None:
    path = bought(shop)
    answer = shop.app.test_client().get(path)
    assert (answer.status_code, answer.data) == (200, BYTES)
    assert "Plan.pdf" in answer.headers["Content-Disposition"]
    assert used() == 1


def test_who_only_looks_uses_nothing_up(shop: Shop) -> None:
    path = bought(shop)
    answer = shop.app.test_client().head(path)
    assert (answer.status_code, answer.data) == (200, b"")
    assert used() == 0
    assert shop.app.test_client().head("/downloads/forged").status_code == 404


def test_a_file_that_the_shop_has_lost_is_not_counted(shop: Shop) -> None:
    path = bought(shop, kept=False)
    assert shop.app.test_client().get(path).status_code == 500
    assert used() == 0


def test_a_file_is_never_to_be_shipped(shop: Shop) -> None:
    bought(shop)
    since = session.scalars(sa.select(Order.created_at)).one()
    assert figures().to_ship == 0
    assert sales(since, clock.now() + timedelta(seconds=1)).orders == 1

"""Those who change the same pieces wait for each other, and never for ever."""

import threading
import time

import sqlalchemy as sa

from tests import make
from vitrina.core.db import committing, session
from vitrina.inventory import actions, promises
from vitrina.inventory.models import StockItem


def test_who_counts_what_is_owed_waits_for_an_order_that_gives_it_back(database: str) -> None:
    mug = make.variant(stock=1, backorder=True).id
    with committing():
        actions.reserve("A", {mug: 3}, expires_at=None, by=make.BY)
        actions.reserve("B", {mug: 1}, expires_at=None, by=make.BY)
    errors: list[Exception] = []

    def count() -> None:
        try:
            with committing():
                actions.adjust(mug, 5, by=make.BY, note="")
        except Exception as error:
            errors.append(error)
        finally:
            session.remove()

    other = threading.Thread(target=count)
    with committing():
        promises.lock("A")
        other.start()
        time.sleep(0.7)  # the count is waiting by now
        actions.release("A", by=make.BY)
    other.join()
    session.rollback()
    assert errors == []
    row = session.execute(sa.select(StockItem.on_hand, StockItem.reserved, StockItem.backordered))
    assert tuple(row.one()) == (6, 1, 0)

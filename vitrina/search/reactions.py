"""The index follows the catalogue and the stock at once, by those who caused the change."""

from typing import Any

from vitrina.catalog import queries as catalog
from vitrina.catalog.events import CategoryChanged, CollectionChanged, ProductChanged, RatesChanged
from vitrina.core.db import committing
from vitrina.core.events import enqueue, on, task
from vitrina.core.store import touch_catalogue
from vitrina.inventory.events import StockRanOut, StockReturned
from vitrina.orders import queries as orders
from vitrina.orders.events import OrderPaid
from vitrina.search import actions


@on(ProductChanged, inline=True)
def _index_products(event: ProductChanged) -> None:
    actions.index(event.product_ids)


@on(StockRanOut, inline=True)
def _say_sold_out(event: StockRanOut) -> None:
    actions.refresh_stock([event.product_id])


@on(StockReturned, inline=True)
def _say_back(event: StockReturned) -> None:
    actions.refresh_stock([event.product_id])


@on(OrderPaid)
def _count_sold(event: OrderPaid) -> None:
    actions.count_sold(orders.products_of(event.order_id))


@on(CategoryChanged)
def _index_category(event: CategoryChanged) -> None:
    """Products are found by the titles of their categories."""
    products = catalog.products_in(event.category_ids)
    for start in range(0, len(products), actions.BATCH):
        enqueue(index_some, {"product_ids": products[start : start + actions.BATCH]})


@on(CollectionChanged, inline=True)
def _show_collection(event: CollectionChanged) -> None:
    """Lists read who is in a collection from the catalogue itself; only kept pages are old."""
    touch_catalogue()


@on(RatesChanged)
def _price_anew(event: RatesChanged) -> None:
    products = catalog.all_ids()
    for start in range(0, len(products), actions.BATCH):
        enqueue(index_some, {"product_ids": products[start : start + actions.BATCH]})


@task
def index_some(payload: dict[str, Any]) -> None:
    """Index the products ``product_ids`` in a transaction of its own."""
    with committing():
        actions.index(payload["product_ids"])

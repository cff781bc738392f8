"""Mails about stock: to those who asked to be told, and to the shop itself."""

from vitrina.catalog import queries as catalog
from vitrina.core import clock, store
from vitrina.core.db import session
from vitrina.core.events import on
from vitrina.core.locales import DEFAULT, get
from vitrina.inventory.events import BackInStock, StockLow
from vitrina.inventory.models import StockRequest
from vitrina.notifications import office
from vitrina.notifications.actions import write


@on(BackInStock)
def back_in_stock(event: BackInStock) -> None:
    """Tell somebody who asked that a variant can be bought again."""
    wish = session.get(StockRequest, event.request_id)
    if wish is None:
        return
    variant = catalog.variant(event.variant_id)
    locale = get(wish.locale)
    write(
        "back_in_stock",
        to=wish.email,
        locale=wish.locale,
        key=f"back_in_stock:{wish.id}:{wish.told_at}",  # who asks again is told again
        context={
            "title": variant.product.text("title", locale.code),
            "label": variant.label(locale.code),
            "link": office.link(f"/products/{variant.product.slug}?variant={variant.id}", locale),
        },
        subject_ref=f"product:{event.product_id}",
    )


@on(StockLow)
def low_stock(event: StockLow) -> None:
    """Tell the shop that a variant is getting low, once a day at most."""
    variant = catalog.variant(event.variant_id)
    write(
        "low_stock",
        to=store.current().email,
        locale=DEFAULT.code,
        key=f"low_stock:{event.variant_id}:{clock.now():%Y-%m-%d}",
        context={
            "title": variant.product.text("title", DEFAULT.code),
            "sku": variant.sku,
            "available": event.available,
            "link": office.link(f"/admin/products/{event.product_id}", DEFAULT),
        },
        subject_ref=f"product:{event.product_id}",
    )

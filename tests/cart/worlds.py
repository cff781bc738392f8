"""Carts for tests: made, filled and looked at as faces do it."""

from collections.abc import Sequence

from vitrina.cart import actions, queries
from vitrina.cart.models import Cart
from vitrina.cart.view import CartItem, CartView
from vitrina.catalog.models.products import Variant
from vitrina.core.db import committing, session


def opened(
    lines: Sequence[tuple[Variant, int]] = (), *, user_id: int | None = None, currency: str = "EUR"
) -> tuple[Cart, str]:
    """A cart with pieces of variants in it, and its token."""
    with committing():
        cart, token = actions.open_cart(user_id=user_id, currency=currency, locale="en")
        for variant, quantity in lines:
            actions.add_item(cart, variant.id, quantity)
    return cart, token


def view(cart: Cart, **wishes: object) -> CartView:
    """The cart as a buyer sees it now."""
    session.rollback()
    return queries.contents(cart, **{"locale": "en", **wishes})  # type: ignore[arg-type]


def kinds(item: CartItem) -> list[str]:
    return [str(change.kind) for change in item.changes]


def quantities(cart: Cart) -> dict[int, int]:
    return {item.variant.id: item.line.quantity for item in view(cart).lines}

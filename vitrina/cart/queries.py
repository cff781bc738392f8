"""Carts by their token or customer, what is in them, and wishlists."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from vitrina.cart.errors import CartNotFound, LineNotFound
from vitrina.cart.models import Cart, CartLine, CartState, WishlistItem
from vitrina.cart.today import contents, empty
from vitrina.catalog.models.products import Variant
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.ids import hash_token

__all__ = [
    "by_token",
    "contents",
    "count",
    "empty",
    "find_by_token",
    "lines_of_product",
    "of_user",
    "saved_cart",
    "saved_carts",
    "wishlist_ids",
]


def find_by_token(token: str | None) -> Cart | None:
    """A guest's open cart; None when there is none. One SELECT, without its lines.

    A customer's cart is never found by a token, so an old cookie does not open it.
    """
    if not token or len(token) > 200:
        return None
    return session.scalar(
        sa.select(Cart).where(
            Cart.token_hash == hash_token(token),
            Cart.user_id.is_(None),
            Cart.state == CartState.ACTIVE,
            Cart.expires_at > clock.now(),
        )
    )


def by_token(token: str | None) -> Cart:
    """As :func:`find_by_token`. Raises CartNotFound."""
    found = find_by_token(token)
    if found is None:
        raise CartNotFound()
    return found


def of_user(user_id: int) -> Cart | None:
    """A customer's open cart; None when there is none. One SELECT, without its lines."""
    return session.scalar(
        sa.select(Cart).where(
            Cart.user_id == user_id,
            Cart.state == CartState.ACTIVE,
        )
    )


def saved_carts(user_id: int) -> Sequence[Cart]:
    """The carts a customer saved under a name, the latest first, with their lines."""
    return session.scalars(
        sa.select(Cart)
        .where(Cart.user_id == user_id, Cart.state == CartState.SAVED)
        .order_by(Cart.updated_at.desc(), Cart.id.desc())
        .options(selectinload(Cart.lines))
    ).all()


def saved_cart(user_id: int, cart_id: int) -> Cart:
    """One of the carts a customer saved. Raises CartNotFound."""
    found = session.scalar(
        sa.select(Cart).where(
            Cart.id == cart_id, Cart.user_id == user_id, Cart.state == CartState.SAVED
        )
    )
    if found is None:
        raise CartNotFound()
    return found


def count(cart: Cart) -> int:
    """How many pieces are in a cart, without loading them; one SELECT."""
    pieces = session.scalar(
        sa.select(sa.func.sum(CartLine.quantity)).where(
            CartLine.cart_id == cart.id, CartLine.is_saved.is_(False)
        )
    )
    return int(pieces or 0)


def lines_of_product(cart: Cart, product_id: int) -> Sequence[CartLine]:
    """The lines of a cart that hold variants of a product. Raises LineNotFound for none."""
    found = session.scalars(
        sa.select(CartLine)
        .join(Variant, Variant.id == CartLine.variant_id)
        .where(
            CartLine.cart_id == cart.id,
            CartLine.is_saved.is_(False),
            Variant.product_id == product_id,
        )
        .order_by(CartLine.id)
    ).all()
    if not found:
        raise LineNotFound(product_id=product_id)
    return found


# Wishlists


def wishlist_ids(*, user_id: int | None = None, visitor_hash: str | None = None) -> list[int]:
    """The products that a customer or a guest likes, the latest first; one SELECT, or none."""
    if user_id is None and not visitor_hash:
        return []
    owner = (
        WishlistItem.user_id == user_id
        if user_id is not None
        else WishlistItem.visitor_hash == visitor_hash
    )
    return list(
        session.scalars(
            sa.select(WishlistItem.product_id).where(owner).order_by(WishlistItem.id.desc())
        )
    )

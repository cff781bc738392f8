"""What somebody likes: customers by their account, guests by the hash of their cookie."""

import sqlalchemy as sa

from vitrina.cart.errors import TooMany
from vitrina.cart.models import WishlistItem
from vitrina.cart.queries import wishlist_ids
from vitrina.cart.rules import MOST_WISHES
from vitrina.catalog.errors import ProductNotFound
from vitrina.catalog.models.products import Product, ProductStatus
from vitrina.core.db import session
from vitrina.core.ids import MOST_ID


def like(product_id: int, *, user_id: int | None = None, visitor_hash: str | None = None) -> None:
    """Put a product on a wishlist; liking it again changes nothing.

    Raises ProductNotFound for what is not published, TooMany.
    """
    status = None
    if 0 < product_id <= MOST_ID:
        status = session.scalar(sa.select(Product.status).where(Product.id == product_id))
    if status is not ProductStatus.ACTIVE:
        raise ProductNotFound(id=product_id)
    known = wishlist_ids(user_id=user_id, visitor_hash=visitor_hash)
    if product_id in known:
        return
    if len(known) >= MOST_WISHES:
        raise TooMany(what="wishes", most=MOST_WISHES)
    owner = {"user_id": user_id} if user_id is not None else {"visitor_hash": visitor_hash}
    session.add(WishlistItem(product_id=product_id, **owner))


def unlike(product_id: int, *, user_id: int | None = None, visitor_hash: str | None = None) -> None:
    """Take a product off a wishlist; one that is not on it is fine."""
    owner = (
        WishlistItem.user_id == user_id
        if user_id is not None
        else WishlistItem.visitor_hash == visitor_hash
    )
    session.execute(sa.delete(WishlistItem).where(owner, WishlistItem.product_id == product_id))


def adopt_wishlist(visitor_hash: str, user_id: int) -> None:
    """Move a guest's wishes to the customer's wishlist, at sign-in."""
    known = set(wishlist_ids(user_id=user_id))
    for product_id in reversed(wishlist_ids(visitor_hash=visitor_hash)):
        if product_id not in known and len(known) < MOST_WISHES:
            known.add(product_id)
            session.add(WishlistItem(product_id=product_id, user_id=user_id))
    session.execute(sa.delete(WishlistItem).where(WishlistItem.visitor_hash == visitor_hash))

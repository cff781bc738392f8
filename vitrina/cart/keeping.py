"""What becomes of whole carts: merged at sign-in, saved under a name, ordered, forgotten."""

import sqlalchemy as sa

from vitrina.cart.credits import MOST_CREDITS
from vitrina.cart.errors import CartNotFound, EmptyCart, NameMissing, SignInFirst, TooMany
from vitrina.cart.models import Cart, CartLine, CartState
from vitrina.cart.queries import of_user
from vitrina.cart.rules import MOST_SAVED_CARTS, merged_codes, merged_quantity
from vitrina.cart.steps import LIFE, touch
from vitrina.core import clock
from vitrina.core.db import rows_changed, session
from vitrina.core.ids import hash_token, new_token
from vitrina.inventory.queries import availability
from vitrina.inventory.rules import MOST_PIECES


def adopt(cart: Cart, user_id: int) -> Cart:
    """Make a guest's cart the customer's, at sign-in; gives the cart that counts from now on.

    Where the customer has an open one, the guest's is merged into it. The guest's token opens
    nothing afterwards.
    """
    own = of_user(user_id)
    if own is None:
        touch(cart)
        cart.user_id = user_id
        cart.token_hash = hash_token(new_token())
        session.flush()
        return cart
    if own is not cart:
        merge(cart, own)
    return own


def merge(guest: Cart, into: Cart) -> None:
    """Put everything of one cart into another, and close the first.

    Pieces of the same variant add up to what can be bought, at most 999, and never to fewer than
    one of the carts had. What either kept for later stays kept. Codes are joined. The other cart's
    currency stays, and its country where it has one.
    """
    for cart in sorted((guest, into), key=lambda one: one.id):
        touch(cart)
    _join(guest, into)


def save_cart(cart: Cart, name: str) -> Cart:
    """Keep a customer's cart under a name; an empty one takes its place when it is needed.

    What was kept for later does not go with it. Raises NameMissing, SignInFirst, EmptyCart,
    TooMany.
    """
    title = " ".join(name.split())[:120]
    if not title:
        raise NameMissing(field="name")
    if cart.user_id is None:
        raise SignInFirst()
    touch(cart)
    lines = session.scalar(
        sa.select(sa.func.count())
        .select_from(CartLine)
        .where(CartLine.cart_id == cart.id, CartLine.is_saved.is_(False))
    )
    if not lines:
        raise EmptyCart()
    saved = session.scalar(
        sa.select(sa.func.count())
        .select_from(Cart)
        .where(Cart.user_id == cart.user_id, Cart.state == CartState.SAVED)
    )
    if (saved or 0) >= MOST_SAVED_CARTS:
        raise TooMany(what="saved_carts", most=MOST_SAVED_CARTS)
    cart.state, cart.name = CartState.SAVED, title
    session.flush()
    _carry_over(cart, hash_token(new_token()))
    return cart


def reopen_cart(saved: Cart) -> Cart:
    """Buy from a saved cart: it is the open one again, or its lines join those that are there.

    Gives the open cart. Raises CartNotFound when it is not saved any more.
    """
    open_now = of_user(saved.user_id) if saved.user_id is not None else None
    if open_now is not None:
        touch(open_now)
    now = clock.now()
    changed = rows_changed(
        sa.update(Cart)
        .where(Cart.id == saved.id, Cart.state == CartState.SAVED)
        .values(
            state=CartState.MERGED if open_now is not None else CartState.ACTIVE,
            name="",
            updated_at=now,
            expires_at=now + LIFE,
        )
    )
    if changed == 0:
        raise CartNotFound()
    if open_now is None:
        return saved
    _join(saved, open_now)
    return open_now


def discard_cart(saved: Cart) -> None:
    """Throw a saved cart away."""
    session.delete(saved)


def mark_ordered(cart: Cart) -> None:
    """Close a cart, because it has become an order; what was kept for later stays with its owner.

    One conditional UPDATE: of two orders from the same cart the second raises CartNotFound.
    """
    owner = cart.token_hash
    changed = rows_changed(
        sa.update(Cart)
        .where(Cart.id == cart.id, Cart.state == CartState.ACTIVE)
        .values(state=CartState.ORDERED, updated_at=clock.now(), token_hash=hash_token(new_token()))
    )
    if changed == 0:
        raise CartNotFound()
    _carry_over(cart, owner)


def remove_expired(limit: int) -> int:
    """Remove up to ``limit`` carts whose 30 days are over; gives how many. Saved ones stay."""
    over = (
        sa.select(Cart.id)
        .where(Cart.expires_at < clock.now(), Cart.state != CartState.SAVED)
        .order_by(Cart.expires_at)
        .limit(limit)
    )
    return rows_changed(
        sa.delete(Cart)
        .where(Cart.id.in_(over.scalar_subquery()))
        .execution_options(synchronize_session=False)
    )


def _join(source: Cart, into: Cart) -> None:
    """Move the lines and codes of one cart, which nobody else holds, into an open one; close it."""
    lines = session.scalars(
        sa.select(CartLine)
        .where(CartLine.cart_id.in_([source.id, into.id]))
        .order_by(CartLine.id)
        .execution_options(populate_existing=True)
    ).all()
    own = {(line.variant_id, line.is_saved): line for line in lines if line.cart_id == into.id}
    stock = availability(line.variant_id for line in lines)
    for line in (line for line in lines if line.cart_id == source.id):
        twin = own.get((line.variant_id, line.is_saved))
        if twin is None:
            line.cart_id = into.id
            continue
        found = stock.get(line.variant_id)
        most = MOST_PIECES if line.is_saved or found is None else found.most
        twin.quantity = merged_quantity(twin.quantity, line.quantity, most)
        session.delete(line)
    into.codes = merged_codes(into.codes, source.codes)
    into.credits = list(dict.fromkeys([*into.credits, *source.credits]))[:MOST_CREDITS]
    into.country = into.country or source.country
    source.state = CartState.MERGED
    source.token_hash = hash_token(new_token())
    session.flush()
    for cart in (source, into):
        session.expire(cart, ["lines"])


def _carry_over(closed: Cart, token_hash: str) -> None:
    """Give what was kept for later in a cart that closes to a new one of the same owner."""
    kept = session.scalars(
        sa.select(CartLine).where(CartLine.cart_id == closed.id, CartLine.is_saved.is_(True))
    ).all()
    if not kept:
        return
    now = clock.now()
    fresh = Cart(
        token_hash=token_hash,
        user_id=closed.user_id,
        currency=closed.currency,
        locale=closed.locale,
        country=closed.country,
        codes=[],
        credits=[],
        updated_at=now,
        expires_at=now + LIFE,
    )
    session.add(fresh)
    session.flush()
    for line in kept:
        line.cart_id = fresh.id
    session.flush()
    session.expire(closed, ["lines"])

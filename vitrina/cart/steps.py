"""The steps that changes of a cart are made of."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from vitrina.cart.errors import CartNotFound, InvalidQuantity, LineNotFound, NotForSale, TooMany
from vitrina.cart.models import Cart, CartLine, CartState
from vitrina.cart.rules import DAYS_KEPT, MOST_LINES
from vitrina.cart.stock import with_own
from vitrina.catalog.errors import VariantNotFound
from vitrina.catalog.models.products import Product, ProductStatus, Variant, VariantPrice
from vitrina.catalog.queries import rates
from vitrina.core import clock
from vitrina.core.db import rows_changed, session
from vitrina.core.ids import MOST_ID
from vitrina.core.store import Store
from vitrina.inventory.errors import NotEnoughStock
from vitrina.inventory.queries import availability
from vitrina.inventory.rules import MOST_PIECES

LIFE = timedelta(days=DAYS_KEPT)


def touch(cart: Cart) -> None:
    """Begin a change: lock the cart's row, raise its version and begin its 30 days anew.

    One conditional UPDATE, so that nothing is put into a cart that has just been ordered. Raises
    CartNotFound.
    """
    now = clock.now()
    changed = rows_changed(
        sa.update(Cart)
        .where(Cart.id == cart.id, Cart.state == CartState.ACTIVE)
        .values(version=Cart.version + 1, updated_at=now, expires_at=now + LIFE)
    )
    if changed == 0:
        raise CartNotFound()


def find_line(cart: Cart, line_id: int) -> CartLine:
    """A line of this cart. Raises LineNotFound."""
    found = None
    if 0 < line_id <= MOST_ID:
        found = session.scalar(
            sa.select(CartLine).where(CartLine.id == line_id, CartLine.cart_id == cart.id)
        )
    if found is None:
        raise LineNotFound(id=line_id)
    return found


def check_quantity(quantity: int) -> None:
    """Refuse what is no whole number from 1 on (InvalidQuantity), or too many (TooMany)."""
    if type(quantity) is not int or quantity < 1:
        raise InvalidQuantity(field="quantity")
    if quantity > MOST_PIECES:
        raise TooMany(field="quantity", what="pieces", most=MOST_PIECES)


def check_room(cart: Cart) -> None:
    """Refuse another line in a cart that is full (TooMany)."""
    lines = session.scalar(
        sa.select(sa.func.count()).select_from(CartLine).where(CartLine.cart_id == cart.id)
    )
    if (lines or 0) >= MOST_LINES:
        raise TooMany(what="lines", most=MOST_LINES)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant that somebody wants, at today's price in the cart's currency."""

    cart_id: int
    variant_id: int
    sku: str
    price: int
    line: CartLine | None

    def check(self, quantity: int) -> None:
        """Whether so many may stand in one line. Raises TooMany, NotEnoughStock."""
        if quantity > MOST_PIECES:
            raise TooMany(field="quantity", what="pieces", most=MOST_PIECES)
        there = availability([self.variant_id])
        stock = with_own(there, self.cart_id, {self.variant_id: quantity})[self.variant_id]
        if not stock.covers(quantity):
            short = {
                "variant_id": self.variant_id,
                "sku": self.sku,
                "wanted": quantity,
                "available": stock.most,
            }
            raise NotEnoughStock(**short, lines=[short])


def wanted(cart: Cart, variant_id: int) -> Wanted:
    """What the cart needs to know of a variant, and its line if there is one; one SELECT."""
    row = _row(cart, variant_id) if 0 < variant_id <= MOST_ID else None
    if row is None:
        raise VariantNotFound(id=variant_id)
    if not row.is_active or row.status is not ProductStatus.ACTIVE:
        raise NotForSale(variant_id=variant_id)
    price = row.own
    if price is None:
        same = row.currency == cart.currency
        price = row.price if same else rates().convert(row.price, cart.currency)
    return Wanted(cart.id, variant_id, row.sku or "", price, row.CartLine)


def _row(
    cart: Cart, variant_id: int
) -> sa.Row[str | None, int, bool, ProductStatus, int | None, str, CartLine | None] | None:
    """The variant with its own price in the cart's currency (``own``) and its line, if any."""
    listed = sa.and_(VariantPrice.variant_id == Variant.id, VariantPrice.currency == cart.currency)
    in_cart = sa.and_(
        CartLine.cart_id == cart.id,
        CartLine.variant_id == Variant.id,
        CartLine.is_saved.is_(False),
    )
    return session.execute(
        sa.select(
            Variant.sku,
            Variant.price,
            Variant.is_active,
            Product.status,
            VariantPrice.price.label("own"),
            Store.currency,
            CartLine,
        )
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(Store, sa.true())
        .outerjoin(VariantPrice, listed)
        .outerjoin(CartLine, in_cart)
        .where(Variant.id == variant_id)
    ).first()


def set_aside(cart: Cart, line: CartLine, *, saved: bool) -> CartLine:
    """Move a line to the other side of the cart, where it joins one of the same variant."""
    twin = session.scalar(
        sa.select(CartLine).where(
            CartLine.cart_id == cart.id,
            CartLine.variant_id == line.variant_id,
            CartLine.is_saved.is_(saved),
            CartLine.id != line.id,
        )
    )
    if twin is not None:
        twin.quantity = min(twin.quantity + line.quantity, MOST_PIECES)
        session.delete(line)
        line = twin
    else:
        line.is_saved = saved
    session.flush()
    session.expire(cart, ["lines"])
    return line

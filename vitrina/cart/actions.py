"""What happens to a cart. Stock is looked at here, and taken at checkout."""

import sqlalchemy as sa

from vitrina.cart import queries
from vitrina.cart.errors import CodeEnded, InvalidCountry, TooMany, UnknownCode
from vitrina.cart.keeping import (
    adopt,
    discard_cart,
    mark_ordered,
    merge,
    remove_expired,
    reopen_cart,
    save_cart,
)
from vitrina.cart.models import Cart, CartLine
from vitrina.cart.rules import MOST_CODES
from vitrina.cart.steps import LIFE, check_quantity, check_room, find_line, set_aside, touch, wanted
from vitrina.cart.wishes import adopt_wishlist, like, unlike
from vitrina.catalog.errors import UnknownCurrency
from vitrina.catalog.queries import rates
from vitrina.core import clock
from vitrina.core.db import insert_first, session
from vitrina.core.errors import Overtaken
from vitrina.core.ids import hash_token, new_token
from vitrina.core.places import country_codes
from vitrina.inventory.queries import availability
from vitrina.inventory.rules import MOST_PIECES
from vitrina.promotions.models import Promotion
from vitrina.promotions.queries import find_by_code, normal_code
from vitrina.promotions.rules import Standing

__all__ = [
    "add_item",
    "adopt",
    "adopt_wishlist",
    "change_currency",
    "clear",
    "discard_cart",
    "enter_code",
    "like",
    "mark_ordered",
    "merge",
    "move_to_cart",
    "open_cart",
    "remove",
    "remove_code",
    "remove_expired",
    "reopen_cart",
    "save_cart",
    "save_for_later",
    "set_destination",
    "set_quantity",
    "unlike",
]


def open_cart(*, user_id: int | None = None, currency: str, locale: str) -> tuple[Cart, str]:
    """Begin a cart. Gives it with the token by which a guest finds it again.

    A customer has one: it is theirs when another request of theirs began it just now.
    """
    token = new_token()
    now = clock.now()
    cart = Cart(
        token_hash=hash_token(token),
        user_id=user_id,
        currency=currency,
        locale=locale,
        codes=[],
        credits=[],
        updated_at=now,
        expires_at=now + LIFE,
        lines=[],
    )
    if insert_first(cart):
        return cart, token
    known = queries.of_user(user_id) if user_id is not None else None
    if known is None:
        raise Overtaken()
    return known, ""


def add_item(cart: Cart, variant_id: int, quantity: int = 1) -> CartLine:
    """Put pieces of a variant into the cart; pieces that are there already add up.

    Raises InvalidQuantity, TooMany, VariantNotFound, NotForSale, NotEnoughStock.
    """
    check_quantity(quantity)
    touch(cart)
    found = wanted(cart, variant_id)
    line = found.line
    together = quantity + (line.quantity if line else 0)
    found.check(together)
    if line is None:
        check_room(cart)
        line = CartLine(cart_id=cart.id, variant_id=variant_id)
        session.add(line)
    line.quantity = together
    line.seen_price, line.seen_currency = found.price, cart.currency
    session.flush()
    session.expire(cart, ["lines"])
    return line


def set_quantity(cart: Cart, line_id: int, quantity: int) -> CartLine | None:
    """Have exactly ``quantity`` pieces in a line; 0 takes it out and gives None.

    The buyer has now seen today's price. Raises as :func:`add_item`, and LineNotFound.
    """
    if quantity == 0 and type(quantity) is int:
        remove(cart, line_id)
        return None
    check_quantity(quantity)
    touch(cart)
    line = find_line(cart, line_id)
    found = wanted(cart, line.variant_id)
    found.check(quantity)
    line.quantity = quantity
    line.seen_price, line.seen_currency = found.price, cart.currency
    session.expire(cart, ["lines"])
    return line


def remove(cart: Cart, line_id: int) -> CartLine:
    """Take a line out. Gives what it was, so that it can be put back. Raises LineNotFound."""
    touch(cart)
    line = find_line(cart, line_id)
    session.delete(line)
    session.flush()
    session.expire(cart, ["lines"])
    return line


def save_for_later(cart: Cart, line_id: int) -> CartLine:
    """Keep a line aside: it is not bought now. Raises LineNotFound."""
    touch(cart)
    return set_aside(cart, find_line(cart, line_id), saved=True)


def move_to_cart(cart: Cart, line_id: int) -> CartLine:
    """Buy after all what was kept aside; at most what there is.

    Raises LineNotFound, NotForSale, and NotEnoughStock when there is nothing left.
    """
    touch(cart)
    line = find_line(cart, line_id)
    found = wanted(cart, line.variant_id)
    there = found.line.quantity if found.line else 0
    found.check(there + 1)
    most = availability([line.variant_id])[line.variant_id].most
    line.quantity = min(line.quantity, most - there, MOST_PIECES - there)
    line.seen_price, line.seen_currency = found.price, cart.currency
    return set_aside(cart, line, saved=False)


def enter_code(cart: Cart, code: str) -> str:
    """Try a coupon code; gives it as it is kept. Entering it again changes nothing.

    A code whose conditions are not met yet is kept, and the quote says what is missing. Raises
    UnknownCode for every code that nobody could use now (CodeEnded where it was a public one),
    TooMany.
    """
    normal = normal_code(code)
    touch(cart)
    if normal in cart.codes:
        return normal
    promotion = find_by_code(normal) if 0 < len(normal) <= 60 else None
    if promotion is None or not _is_usable(promotion):
        ended = promotion is not None and _may_be_named(promotion)
        raise (CodeEnded if ended else UnknownCode)(field="code", coupon=normal[:60])
    if len(cart.codes) >= MOST_CODES:
        raise TooMany(what="codes", most=MOST_CODES)
    cart.codes = [*cart.codes, normal]
    return normal


def remove_code(cart: Cart, code: str) -> None:
    """Take a code out again; one that is not there is fine."""
    touch(cart)
    cart.codes = [known for known in cart.codes if known != normal_code(code)]


def set_destination(cart: Cart, country: str) -> None:
    """Say where it goes, for the estimate of shipping and tax. Raises InvalidCountry."""
    code = country.strip().upper()
    if code not in country_codes():
        raise InvalidCountry(field="country", country=country[:10])
    touch(cart)
    cart.country = code


def change_currency(cart: Cart, currency: str) -> None:
    """Show and sell in another currency, at that currency's prices. Raises UnknownCurrency."""
    if currency not in rates().currencies:
        raise UnknownCurrency(currency=currency[:3])
    touch(cart)
    cart.currency = currency


def clear(cart: Cart) -> None:
    """Take everything out that would be bought now, the codes and the gift cards."""
    touch(cart)
    session.execute(
        sa.delete(CartLine).where(CartLine.cart_id == cart.id, CartLine.is_saved.is_(False))
    )
    cart.codes, cart.credits = [], []
    session.expire(cart, ["lines"])


def _is_usable(promotion: Promotion) -> bool:
    """Whether anybody could use a promotion at this moment."""
    return promotion.standing(clock.now()) is Standing.ACTIVE


def _may_be_named(promotion: Promotion) -> bool:
    """Whether a code that is over may be said to be over.

    It was open to everybody and is worth nothing now, so a guesser learns nothing. A code of one
    use is made for somebody, and those that have not begun will be worth something.
    """
    is_over = promotion.standing(clock.now()) is Standing.ENDED
    return is_over and promotion.is_open_to_all

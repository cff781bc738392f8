"""Signing in: a new session, and the guest's cart and wishes come along."""

from flask import request

from vitrina.accounts.models import User
from vitrina.cart import actions as carts
from vitrina.cart import queries as cart_queries
from vitrina.web.sessions import start_session
from vitrina.web.visitor import CART_COOKIE, WISH_COOKIE, set_cookie, visitor


def arrive(user: User, *, remember: bool) -> None:
    """Sign this browser in and bring what it had as a guest. Call inside ``committing()``."""
    guest = cart_queries.find_by_token(request.cookies.get(CART_COOKIE))
    wishes = visitor().wish_hash()
    start_session(user, remember=remember)
    if guest is not None and guest.user_id is None:
        carts.adopt(guest, user.id)
        set_cookie(CART_COOKIE, "", 0)
    if wishes:
        carts.adopt_wishlist(wishes, user.id)
        set_cookie(WISH_COOKIE, "", 0)
    visitor().forget_cart()

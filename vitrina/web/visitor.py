"""Who is here: the user, the language, the currency and the cart of this request."""

from dataclasses import dataclass, field

import flask_login
from flask import after_this_request, current_app, g, request
from werkzeug.wrappers import Response

from vitrina.accounts.models import User
from vitrina.cart import actions as cart_actions
from vitrina.cart import queries as carts
from vitrina.cart.models import Cart
from vitrina.catalog.queries import rates
from vitrina.core import store
from vitrina.core.ids import hash_token, new_token
from vitrina.core.locales import DEFAULT, LOCALES, Locale

CART_COOKIE = "cart"
WISH_COOKIE = "wishes"
CURRENCY_COOKIE = "currency"
MONTH = 30 * 24 * 3600


@dataclass
class Visitor:
    """The one who asks. Everything is looked up when it is first needed, once a request."""

    locale: Locale
    _cart: Cart | None = field(default=None, init=False)
    _cart_known: bool = field(default=False, init=False)

    @property
    def user(self) -> User | None:
        """The signed-in user, or None."""
        user = flask_login.current_user
        return user.user if user.is_authenticated else None

    @property
    def actor(self) -> str:
        return self.user.actor if self.user else "guest"

    @property
    def currency(self) -> str:
        """The chosen currency (cookie), else the language's market, where the store sells in it."""
        wanted = request.cookies.get(CURRENCY_COOKIE) or self.locale.currency
        return wanted if wanted in offered_currencies() else store.current().currency

    def cart(self) -> Cart | None:
        """The visitor's cart, or None; looking never makes one."""
        if not self._cart_known:
            self._cart_known = True
            token = request.cookies.get(CART_COOKIE)
            if self.user is not None:
                self._cart = carts.of_user(self.user.id)
            elif token:
                self._cart = carts.find_by_token(token)
        return self._cart

    def cart_or_new(self) -> Cart:
        """The visitor's cart; made now when there is none. Call inside ``committing()``."""
        found = self.cart()
        if found is not None:
            return found
        user = self.user
        cart, token = cart_actions.open_cart(
            user_id=user.id if user else None, currency=self.currency, locale=self.locale.code
        )
        if user is None:
            set_cookie(CART_COOKIE, token, MONTH)
        self._cart = cart
        return cart

    def forget_cart(self) -> None:
        """Look the cart up again: it was merged, saved or ordered."""
        self._cart, self._cart_known = None, False

    def wish_hash(self, *, make: bool = False) -> str | None:
        """The hash under which a guest's wishlist is kept; ``make`` sets its cookie."""
        token = request.cookies.get(WISH_COOKIE)
        if not token and make:
            token = new_token()
            set_cookie(WISH_COOKIE, token, 12 * MONTH)
        return hash_token(token) if token else None


def visitor() -> Visitor:
    """The visitor of this request."""
    if "visitor" not in g:
        code = request.environ.get("vitrina.locale", DEFAULT.code)
        g.visitor = Visitor(LOCALES[code])
    found: Visitor = g.visitor
    return found


def offered_currencies() -> tuple[str, ...]:
    """The currencies the store sells in, its own first."""
    if "currencies" not in g:
        g.currencies = rates().currencies
    found: tuple[str, ...] = g.currencies
    return found


def set_cookie(name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read on the answer to this request; "" removes it."""

    @after_this_request
    def add(response: Response) -> Response:
        response.set_cookie(
            name,
            value,
            max_age=seconds if value else 0,
            httponly=True,
            samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            path="/",
        )
        return response

"""The checkout: contact, address, delivery, payment and review on one page.

Without script a country or a way of delivery is changed by the same form's "Update" button; nothing
typed is ever lost. What the buyer confirms is the fingerprint of the quote on the page.
"""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.cart import credits
from vitrina.cart import queries as carts
from vitrina.cart.errors import MethodNotOffered
from vitrina.cart.models import Cart
from vitrina.cart.view import CartView
from vitrina.checkout import actions
from vitrina.checkout.errors import QuoteChanged
from vitrina.checkout.rules import Checkout
from vitrina.core.address import PostalAddress
from vitrina.core.db import committing, session
from vitrina.core.emails import is_email
from vitrina.core.errors import DomainError
from vitrina.core.ids import hash_token, new_token
from vitrina.core.places import Destination
from vitrina.core.vat_numbers import country_of, number_of
from vitrina.orders import queries as orders
from vitrina.payments.models import PaymentState
from vitrina.storefront import card_parts, credit_parts
from vitrina.storefront import checkout_parts as parts
from vitrina.web import address_fields, paying
from vitrina.web.access import public
from vitrina.web.guessing import count_gift_card
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.messages.words import sentence, status_of
from vitrina.web.visitor import visitor

bp = Blueprint("checkout", __name__)
Errors = dict[str, str]
Shown = str | Response | tuple[str, int]


@bp.get("/checkout")
@public
def show() -> Shown:
    """The checkout, with what is known of the customer filled in."""
    cart = visitor().cart()
    if cart is None or not cart.buying:
        return redirect(url_for("cart.show"), 303)
    return _page(cart, parts.known_values(cart))


@bp.post("/checkout")
@public
@limiter.limit("30/minute")
def place() -> Shown:
    """Place the order and pay for it, or only show the page again for another country."""
    cart = visitor().cart()
    if cart is None or not cart.buying:
        return _ordered() or _nothing_to_buy()
    values = {name: value.strip()[:2000] for name, value in request.form.items()}
    step = values.pop("step", "")
    if step in ("gift_card", "store_credit") or step.startswith("drop-") or values.get("gift_card"):
        return _change_credits(cart, values, step)
    if step == "update":
        return _page(cart, values)
    card_parts.look_up()
    view = _view(cart, values)
    ask, errors = _read(view, values)
    if ask is None:
        return _page(cart, values, errors=errors, status=422)
    return _buy(cart, values, ask)


def _change_credits(cart: Cart, values: dict[str, str], step: str) -> Shown:
    """Use or drop a gift card or the credit, and show the sum that is left to be confirmed.

    A code that was typed is tried whatever button was pressed: nobody is charged without it.
    """
    code = values.pop("gift_card", "")
    try:
        if step.startswith("drop-"):
            with committing():
                credits.drop_credit(cart, _number(step.removeprefix("drop-")))
        elif step == "store_credit":
            with committing():
                credits.use_store_credit(cart)
        else:
            count_gift_card()
            with committing():
                credits.use_gift_card(cart, code)
    except DomainError as error:
        session.rollback()
        fresh = {**values, "gift_card": code[:60]}
        return _page(cart, fresh, errors={"gift_card": sentence(error)}, status=status_of(error))
    return _page(cart, values)


def _buy(cart: Cart, values: Mapping[str, str], ask: Checkout) -> Shown:
    user = visitor().user
    try:
        with committing():
            order = actions.place(
                cart,
                ask,
                key=_order_key(values.get("key", "")),
                user_id=user.id if user else None,
                locale=visitor().locale.code,
            )
    except DomainError as error:
        session.rollback()
        return _refused(cart, values, error)
    save = card_parts.wants_to_keep(ask.provider, values)
    result = paying.pay(order, ask.token, user_id=user.id if user else None, save=save)
    if result is not None and result.failed:
        words = _("The card was declined. Nothing was charged. Try another card.")
        again = {**values, "key": new_token(), "card": ""}
        return _page(cart, again, errors={"card": words}, status=402)
    if result is not None and result.redirect_url:
        return redirect(result.redirect_url, 303)
    visitor().forget_cart()
    return redirect(paying.order_link(order.number), 303)


def _order_key(typed: str) -> str:
    """What makes a form sent twice one order; another one after a card of it was declined."""
    key = _key_of(typed or new_token())
    known = orders.find_by_key(key)
    tried = None if known is None else paying.latest(known)
    return new_token() if tried is not None and tried.state is PaymentState.FAILED else key


def _key_of(typed: str) -> str:
    """The key of a form's order. The API makes its keys of other words, so no form can name one."""
    return hash_token(f"form:{typed}")


def _ordered() -> Response | None:
    """The way to the order that this very form has placed before: its button was pressed twice."""
    key = request.form.get("key", "")
    known = orders.find_by_key(_key_of(key)) if key else None
    return redirect(paying.order_link(known.number), 303) if known is not None else None


def _refused(cart: Cart, values: Mapping[str, str], error: DomainError) -> Shown:
    """The order could not be placed: say why, show the page as it stands now, charge nothing."""
    words = sentence(error)
    field = "delivery" if isinstance(error, QuoteChanged) else "lines"
    fresh = {**values, "key": new_token()}
    return _page(cart, fresh, errors={field: words}, status=status_of(error))


def _read(view: CartView, values: Mapping[str, str]) -> tuple[Checkout | None, Errors]:
    """The form as a Checkout; None with what is wrong by field."""
    errors: Errors = {}
    email = values.get("email", "")
    if not is_email(email):
        errors["email"] = _("Enter an e-mail address such as ana@example.com")
    home = _address(values, "", errors)
    other = _address(values, "billing_", errors) if _has_billing(view, values) else None
    provider, token = _means(view, values, errors)
    if errors:
        return None, errors
    ask = Checkout(
        email=email,
        provider=provider,
        shipping_address=home if view.needs_shipping else None,
        billing_address=other if view.needs_shipping else home,
        shipping_method=values.get("shipping_method") or None,
        confirmed=values.get("confirmed") or "",
        note=values.get("note", ""),
        due=_number(values.get("due", "")),
        token=token,
        client=request.remote_addr or "",
    )
    return ask, {}


def _number(text: str) -> int:
    """A whole number of the form; -1, which nothing is, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1


def _means(view: CartView, values: Mapping[str, str], errors: Errors) -> tuple[str, str]:
    """How the rest is paid, and the token; both empty when gift cards have left nothing to pay."""
    if not credit_parts.paid(view).due:
        return "", ""
    provider = values.get("payment_method", "")
    if provider not in {info.code for info in parts.offered(view)}:
        errors["payment_method"] = _("Choose how you want to pay")
    kept = card_parts.chosen(provider, values)
    if kept:
        if not card_parts.is_theirs(provider, kept):
            errors["payment_method"] = _("We cannot find this card now. Choose another one.")
        return provider, kept
    token = parts.token(provider, values)
    if token is None:
        errors["card"] = _("Enter the number of one of the test cards")
    return provider, token or ""


def _has_billing(view: CartView, values: Mapping[str, str]) -> bool:
    return view.needs_shipping and values.get("billing_other") == "y"


def _address(values: Mapping[str, str], prefix: str, errors: Errors) -> PostalAddress | None:
    names = {n.removeprefix(prefix): v for n, v in values.items() if n.startswith(prefix)}
    found, wrong = address_fields.read(names)
    for name, problem in wrong.items():
        errors[prefix + name] = address_fields.message(name, problem)
    return found


def _vat_country(values: Mapping[str, str]) -> str:
    """The country of the VAT number of the company that the invoice is for; empty without one."""
    prefix = "billing_" if values.get("billing_other") == "y" else ""
    if not values.get(f"{prefix}company"):
        return ""
    return country_of(number_of(values.get(f"{prefix}vat_number", "")))


def _view(cart: Cart, values: Mapping[str, str]) -> CartView:
    """The cart for the address and the delivery of the form, as far as they are known.

    A way of delivery that another country does not have is forgotten.
    """
    place = Destination(
        country=values.get("country", ""),
        region=values.get("region", ""),
        postal_code=values.get("postal_code", ""),
        vat_country=_vat_country(values),
    )
    show_with = partial(
        carts.contents,
        cart,
        locale=visitor().locale.code,
        destination=place if place.country else None,
        email=values.get("email") or None,
    )
    try:
        return show_with(shipping_code=values.get("shipping_method") or None)
    except MethodNotOffered:
        return show_with()


def _page(
    cart: Cart,
    values: Mapping[str, str],
    *,
    errors: Errors | None = None,
    status: int = 200,
) -> Shown:
    card_parts.look_up()
    view = _view(cart, values)
    if not view.lines:
        return _nothing_to_buy()
    shown = parts.show(view, values, errors or {})
    return render_template("storefront/checkout/show.html", **shown), status


def _nothing_to_buy() -> Response:
    flash(_("Your cart is empty."), "warn")
    return redirect(url_for("cart.show"), 303)

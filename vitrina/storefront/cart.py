"""The cart: looking at it, changing it, and saving it under a name."""

import re
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.cart import actions, queries
from vitrina.cart.errors import CartNotFound, InvalidQuantity, LineNotFound, UnknownCode
from vitrina.cart.models import Cart
from vitrina.cart.view import CartView
from vitrina.catalog import queries as catalog
from vitrina.catalog.errors import VariantNotFound
from vitrina.core.db import committing
from vitrina.storefront import cart_parts as parts
from vitrina.storefront import credit_parts
from vitrina.web.access import public, signed_in
from vitrina.web.csrf import public_form
from vitrina.web.failures import wants_json
from vitrina.web.guessing import TooManyCodes, count_coupon
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.messages.words import sentence, status_of
from vitrina.web.visitor import visitor

bp = Blueprint("cart", __name__)
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
Shown = str | Response | tuple[str, int]


@bp.after_request
def keep_private(response: Response) -> Response:
    """A cart belongs to one visitor; it is kept nowhere else."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/cart")
@public
def show() -> Shown:
    """The cart page, or with ``?fragment=drawer`` only what slides in."""
    view = _view()
    if request.args.get("fragment") == "drawer":
        return render_template("storefront/cart/_drawer.html", **_shown(view))
    return render_template("storefront/cart/show.html", removed=_removed(), **_shown(view))


@bp.post("/cart/items")
@public_form
@public
@limiter.limit("240/minute")
def add_item() -> Response:
    """Put pieces in: ``variant_id``, or ``product_id`` with its option values."""
    quantity = _whole("quantity", "1")
    variant_id = _variant_id()
    with committing():
        cart = visitor().cart_or_new()
        actions.add_item(cart, variant_id, quantity)
    if wants_json():
        return jsonify(variant_id=variant_id, quantity=quantity, count=queries.count(cart))
    flash(_("Added to your cart."), "ok")
    return _back()


@bp.post("/cart/items/<int:line_id>/quantity")
@public
def set_quantity(line_id: int) -> Response:
    """Change how many; none takes the line out, as its button does."""
    quantity = _whole("quantity", "")
    if quantity == 0:
        return _take_out(line_id)
    with committing():
        actions.set_quantity(present(), line_id, quantity)
    return _back()


@bp.post("/cart/items/<int:line_id>/removal")
@public
def remove(line_id: int) -> Response:
    return _take_out(line_id)


def _take_out(line_id: int) -> Response:
    """Take a line out; the page offers to put it back."""
    with committing():
        line = actions.remove(present(), line_id)
        undo = {"removed": line.variant_id, "quantity": line.quantity}
    return _back(**undo)


@bp.post("/cart/items/<int:line_id>/saving")
@public
def save_for_later(line_id: int) -> Response:
    with committing():
        actions.save_for_later(present(), line_id)
    return _back()


@bp.post("/cart/items/<int:line_id>/return")
@public
def move_to_cart(line_id: int) -> Response:
    with committing():
        actions.move_to_cart(present(), line_id)
    return _back()


@bp.post("/cart/codes")
@public
def enter_code() -> Shown:
    """Try a coupon code; one that cannot be used is said beside its field."""
    code = request.form.get("code", "")
    try:
        count_coupon()
        with committing():
            actions.enter_code(visitor().cart_or_new(), code)
    except (UnknownCode, TooManyCodes) as error:
        if wants_json():
            raise
        visitor().forget_cart()
        return page(code_error=sentence(error), code_value=code[:60]), status_of(error)
    return _back()


@bp.post("/cart/codes/<code>/removal")
@public
def remove_code(code: str) -> Response:
    with committing():
        actions.remove_code(present(), code)
    return _back()


@bp.post("/cart/destination")
@public
def set_destination() -> Response:
    """Say to which country it goes, for the estimate of delivery and tax."""
    with committing():
        actions.set_destination(visitor().cart_or_new(), request.form.get("country", ""))
    return _back()


@bp.post("/cart/carts")
@signed_in
def save_cart() -> Response:
    """Keep the cart under a name, and begin an empty one."""
    with committing():
        saved = actions.save_cart(present(), request.form.get("name", ""))
        name = saved.name
    visitor().forget_cart()
    flash(_("Saved as %(name)s.", name=name), "ok")
    return _back()


@bp.post("/cart/carts/<int:cart_id>/opening")
@signed_in
def reopen_cart(cart_id: int) -> Response:
    """Buy from a saved cart: its lines join those that are there."""
    with committing():
        actions.reopen_cart(queries.saved_cart(_user_id(), cart_id))
    return _back()


@bp.post("/cart/carts/<int:cart_id>/removal")
@signed_in
def discard_cart(cart_id: int) -> Response:
    with committing():
        actions.discard_cart(queries.saved_cart(_user_id(), cart_id))
    return _back()


def _user_id() -> int:
    user = visitor().user
    if user is None:
        raise CartNotFound()
    return user.id


def present() -> Cart:
    """The visitor's cart. Raises LineNotFound without one."""
    found = visitor().cart()
    if found is None:
        raise LineNotFound()
    return found


def _view() -> CartView:
    """The visitor's cart in the visitor's currency, or an empty one that is stored nowhere."""
    here = visitor()
    cart = here.cart()
    if cart is None:
        return queries.empty(here.currency, here.locale.code, here.locale.country)
    if cart.currency != here.currency:
        with committing():
            actions.change_currency(cart, here.currency)
    return queries.contents(cart, locale=here.locale.code)


def _shown(view: CartView, **more: Any) -> dict[str, Any]:
    rows, total = parts.totals(view)
    user = visitor().user
    return {
        "view": view,
        "lines": [parts.line(item) for item in view.lines],
        "saved": [parts.line(item) for item in view.saved],
        "rows": rows,
        "total": total,
        "applied_codes": [
            {**one, "remove_action": url_for("cart.remove_code", code=one["code"])}
            for one in parts.codes(view)
        ],
        "countries": parts.destinations() if view.lines else [],
        "problems": [parts.change_words(p) for p in view.problems if p.kind == "no_shipping"],
        "saved_carts": queries.saved_carts(user.id) if user else [],
        "can_save": user is not None,
        "paid": credit_parts.paid(view),
        "card_error": None,
        "card_value": "",
        "code_error": None,
        "code_value": "",
        **more,
    }


def page(**more: Any) -> str:
    """The cart page with ``more`` to show on it: a code that was not taken, and why."""
    return render_template("storefront/cart/show.html", removed=None, **_shown(_view(), **more))


def _removed() -> dict[str, Any] | None:
    """What was just taken out, to be put back."""
    variant_id = request.args.get("removed", "")
    quantity = request.args.get("quantity", "")
    if not (_DIGITS.fullmatch(variant_id) and _DIGITS.fullmatch(quantity)):
        return None
    try:
        variant = catalog.variant(int(variant_id))
    except VariantNotFound:
        return None
    title = variant.product.text("title", visitor().locale.code)
    return {"title": title, "variant_id": variant.id, "quantity": int(quantity)}


def _back(**query: int) -> Response:
    if wants_json():
        cart = visitor().cart()
        return jsonify(count=queries.count(cart) if cart else 0)
    return redirect(url_for("cart.show", **query), 303)


def _whole(name: str, default: str) -> int:
    """A whole number of the form. Raises InvalidQuantity."""
    text = request.form.get(name, default).strip()
    if not _DIGITS.fullmatch(text):
        raise InvalidQuantity(field=name)
    return int(text)


def _variant_id() -> int:
    """The variant of the form, by its id or by its option values. Raises VariantNotFound."""
    named = request.form.get("variant_id", "").strip()
    if named:
        if not _DIGITS.fullmatch(named):
            raise VariantNotFound(id=named[:20])
        return int(named)
    product_id = request.form.get("product_id", "").strip()
    if not _DIGITS.fullmatch(product_id):
        raise VariantNotFound(id="")
    product = catalog.by_id(int(product_id))
    wanted = [request.form.get(f"option{n}", "").strip() for n in (1, 2, 3)]
    for variant in product.variants:
        values = variant.values
        chosen = zip(values, wanted, strict=False)
        if all(text in (str(value.id), value.value) for value, text in chosen):
            return variant.id
    raise VariantNotFound(id="")

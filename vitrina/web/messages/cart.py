"""Sentences for carts, coupons, delivery and wishlists."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l


def _not_enough(facts: dict[str, Any]) -> str:
    """A single line says how much is left; an order says that something is short."""
    if "available" not in facts:
        return _("There is not enough of something in your cart. Nothing was charged.")
    if facts["available"] <= 0:
        return _("This is sold out.")
    return _("Only %(available)s left.", available=facts["available"])


MESSAGES = {
    "cart_not_found": _l("This cart is not here any more."),
    "line_not_found": _l("This is not in your cart any more."),
    "variant_not_found": _l("This choice does not exist. Choose another."),
    "not_for_sale": _l("This is not sold any more."),
    "not_enough_stock": _not_enough,
    "invalid_quantity": _l("Enter a quantity from 1 to 999."),
    "too_many": _l("At most %(most)s are possible here."),
    "unknown_coupon": _l("This code cannot be used. Check how it is written."),
    "coupon_ended": _l("This code has ended."),
    "shipping_method_not_offered": _l("We do not deliver this way to that place. Choose another."),
    "invalid_country": _l("Choose a country from the list."),
    "cart_name_missing": _l("Enter a name for the cart."),
    "sign_in_first": _l("Sign in to save a cart under a name."),
    "cart_empty": _l("Your cart is empty."),
    "unknown_currency": _l("We do not sell in this currency."),
}

"""A cart in words: what the templates of the cart, the drawer and the checkout show."""

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from vitrina.cart.rules import Change, ChangeKind
from vitrina.cart.view import CartItem, CartView
from vitrina.catalog.models.products import Media
from vitrina.core.countries import countries
from vitrina.core.money import Money
from vitrina.pricing.rules import Quote, RejectedCode
from vitrina.promotions.rules import Reason
from vitrina.shipping.queries import countries as delivered_to
from vitrina.web.formats import days, money
from vitrina.web.visitor import visitor


def product_url(slug: str) -> str:
    """The address of a product's page in the present language."""
    return f"{request.script_root}/products/{slug}"


def picture(media: Media | None) -> dict[str, Any] | None:
    """A picture as the components take it."""
    if media is None:
        return None
    return {
        "url": f"/media/{media.key}",
        "width": media.width or 400,
        "height": media.height or 500,
        "alt": media.alt,
        "colour": media.colour,
    }


def change_words(change: Change) -> str:
    """What changed, in a sentence."""
    facts = change.facts
    if change.kind is ChangeKind.PRICE_UP:
        return _("The price went up from %(before)s to %(now)s.", **_amounts(facts))
    if change.kind is ChangeKind.PRICE_DOWN:
        return _("The price went down from %(before)s to %(now)s.", **_amounts(facts))
    if change.kind is ChangeKind.ONLY_LEFT:
        return _("Only %(available)s left. Lower the quantity to go on.", **facts)
    if change.kind is ChangeKind.SOLD_OUT:
        return _("Sold out. Remove it or save it for later to go on.")
    if change.kind is ChangeKind.NOT_SOLD:
        return _("Not sold any more. Remove it to go on.")
    names = dict(countries(visitor().locale.code))
    return _(
        "We do not deliver to this place: %(country)s.",
        country=names.get(facts["country"], facts["country"]),
    )


def lacking(view: CartView) -> dict[str, str]:
    """What stands in the way of buying, by the id of its line on the page, each named."""
    return {
        f"line-{item.line.id}": _lacks(item, change)
        for item in view.lines
        for change in item.changes
        if change.is_blocking
    }


def _lacks(item: CartItem, change: Change) -> str:
    name = f"{item.title}, {item.label}" if item.label else item.title
    if change.kind is ChangeKind.ONLY_LEFT:
        return ngettext(
            "%(name)s: only %(num)s is left.",
            "%(name)s: only %(num)s are left.",
            change.facts["available"],
            name=name,
        )
    if change.kind is ChangeKind.SOLD_OUT:
        return _("%(name)s is sold out.", name=name)
    return _("%(name)s is not sold any more.", name=name)


def _amounts(facts: dict[str, Money]) -> dict[str, str]:
    return {name: money(amount) for name, amount in facts.items()}


def line(item: CartItem) -> dict[str, Any]:
    """A line as ``line_item()`` takes it, with what the cart's own forms need."""
    quoted = item.quoted
    total = quoted.listed - quoted.discount if quoted else None
    reduced = quoted is not None and bool(quoted.discount)
    each = quoted.unit_price if quoted else item.price
    several = item.line.quantity > 1 and item.price is not None
    return {
        "id": item.line.id,
        "variant_id": item.variant.id,
        "title": item.title,
        "url": product_url(item.product.slug) if item.product.is_published else None,
        "picture": picture(item.image),
        "options": item.label,
        "unit_price": _("%(price)s each", price=money(each)) if several else None,
        "total": money(total) if total is not None else money(item.price),
        "old_total": money(quoted.listed) if quoted and reduced else None,
        "quantity": item.line.quantity,
        "most": item.available or None,
        "alert": " ".join(change_words(change) for change in item.changes) or None,
        "is_sold": item.is_sold,
    }


def totals(view: CartView) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of ``totals()`` and the last one."""
    quote = view.quote
    rows: list[dict[str, Any]] = [{"label": _("Items"), "amount": money(quote.subtotal)}]
    rows += [
        {
            "label": used.label,
            "note": used.code or "",
            "amount": f"−{money(used.amount)}" if used.amount else _("Free delivery"),
            "credit": True,
        }
        for used in quote.promotions
    ]
    if view.shipping_options or view.is_undeliverable:
        rows.append(_shipping_row(view))
    if quote.tax_added:
        rows.append({"label": _("Tax"), "amount": money(quote.tax_added)})
    return rows, {"label": _("Total"), "amount": money(quote.total), "note": _tax_note(quote)}


def _shipping_row(view: CartView) -> dict[str, Any]:
    option, shipping = view.shipping, view.quote.shipping
    if option is None or shipping is None:
        return {"label": _("Delivery"), "amount": _("Not possible")}
    return {
        "label": _("Delivery"),
        "note": f"{option.name}, {days(option.deliver_from, option.deliver_to)}",
        "amount": money(shipping) if shipping else _("Free"),
    }


def _tax_note(quote: Quote) -> str:
    if quote.is_relieved:
        return _("without VAT, which your company owes in its country")
    if not quote.tax:
        return ""
    if quote.tax_included:
        return _("including %(tax)s tax", tax=money(quote.tax))
    return ""


def codes(view: CartView) -> list[dict[str, str]]:
    """The codes in use and those that take nothing off yet: ``code``, ``words``."""
    used = {one.code: one for one in view.quote.promotions if one.code}
    refused = {one.code: one for one in view.quote.rejected}
    shown = []
    for code in view.cart.codes:
        words = ""
        if code in used:
            words = used[code].label
        elif code in refused:
            words = rejected_words(refused[code])
        shown.append({"code": code, "words": words})
    return shown


def rejected_words(rejected: RejectedCode) -> str:
    """Why a code takes nothing off, in a sentence."""
    if rejected.reason is Reason.MINIMUM and rejected.missing is not None:
        return _("Add %(missing)s more to use it.", missing=money(rejected.missing))
    sentences = {
        Reason.COUNTRY: _("It is not for this country."),
        Reason.NO_LINES: _("It is for other products than these."),
        Reason.QUANTITY: _("Add one more piece to use it."),
        Reason.SHIPPING_METHOD: _("It is for another way of delivery."),
        Reason.CUSTOMER_LIMIT: _("You have used it before."),
        Reason.NOT_COMBINED: _("You already have a better discount; they cannot be combined."),
        Reason.NOTHING_OFF: _("It takes nothing off this cart."),
    }
    return sentences.get(rejected.reason, _("It cannot be used any more."))


def destinations(*, sent: bool = True) -> list[tuple[str, str]]:
    """The countries the shop sends to: (code, name) in the visitor's language, by name.

    All countries for goods that are not ``sent``, such as files.
    """
    everywhere = countries(visitor().locale.code)
    if not sent:
        return list(everywhere)
    possible = set(delivered_to())
    return [pair for pair in everywhere if pair[0] in possible]

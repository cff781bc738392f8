"""The checkout in words: fields, ways to send and to pay, the summary."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _

from vitrina.accounts import queries as accounts
from vitrina.cart.models import Cart
from vitrina.cart.view import CartView, ShippingOption
from vitrina.core.ids import new_token
from vitrina.core.money import Money
from vitrina.payments import registry
from vitrina.payments.provider import Kind, ProviderInfo
from vitrina.payments.providers.sandbox import CARDS, Sandbox, token_of
from vitrina.storefront import card_parts, cart_parts, credit_parts
from vitrina.web import address_fields
from vitrina.web.formats import days, money
from vitrina.web.visitor import visitor

ADDRESS = (
    "name",
    *address_fields.OF_COMPANIES,
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
)
ORDER_OF_FIELDS = ("email", "country", *ADDRESS)


def known_values(cart: Cart) -> dict[str, str]:
    """What a customer need not type again; and what the address of the page asks to be shown."""
    user, values = visitor().user, {}
    if user is not None:
        values = {"email": user.email, "name": user.name}
        book = accounts.addresses(user)
        chosen = next((one for one in book if one.is_default), book[0] if book else None)
        if chosen is not None:
            values |= {name: getattr(chosen, name) or "" for name in ADDRESS}
    values.setdefault("country", cart.country or visitor().locale.country)
    for name in ("country", "shipping_method", "billing_country"):
        if request.args.get(name):
            values[name] = request.args[name][:40]
    return values


def offered(view: CartView) -> list[ProviderInfo]:
    """The ways to pay for this cart."""
    return registry.offered(view.quote.currency, view.destination.country)


def token(provider: str, values: Mapping[str, str]) -> str | None:
    """What the provider is told of the buyer's means; None when the number is no test card.

    The number goes no further than this function: it is neither kept nor logged.
    """
    if provider != Sandbox.code:
        return ""
    return token_of(values.get("card", ""))


def show(view: CartView, values: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the template of the checkout needs."""
    rows, total = cart_parts.totals(view)
    paid, user = credit_parts.paid(view), visitor().user
    lacking = cart_parts.lacking(view)
    errors = _with_lines(errors, lacking)
    return {
        "view": view,
        "values": values,
        "errors": errors,
        "visitor_name": user.username if user else "",
        "summary_errors": _summary(view, values, errors),
        "countries": cart_parts.destinations(sent=view.needs_shipping),
        **_address_fields(values, errors),
        "collects": view.shipping is not None and view.shipping.collected,
        "deliveries": [_delivery(option, view) for option in view.shipping_options],
        "payments": payment_choices(offered(view), values.get("payment_method", "")),
        "kept_cards": card_parts.fields(offered(view), values),
        "lines": [cart_parts.line(item) for item in view.lines],
        "rows": rows,
        "total": total,
        "paid": paid,
        "is_lacking": bool(lacking),
        "pay_words": _pay_words(paid.due),
        "key": values.get("key") or new_token(),
        "cards": sandbox_cards(),
    }


def _with_lines(errors: Mapping[str, str], lacking: Mapping[str, str]) -> dict[str, str]:
    """The errors, with each line that cannot be bought in place of that some line cannot."""
    rest = {name: words for name, words in errors.items() if name != "lines" or not lacking}
    return {**rest, **lacking}


def sandbox_cards() -> list[tuple[str, str]]:
    """The sandbox's cards: the number of each, and what it does."""
    return [(_in_fours(number), _card(kind)) for number, kind in CARDS.items()]


def _address_fields(values: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """The fields of both addresses, those of companies apart: they wait behind a box to tick."""
    locale = visitor().locale.code
    companies = address_fields.OF_COMPANIES
    billing = {n.removeprefix("billing_"): v for n, v in values.items() if n.startswith("billing_")}
    billing["country"] = values.get("billing_country") or values.get("country", "")
    return {
        "fields": address_fields.form_fields(
            {**values, **dict.fromkeys(companies, "")},
            _of(errors, ""),
            locale=locale,
            section="shipping",
        ),
        "company_fields": address_fields.form_fields(
            values, _of(errors, ""), locale=locale, only=companies, section="shipping"
        ),
        "is_company": any(values.get(name) or errors.get(name) for name in companies),
        "billing_fields": address_fields.form_fields(
            billing,
            _of(errors, "billing_"),
            locale=locale,
            leave_out=("phone",),
            prefix="billing_",
            section="billing",
        ),
    }


def _in_fours(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _of(errors: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The problems of one address by field, as the form's fields want them: already in words."""
    return {n.removeprefix(prefix): "invalid" for n in errors if n.startswith(prefix)}


def _summary(
    view: CartView, values: Mapping[str, str], errors: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(field id, message) in the order of the page."""
    places = {"payment_method": "payment", "lines": "summary"}
    known = [name for name in ORDER_OF_FIELDS if name in errors]
    rest = [name for name in errors if name not in known]
    return [(places.get(name, name), errors[name]) for name in dict.fromkeys([*known, *rest])]


def _delivery(option: ShippingOption, view: CartView) -> dict[str, Any]:
    chosen = view.shipping
    return {
        "value": option.code,
        "title": option.name,
        "selected": chosen is not None and option.code == chosen.code,
        "disabled": False,
        "arrives": days(option.deliver_from, option.deliver_to),
        "price": money(option.price) if option.price else _("Free"),
        "note": option.description,
        "reload": "#address-head, #summary" + (", #payment" if view.cart.credits else ""),
    }


def payment_choices(infos: list[ProviderInfo], chosen: str) -> list[dict[str, Any]]:
    """Ways to pay as the components take them; the first one when none is chosen."""
    codes = [info.code for info in infos]
    chosen = chosen if chosen in codes else (codes[0] if codes else "")
    names = {
        "Card": _("Card"),
        "Bank transfer": _("Bank transfer"),
        "Cash on delivery": _("Cash on delivery"),
        "Cheque": _("Cheque"),
    }
    return [
        {
            "value": info.code,
            "title": _("Test card")
            if info.code == Sandbox.code
            else names.get(info.name, info.name),
            "note": _hint(info),
            "selected": info.code == chosen,
            "disabled": False,
            "is_sandbox": info.code == Sandbox.code,
        }
        for info in infos
    ]


def _hint(info: ProviderInfo) -> str:
    if info.kind is Kind.TRANSFER:
        return _("We send the parcel when the money is here.")
    if info.kind is Kind.CHEQUE:
        return _("We send the parcel when the cheque is cleared.")
    if info.kind is Kind.HOSTED:
        return {
            "stripe": _("You pay by card on Stripe's page and come back here."),
            "paypal": _("You pay with your PayPal account and come back here."),
        }.get(info.code, _("You pay on a safe page of theirs and come back here."))
    if info.kind is Kind.ON_DELIVERY:
        return _("You pay when the parcel is handed to you.")
    if info.code == Sandbox.code:
        return _("This is a demonstration: no money moves. Use one of the test cards.")
    return ""


def _card(kind: str) -> str:
    return {
        "tok_success": _("pays"),
        "tok_decline": _("is declined"),
        "tok_3ds": _("asks for 3-D Secure"),
        "tok_delay": _("pays a few seconds later"),
        "tok_timeout": _("leaves the answer open"),
    }[kind]


def _pay_words(due: Money) -> str:
    return _("Pay %(total)s", total=money(due, exact=True)) if due else _("Place order")

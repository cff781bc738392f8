"""How the API shows carts, quotes and ways of delivery."""

from datetime import date
from typing import Any

from vitrina.api.schemas import Amount, Out
from vitrina.cart.credits import applied
from vitrina.cart.rules import Change
from vitrina.cart.view import CartItem, CartView, ShippingOption
from vitrina.core.money import Money, total
from vitrina.pricing.rules import Quote


class ChangeOut(Out):
    """What changed since it was put in: ``price_up``, ``price_down``, ``only_left``, ``sold_out``,
    ``not_sold``, ``no_shipping``, with its facts."""

    kind: str
    facts: dict[str, Any]


class ItemOut(Out):
    """A line. ``unit_price`` is today's; null when it is not sold any more."""

    id: str
    product_id: int
    variant_id: int
    sku: str
    name: str
    variant: str
    quantity: int
    available: int
    unit_price: Amount | None
    discount: Amount | None
    tax: Amount | None
    total: Amount | None
    changes: list[ChangeOut]


class DiscountOut(Out):
    name: str
    code: str | None
    amount: Amount


class TaxOut(Out):
    name: str
    rate: str
    base: Amount
    tax: Amount


class QuoteOut(Out):
    """subtotal - discount + shipping + tax_added = total. ``tax`` is all tax, included or added.

    ``fingerprint`` is what an order may send as ``confirmed``.
    """

    subtotal: Amount
    discount: Amount
    shipping: Amount | None
    shipping_method: str | None
    tax: Amount
    tax_added: Amount
    tax_included: bool
    total: Amount
    discounts: list[DiscountOut]
    taxes: list[TaxOut]
    fingerprint: str


class RejectedOut(Out):
    """A code that takes nothing off (yet), and why."""

    code: str
    reason: str
    missing: Amount | None


class CreditOut(Out):
    """A gift card or the store credit (``kind``) and what it pays of the cart.

    ``id`` takes a gift card out again; ``last4`` are the last letters of its code.
    """

    id: int
    kind: str
    last4: str
    amount: Amount


class CartOut(Out):
    """The cart with its quote, at today's prices. ``due`` is left to pay after ``credits``."""

    items: list[ItemOut]
    saved: list[ItemOut]
    count: int
    currency: str
    country: str
    codes: list[str]
    rejected_codes: list[RejectedOut]
    quote: QuoteOut
    credits: list[CreditOut]
    due: Amount
    problems: list[ChangeOut]


class ShippingMethodOut(Out):
    code: str
    name: str
    description: str
    price: Amount
    delivery: dict[str, date]


class ShippingMethodsOut(Out):
    items: list[ShippingMethodOut]


def cart_out(view: CartView) -> CartOut:
    """A cart as the API shows it."""
    used = _credits(view)
    return CartOut(
        items=[_item_out(item) for item in view.lines],
        saved=[_item_out(item) for item in view.saved],
        count=view.count,
        currency=view.quote.currency,
        country=view.destination.country,
        codes=list(view.cart.codes),
        rejected_codes=[
            RejectedOut(code=one.code, reason=str(one.reason), missing=one.missing)
            for one in view.quote.rejected
        ],
        quote=quote_out(view.quote),
        credits=used,
        due=view.quote.total - total((one.amount for one in used), view.quote.currency),
        problems=[_change_out(change) for change in view.problems],
    )


def _credits(view: CartView) -> list[CreditOut]:
    if not view.cart.credits:
        return []
    return [
        CreditOut(
            id=one.account.id,
            kind=str(one.account.kind),
            last4=one.account.last4,
            amount=one.amount,
        )
        for one in applied(view.cart, view.quote.total, user_id=view.cart.user_id)
    ]


def quote_out(quote: Quote) -> QuoteOut:
    """A quote as the API shows it."""
    return QuoteOut(
        subtotal=quote.subtotal,
        discount=quote.discount,
        shipping=quote.shipping,
        shipping_method=quote.shipping_method,
        tax=quote.tax,
        tax_added=quote.tax_added,
        tax_included=quote.tax_included,
        total=quote.total,
        discounts=[
            DiscountOut(name=used.label, code=used.code, amount=used.amount)
            for used in quote.promotions
        ],
        taxes=[
            TaxOut(
                name=one.name, rate=format(one.rate.normalize(), "f"), base=one.base, tax=one.tax
            )
            for one in quote.taxes
        ],
        fingerprint=quote.fingerprint,
    )


def _item_out(item: CartItem) -> ItemOut:
    quoted = item.quoted
    return ItemOut(
        id=f"l{item.line.id}",
        product_id=item.product.id,
        variant_id=item.variant.id,
        sku=item.variant.sku or "",
        name=item.title,
        variant=item.label,
        quantity=item.line.quantity,
        available=item.available,
        unit_price=item.price,
        discount=quoted.discount if quoted else None,
        tax=quoted.tax if quoted else None,
        total=quoted.total if quoted else None,
        changes=[_change_out(change) for change in item.changes],
    )


def _change_out(change: Change) -> ChangeOut:
    facts = {
        name: {"amount": fact.text, "currency": fact.currency} if isinstance(fact, Money) else fact
        for name, fact in change.facts.items()
    }
    return ChangeOut(kind=str(change.kind), facts=facts)


def method_out(option: ShippingOption) -> ShippingMethodOut:
    return ShippingMethodOut(
        code=option.code,
        name=option.name,
        description=option.description,
        price=option.price,
        delivery={"from": option.deliver_from, "to": option.deliver_to},
    )

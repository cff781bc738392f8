"""The order as rows: what the cart and its quote say at this moment, kept for ever."""

from datetime import UTC, date, datetime, time

from vitrina.cart.view import CartItem, CartView
from vitrina.checkout.rules import Checkout
from vitrina.core.ids import new_number
from vitrina.core.locales import Locale
from vitrina.core.money import Money
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.orders.queries import number_exists
from vitrina.orders.tables import OrderAdjustment, OrderNote, OrderTax
from vitrina.pricing.rules import AppliedPromotion, Quote


def free_number(prefix: str) -> str:
    """An order number that nobody has."""
    while True:
        number = new_number(prefix)
        if not number_exists(number):
            return number


def order(
    view: CartView,
    ask: Checkout,
    *,
    number: str,
    key: str,
    user_id: int | None,
    locale: Locale,
    expires_at: datetime | None,
    now: datetime,
) -> Order:
    """The order that ``ask`` confirms, with its lines, taxes and the customer's note."""
    quote = view.quote
    made = Order(
        number=number,
        user_id=user_id,
        cart_id=view.cart.id,
        checkout_key=key,
        state=OrderState.AWAITING_PAYMENT,
        created_at=now,
        email=ask.email,
        locale=locale.code,
        currency=quote.currency,
        tax_included=quote.tax_included,
        subtotal=quote.subtotal.minor,
        discount=quote.discount.minor,
        shipping=quote.shipping.minor if quote.shipping else 0,
        tax=quote.tax.minor,
        tax_added=quote.tax_added.minor,
        total=quote.total.minor,
        expires_at=expires_at,
        lines=[_line(item) for item in view.lines],
        taxes=_taxes(quote),
    )
    _address(made, view, ask)
    if ask.note.strip():
        actor = f"customer:{user_id}" if user_id else "guest"
        made.notes.append(OrderNote(by=actor, text=ask.note.strip()[:2000], is_customer=True))
    return made


def _address(made: Order, view: CartView, ask: Checkout) -> None:
    """Write down where the order goes, how and when, and who pays it."""
    shipping, option = ask.shipping_address, view.shipping
    billing = ask.billing_address or shipping
    made.shipping_address = shipping.as_dict() if shipping and view.needs_shipping else None
    made.billing_address = billing.as_dict() if billing else None
    made.shipping_code = option.code if option else ""
    made.shipping_name = option.name if option else ""
    made.deliver_from = _noon(option.deliver_from) if option else None
    made.deliver_to = _noon(option.deliver_to) if option else None


def _taxes(quote: Quote) -> list[OrderTax]:
    return [
        OrderTax(name=tax.name, rate=tax.rate, base=tax.base.minor, tax=tax.tax.minor)
        for tax in quote.taxes
    ]


def _noon(day: date) -> datetime:
    """A day as a moment that is on the same day nearly everywhere."""
    return datetime.combine(day, time(12), UTC)


def _line(item: CartItem) -> OrderLine:
    quoted = item.quoted
    assert quoted is not None  # place() has refused carts with lines that cannot be bought
    return OrderLine(
        variant_id=item.variant.id,
        product_id=item.product.id,
        title=item.title,
        variant_label=item.label,
        sku=item.variant.sku or "",
        image=item.image.key if item.image else "",
        quantity=quoted.quantity,
        unit_price=quoted.unit_price.minor,
        discount=quoted.discount.minor,
        tax_rate=quoted.tax_rate,
        tax=quoted.tax.minor,
        total=quoted.total.minor,
        weight_g=item.variant.weight_g,
        requires_shipping=item.variant.requires_shipping,
    )


def adjustments(view: CartView, made: Order) -> list[OrderAdjustment]:
    """What each promotion took off which line and the delivery; the lines must have their ids."""
    lines = {item.line.id: line for item, line in zip(view.lines, made.lines, strict=True)}
    found = []
    for promotion in view.quote.promotions:
        found += [
            _adjustment(made, promotion, amount, lines[key].id) for key, amount in promotion.lines
        ]
        if promotion.shipping:
            found.append(_adjustment(made, promotion, promotion.shipping, None))
    return found


def _adjustment(
    made: Order, promotion: AppliedPromotion, amount: Money, line_id: int | None
) -> OrderAdjustment:
    return OrderAdjustment(
        order_id=made.id,
        line_id=line_id,
        promotion_id=promotion.promotion_id,
        code=promotion.code or "",
        label=promotion.label,
        amount=amount.minor,
    )

"""Placing: a cart and what its buyer confirmed become an order, with stock and coupons held."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from vitrina.cart.credits import applied
from vitrina.cart.errors import EmptyCart
from vitrina.cart.keeping import mark_ordered
from vitrina.cart.models import Cart, CartState
from vitrina.cart.queries import contents
from vitrina.cart.view import CartView
from vitrina.checkout import snapshot
from vitrina.checkout.errors import (
    AddressMissing,
    CartOrdered,
    EmailMissing,
    NotBuyable,
    QuoteChanged,
)
from vitrina.checkout.rules import Checkout, pays_until, pieces
from vitrina.core import clock, locales, store
from vitrina.core.db import session
from vitrina.core.emails import InvalidEmail, check_email
from vitrina.core.events import record
from vitrina.core.money import Money
from vitrina.inventory import actions as inventory
from vitrina.inventory.errors import NotEnoughStock
from vitrina.orders import actions as orders
from vitrina.orders import queries, replacing
from vitrina.orders.events import OrderPlaced
from vitrina.orders.models import Order
from vitrina.payments import actions as payments
from vitrina.payments import attempts, registry
from vitrina.payments import queries as payment_queries
from vitrina.payments.attempts import Payer
from vitrina.payments.errors import PaymentOpen, UnknownProvider
from vitrina.payments.models import Payment
from vitrina.payments.provider import ProviderInfo
from vitrina.pricing.rules import Quote
from vitrina.promotions import actions as promotions


def place(cart: Cart, ask: Checkout, *, key: str, user_id: int | None, locale: str) -> Order:
    """Make an order of the cart, hold its stock and coupons, and open its payment.

    The same ``key`` gives the same order, however often it is sent. The cart stays as it is until
    the order is paid, or accepted to be paid later. Raises EmptyCart, CartOrdered, NotBuyable,
    EmailMissing, AddressMissing, MethodNotOffered, UnknownProvider, QuoteChanged, NotEnoughStock,
    CouponUsedUp, CouponAlreadyUsed, NotEnoughCredit, TooManyAttempts.
    """
    locked = _lock(cart.id)
    known = queries.find_by_key(key)
    if known is not None:
        if known.cart_id != cart.id:
            raise CartOrdered(number="")
        return known
    if locked.state is not CartState.ACTIVE:
        raise CartOrdered()
    provider = registry.choose(ask.provider).info if ask.provider else None
    ask = _reachable(ask)
    payer = payer_of(locked, ask, provider)
    attempts.check(payer)
    by = f"customer:{user_id}" if user_id else "guest"
    number = snapshot.free_number(store.current().number_prefix)
    _replace_older(locked, number, by=by)
    view = _confirmed(locked, ask, locale)
    if provider is not None:
        _check_provider(ask, provider, view.quote.currency)
    order = _write(view, ask, provider, number=number, key=key, user_id=user_id, locale=locale)
    for payment in order.attempts:
        attempts.note(payment.id, payer)
    return order


def payer_of(cart: Cart, ask: Checkout, provider: ProviderInfo | None) -> Payer:
    """Under which names this try to pay is counted."""
    if provider is None:
        return Payer()
    if provider.pay_later:
        return Payer(email=ask.email, client=ask.client, later=True)
    return Payer(cart=str(cart.id), email=ask.email, client=ask.client, card=ask.token)


def _lock(cart_id: int) -> Cart:
    """The cart, locked: of two submissions of one cart the second one waits for the first."""
    return session.scalars(
        sa.select(Cart)
        .where(Cart.id == cart_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _replace_older(cart: Cart, number: str, *, by: str) -> None:
    """Put aside the orders of this cart that were never paid; their stock and coupons are free.

    That takes promotions before stock is taken again, so all the shelves are locked first. Raises
    PaymentOpen while money for one of them may be on its way.
    """
    older = replacing.lock_unpaid_of_cart(cart.id)
    if not older:
        return
    # Locked, so that no provider is asked about one that is being put aside.
    for payment_id in [payment.id for order in older for payment in order.attempts]:
        payment_queries.lock(payment_id)
    if not replacing.may_be_replaced(older):
        raise PaymentOpen(number=older[-1].number)
    variants = {line.variant_id for line in cart.lines}
    variants |= {line.variant_id for order in older for line in order.lines if line.variant_id}
    inventory.lock(variants)
    for order in older:
        orders.replace(order, by_number=number, by=by)


def _reachable(ask: Checkout) -> Checkout:
    """``ask`` with its e-mail as mails can be sent to it."""
    try:
        return replace(ask, email=check_email(ask.email))
    except InvalidEmail:
        raise EmailMissing(field="email") from None


def _check_provider(ask: Checkout, provider: ProviderInfo, currency: str) -> None:
    """Refuse a way to pay that is not offered for this currency and country."""
    address = ask.billing_address or ask.shipping_address
    if not provider.takes(currency, address.country if address else ""):
        raise UnknownProvider(field="provider", provider=ask.provider)


def _confirmed(cart: Cart, ask: Checkout, locale: str) -> CartView:
    """The cart as it stands, if it is what the buyer confirmed."""
    view = contents(
        cart,
        locale=locale,
        destination=ask.destination,
        shipping_code=ask.shipping_method,
        email=ask.email,
    )
    if not view.lines:
        raise EmptyCart()
    if view.needs_shipping and ask.shipping_address is None:
        raise AddressMissing(field="shipping_address")
    short = [item for item in view.lines if item.available < item.line.quantity and item.price]
    if short:
        raise NotEnoughStock(
            lines=[
                {
                    "variant_id": item.variant.id,
                    "sku": item.variant.sku or "",
                    "wanted": item.line.quantity,
                    "available": item.available,
                }
                for item in short
            ]
        )
    if view.problems:
        raise NotBuyable(problems=sorted({str(change.kind) for change in view.problems}))
    if ask.confirmed is not None and ask.confirmed != view.quote.fingerprint:
        total = view.quote.total
        raise QuoteChanged(
            total=total.text, currency=total.currency, fingerprint=view.quote.fingerprint
        )
    return view


def _write(
    view: CartView,
    ask: Checkout,
    provider: ProviderInfo | None,
    *,
    number: str,
    key: str,
    user_id: int | None,
    locale: str,
) -> Order:
    quote, now = view.quote, clock.now()
    by = f"customer:{user_id}" if user_id else "guest"
    pay_later = provider is not None and provider.pay_later
    accepted = pay_later or not quote.total
    until: datetime | None = None
    if quote.total and provider is not None:
        until = pays_until(now, pay_later=pay_later, days=provider.days)
    _take(quote, number, email=ask.email, until=None if accepted else until, by=by)
    order = snapshot.order(
        view,
        ask,
        number=number,
        key=key,
        user_id=user_id,
        locale=locales.get(locale),
        expires_at=until,
        now=now,
    )
    order.payments, rest = _payments(view, ask, provider, user_id, by)
    session.add(order)
    session.flush()
    session.add_all(snapshot.adjustments(view, order))
    record(OrderPlaced(order_id=order.id, number=number, pay_later=pay_later))
    if not rest:
        inventory.commit(number, by=by)
        orders.mark_paid(order, by=by)
    if accepted or not rest:
        mark_ordered(view.cart)
    session.flush()
    return order


def _take(quote: Quote, number: str, *, email: str, until: datetime | None, by: str) -> None:
    """Take what is scarce for an order: its pieces ``until`` then, and a use of each promotion."""
    wanted = pieces((line.variant_id, line.quantity) for line in quote.lines)
    inventory.reserve(number, wanted, expires_at=until, by=by)
    used = [promotion.promotion_id for promotion in quote.promotions]
    promotions.redeem(used, number, email)


def _payments(
    view: CartView, ask: Checkout, provider: ProviderInfo | None, user_id: int | None, by: str
) -> tuple[list[Payment], Money]:
    """Gift cards and credit as far as they reach, the provider for the rest; and that rest.

    Raises QuoteChanged for another rest than the buyer confirmed, UnknownProvider for a rest that
    no provider was chosen for.
    """
    total = view.quote.total
    made, rest = [], total
    most = total if ask.most_credit is None else Money(ask.most_credit, total.currency)
    used = applied(view.cart, min(total, most, key=lambda money: money.minor), user_id=user_id)
    for one in sorted(used, key=lambda used: used.account.id):  # the order of locks
        made.append(payments.hold_credit(one.account, one.amount, by=by))
        rest = rest - one.amount
    if ask.due is not None and ask.due != rest.minor:
        raise QuoteChanged(
            total=rest.text, currency=rest.currency, fingerprint=view.quote.fingerprint
        )
    if rest and provider is None:
        raise UnknownProvider(field="provider", provider="")
    if rest and provider is not None:
        made.append(payments.begin(provider, rest))
    return made, rest


def used_promotions(order: Order) -> Sequence[int]:
    """The promotions an order was priced with, each once."""
    found = {one.promotion_id for one in order.adjustments if one.promotion_id is not None}
    return sorted(found)

"""Exchanges: what came back pays for what goes out, in one transaction.

The replacement is an order of its own, at today's price and with its delivery free. The value of
the pieces that came back becomes credit that pays for it, and no other credit does. What it costs
less goes back as money, and what it costs more the buyer transfers. See
docs/decisions/0008-exchanges-are-orders.md.
"""

from collections.abc import Mapping
from dataclasses import replace

from vitrina.cart import actions as carts
from vitrina.cart.models import Cart
from vitrina.cart.queries import contents
from vitrina.catalog import queries as catalog
from vitrina.checkout.placing import place
from vitrina.checkout.rules import Checkout
from vitrina.checkout.settling import settle_refund
from vitrina.core.address import PostalAddress
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.orders import actions as orders
from vitrina.orders import queries
from vitrina.orders.models import Order
from vitrina.orders.returns import actions as returns
from vitrina.orders.returns.actions import Credited, Verdict
from vitrina.orders.returns.errors import NotExchangeable
from vitrina.orders.returns.models import Return
from vitrina.payments import registry
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit.models import CreditAccount, CreditKind
from vitrina.payments.models import Refund
from vitrina.payments.provider import Kind, Outcome, Status
from vitrina.promotions import actions as promotions
from vitrina.promotions.actions import PromotionDraft
from vitrina.promotions.models import Promotion
from vitrina.promotions.rules import PromotionKind


def exchange(back: Return, verdicts: Mapping[int, Verdict], *, note: str = "", by: str) -> Order:
    """Inspect a return as :func:`returns.inspect` does, and send what is wanted instead.

    Returns the order of the replacement: paid, or accepted and waiting for the difference. Nothing
    happens at all when a piece is sold out. Raises NotExchangeable, NotEnoughStock, NotBuyable,
    UnknownProvider (there is no way to transfer the difference) and what inspecting raises.
    """
    order = queries.lock(back.order_id)
    cart = _cart(order, back, verdicts)
    free = _free_delivery(back, cart, by=by)
    ask = _ask(order)
    total = _total(cart, ask)
    account_id = _account(order, back, by=by)
    towards = Credited(account_id, total)
    owed = returns.inspect(back, verdicts, towards=towards, with_shipping=False, note=note, by=by)
    value = _settle(order, owed, by=by)
    cart.credits = [account_id]
    provider = "" if value.minor >= total.minor else _transfer(order)
    made = place(
        cart,
        replace(ask, provider=provider, most_credit=value.minor),
        key=f"return:{back.number}",
        user_id=order.user_id,
        locale=order.locale,
    )
    promotions.end(free, by=by)
    back.replacement_id = made.id
    orders.add_note(made, f"exchange {back.number} of order {order.number}", by=by)
    session.flush()
    return made


def _cart(order: Order, back: Return, verdicts: Mapping[int, Verdict]) -> Cart:
    """A cart of nobody with what is wanted for the accepted pieces."""
    cart, _token = carts.open_cart(currency=order.currency, locale=order.locale)
    for line in back.lines:
        accepted = verdicts[line.id].refunded if line.id in verdicts else 0
        if accepted and line.wanted_id is None:
            raise NotExchangeable(line_id=line.order_line_id)
        if accepted:
            wanted = catalog.variant(line.wanted_id or 0)
            carts.add_item(cart, wanted.id, accepted)
    if not cart.buying:
        raise NotExchangeable(line_id=back.lines[0].order_line_id)
    session.flush()
    return cart


def _free_delivery(back: Return, cart: Cart, *, by: str) -> Promotion:
    """The buyer has paid for a delivery already: a code for this one order takes it off."""
    draft = PromotionDraft(
        name=f"Exchange {back.number}",
        kind=PromotionKind.FREE_SHIPPING,
        code=back.number,
        usage_limit=1,
        stacks=True,
    )
    made = promotions.create(draft, by=by)
    carts.enter_code(cart, back.number)
    return made


def _ask(order: Order) -> Checkout:
    shipping, billing = order.shipping_address, order.billing_address
    return Checkout(
        email=order.email,
        provider="",
        shipping_address=PostalAddress.from_dict(shipping) if shipping else None,
        billing_address=PostalAddress.from_dict(billing) if billing else None,
    )


def _total(cart: Cart, ask: Checkout) -> Money:
    view = contents(
        cart,
        locale=cart.locale,
        destination=ask.destination,
        email=ask.email,
    )
    return view.quote.total


def _account(order: Order, back: Return, *, by: str) -> int:
    """The customer's store credit; for a guest one of nobody, which this exchange alone uses."""
    if order.user_id is not None:
        return credit.credit_account(order.user_id, order.currency, by=by).id
    made = CreditAccount(
        kind=CreditKind.STORE_CREDIT, currency=order.currency, note=back.number, by=by
    )
    session.add(made)
    session.flush()
    return made.id


def _settle(order: Order, owed: list[Refund], *, by: str) -> Money:
    """Turn what goes towards the replacement into credit now; returns how much that is."""
    value = 0
    for refund in owed:
        if refund.account_id is not None:
            settle_refund(refund.id, Outcome(Status.REFUNDED, ref=refund.key), by=by)
            value += refund.amount
    return order.money(value)


def _transfer(order: Order) -> str:
    """The way to pay a difference: by transfer, where the shop takes it; else none."""
    country = str((order.billing_address or {}).get("country", ""))
    offered = registry.offered(order.currency, country)
    return next((one.code for one in offered if one.kind is Kind.TRANSFER), "")

"""Gift cards and store credit that a cart is to be paid with.

What an unpaid order of this very cart holds can be spent here: ordering again puts it aside.
"""

from dataclasses import dataclass

from vitrina.cart.errors import SignInFirst, TooMany
from vitrina.cart.models import Cart
from vitrina.cart.steps import touch
from vitrina.core.money import Money
from vitrina.orders.replacing import credit_held
from vitrina.payments.credit import queries
from vitrina.payments.credit.errors import GiftCardUnknown
from vitrina.payments.credit.models import CreditAccount

MOST_CREDITS = 5


@dataclass(frozen=True, slots=True)
class AppliedCredit:
    """What ``account`` pays of a cart."""

    account: CreditAccount
    amount: Money


@dataclass(frozen=True, slots=True)
class UsableCredit:
    """What a cart could be paid with from ``account``."""

    account: CreditAccount
    money: Money


def use_gift_card(cart: Cart, code: str) -> CreditAccount:
    """Pay with a gift card as far as it reaches; entering it again changes nothing.

    Raises GiftCardUnknown for every code that cannot pay, TooMany.
    """
    if len(code) > 60:
        raise GiftCardUnknown(field="gift_card")
    touch(cart)
    account = queries.by_code(code, cart.currency, more=_held(cart))
    _use(cart, account)
    return account


def use_store_credit(cart: Cart) -> CreditAccount:
    """Pay with the customer's store credit as far as it reaches.

    Raises SignInFirst, GiftCardUnknown when there is none in the cart's currency, TooMany.
    """
    if cart.user_id is None:
        raise SignInFirst()
    touch(cart)
    account = queries.find_of_user(cart.user_id, cart.currency)
    if account is None or not _usable(cart, [account.id], cart.currency, cart.user_id):
        raise GiftCardUnknown(field="store_credit")
    _use(cart, account)
    return account


def drop_credit(cart: Cart, account_id: int) -> None:
    """Do not pay with a gift card (or the credit) after all; one that is not there is fine."""
    touch(cart)
    cart.credits = [known for known in cart.credits if known != account_id]


def applied(cart: Cart, total: Money, *, user_id: int | None) -> list[AppliedCredit]:
    """What each gift card and the credit pay of ``total``, in the order they were entered.

    The rest is for a provider. Accounts that cannot pay any more are left out.
    """
    found, rest = [], total
    for one in _usable(cart, cart.credits, total.currency, user_id):
        part = min(rest, one.money, key=lambda money: money.minor)
        if part.minor > 0:
            found.append(AppliedCredit(one.account, part))
            rest = rest - part
    return found


def entered(cart: Cart, *, user_id: int | None) -> list[UsableCredit]:
    """The gift cards and the credit of a cart that can pay now, needed or not."""
    return _usable(cart, cart.credits, cart.currency, user_id)


def offered(cart: Cart, user_id: int | None) -> UsableCredit | None:
    """The customer's store credit that this cart could be paid with, and is not yet."""
    if user_id is None:
        return None
    account = queries.find_of_user(user_id, cart.currency)
    if account is None or account.id in cart.credits:
        return None
    return next(iter(_usable(cart, [account.id], cart.currency, user_id)), None)


def drop_store_credit(cart: Cart) -> None:
    """Do not pay with the customer's credit after all."""
    account = queries.find_of_user(cart.user_id or 0, cart.currency)
    if account is not None:
        drop_credit(cart, account.id)


def _usable(cart: Cart, ids: list[int], currency: str, user_id: int | None) -> list[UsableCredit]:
    """Those of the accounts that can pay for the cart, each with what it can pay at most."""
    if not ids:
        return []
    held = _held(cart)
    return [
        UsableCredit(one, one.money + Money(held.get(one.id, 0), one.currency))
        for one in queries.usable(ids, currency, user_id=user_id, more=held)
    ]


def _held(cart: Cart) -> dict[int, int]:
    """What the cart's own unpaid orders hold; nothing for a cart that is not stored."""
    return credit_held(cart.id) if cart.id else {}


def _use(cart: Cart, account: CreditAccount) -> None:
    if account.id in cart.credits:
        return
    if len(cart.credits) >= MOST_CREDITS:
        raise TooMany(what="gift_cards", most=MOST_CREDITS)
    cart.credits = [*cart.credits, account.id]

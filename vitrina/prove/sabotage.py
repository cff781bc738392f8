"""The shop as it would be without one of its guards, to see that the proof notices.

Each of these is a mistake that shops really have: they look first and write later, forget what
they were asked, or trust that nobody dies. Nothing here is ever loaded by a shop that sells.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from vitrina.api import once, order_work, orders
from vitrina.cart import actions as cart_actions
from vitrina.cart import today
from vitrina.cart.credits import AppliedCredit
from vitrina.checkout import placing, reconciling, till
from vitrina.checkout import tasks as checkout_tasks
from vitrina.core import jobs, points
from vitrina.core.db import committing, session
from vitrina.core.events import HANDLERS, Event, Job
from vitrina.core.ids import new_token
from vitrina.core.jobs import RECURRING
from vitrina.core.money import Money
from vitrina.inventory import ledger, queries, taking
from vitrina.inventory.ledger import Change
from vitrina.inventory.models import StockItem
from vitrina.inventory.queries import Availability
from vitrina.inventory.rules import Shelf
from vitrina.payments import refunds
from vitrina.payments.credit import actions as credit
from vitrina.payments.credit.models import CreditAccount, CreditMovementKind
from vitrina.payments.models import Payment
from vitrina.payments.providers.paypal.provider import PayPal
from vitrina.payments.providers.stripe.provider import Stripe
from vitrina.promotions import actions as promotions
from vitrina.promotions import queries as promotion_queries
from vitrina.promotions.errors import CouponUsedUp
from vitrina.promotions.models import Promotion

_seen = threading.local()
_QUIET = {"synchronize_session": False}


def take_out(guard: str) -> None:
    """Take a guard out of this process; ``guard`` is one of ``plan.GUARDS``."""
    SABOTAGE[guard]()


def _instead(module: Any, name: str, other: Any) -> None:
    assert hasattr(module, name), f"{module} has no {name}: nothing would be taken out"
    setattr(module, name, other)


def _look_first() -> AbstractContextManager[None]:
    """Look at everything scarce before the transaction in which it is written."""
    items = session.execute(sa.select(StockItem.id, StockItem.on_hand, StockItem.reserved))
    _seen.items = {row[0]: (row[1], row[2]) for row in items}
    _seen.uses = dict(session.execute(sa.select(Promotion.id, Promotion.used)).all())
    balances = session.execute(sa.select(CreditAccount.id, CreditAccount.balance))
    _seen.balances = dict(balances.all())
    money = session.execute(
        sa.select(Payment.id, Payment.captured, Payment.refunded, Payment.refunding)
    )
    _seen.money = {row[0]: (row[1], row[2], row[3]) for row in money}
    session.rollback()
    return committing()


def _without_stock() -> None:
    _instead(orders, "committing", _look_first)
    _instead(today, "availability", _availability_as_seen)
    _instead(taking, "shelves", _shelves_as_seen)
    _instead(ledger, "change_count", _write_what_is_left)


def _shelves_as_seen(variant_ids: Iterable[int]) -> list[Shelf]:
    found = []
    for shelf in queries.shelves(variant_ids):
        on_hand, reserved = _seen.items[shelf.item_id]
        found.append(replace(shelf, available=on_hand - reserved))
    return found


def _availability_as_seen(variant_ids: Iterable[int]) -> dict[int, Availability]:
    """What could be bought when somebody looked; as it is while nobody has."""
    found = queries.availability(variant_ids)
    if getattr(_seen, "items", None) is None:
        return found
    left = {shelf.variant_id: shelf.available for shelf in _shelves_as_seen(found)}
    return {id_: replace(one, available=left[id_]) for id_, one in found.items()}


def _write_what_is_left(change: Change) -> bool:
    """Write the count that follows from what was seen, whatever it is by now."""
    seen = getattr(_seen, "items", {}).get(change.item_id)
    if seen is None:
        return True
    session.execute(
        sa.update(StockItem)
        .where(StockItem.id == change.item_id)
        .values(reserved=max(0, seen[1] + change.reserved)),
        execution_options=_QUIET,
    )
    return True


def _without_coupon() -> None:
    _instead(orders, "committing", _look_first)
    real = promotion_queries.candidates

    def as_seen(*args: Any, **kwargs: Any) -> Any:
        uses = getattr(_seen, "uses", None)
        rules = real(*args, **kwargs)
        if uses is None:
            return rules
        return tuple(replace(rule, used_up=False) for rule in rules)

    def count(promotion_id: int) -> None:
        used = _seen.uses.get(promotion_id, 0)
        limit = session.scalar(sa.select(Promotion.usage_limit).where(Promotion.id == promotion_id))
        if limit is not None and used >= limit:
            raise CouponUsedUp(coupon="")
        session.execute(
            sa.update(Promotion).where(Promotion.id == promotion_id).values(used=used + 1)
        )

    _instead(cart_actions, "_is_usable", lambda _promotion: True)
    _instead(today, "candidates", as_seen)
    _instead(promotions, "_count_use", count)


def _without_gift_card() -> None:
    _instead(orders, "committing", _look_first)

    def applied(cart: Any, total: Money, *, user_id: int | None) -> list[AppliedCredit]:
        found, rest = [], total
        for account_id in cart.credits:
            account = session.get_one(CreditAccount, account_id)
            there = Money(_seen.balances.get(account_id, 0), total.currency)
            part = min(rest, there, key=lambda money: money.minor)
            if part.minor > 0:
                found.append(AppliedCredit(account, part))
                rest = rest - part
        return found

    def hold(account_id: int, amount: int, reference: str, *, by: str) -> None:
        session.execute(
            sa.update(CreditAccount)
            .where(CreditAccount.id == account_id)
            .values(balance=_seen.balances[account_id] - amount),
            execution_options=_QUIET,
        )
        credit._note(account_id, CreditMovementKind.HELD, -amount, reference, by)

    _instead(placing, "applied", applied)
    _instead(credit, "hold", hold)


def _without_refund() -> None:
    _instead(order_work, "committing", _look_first)

    def refundable(payment: Payment) -> Money:
        captured, refunded, refunding = getattr(_seen, "money", {}).get(
            payment.id, (payment.captured, payment.refunded, payment.refunding)
        )
        return Money(captured - refunded - refunding, payment.currency)

    real = refunds.begin_refund

    def begin(payment: Payment, amount: Money, **kwargs: Any) -> Any:
        if payment.id not in getattr(_seen, "money", {}):
            return real(payment, amount, **kwargs)
        _, _, refunding = _seen.money[payment.id]
        session.execute(
            sa.update(Payment).where(Payment.id == payment.id).values(refunding=0),
            execution_options=_QUIET,
        )
        made = real(payment, amount, **kwargs)
        session.execute(
            sa.update(Payment)
            .where(Payment.id == payment.id)
            .values(refunding=refunding + amount.minor),
            execution_options=_QUIET,
        )
        return made

    _instead(Payment, "refundable", property(refundable))
    _instead(refunds, "begin_refund", begin)


def _without_checkout_key() -> None:
    real = placing.place

    def place(cart: Any, ask: Any, *, key: str, **kwargs: Any) -> Any:
        return real(cart, ask, key=new_token(), **kwargs)

    _instead(orders, "place", place)
    _instead(once, "answered_once", lambda run: run())
    _instead(placing, "_replace_older", lambda *_args, **_kwargs: None)


def _without_refund_key() -> None:
    for provider in (Stripe, PayPal):
        _instead(provider, "refund", _with_new_keys(provider.refund))
    _instead(till, "_is_known", lambda *_args: False)


def _with_new_keys(real: Callable[..., Any]) -> Callable[..., Any]:
    def refund(provider: Any, ref: str, amount: Money, _key: str) -> Any:
        return real(provider, ref, amount, new_token())

    return refund


def _without_reconciler() -> None:
    for name in ("ask_again", "expire_overdue", "reconcile"):
        _instead(reconciling, name, lambda *_args, **_kwargs: reconciling.Report())
    for recurring in list(RECURRING):
        if recurring.startswith("checkout.tasks."):
            RECURRING.pop(recurring)
    _instead(till, "look_after", checkout_tasks.look)


def _without_outbox() -> None:
    really_claim = jobs.claim

    def claim(limit: int = 20) -> list[Job]:
        taken = really_claim(limit)
        with committing():
            session.execute(sa.delete(Job).where(Job.id.in_([job.id for job in taken])))
        points.reach("job.done")  # whoever dies from here on takes the jobs along
        return taken

    def run(job: Any) -> bool:
        with committing():
            session.execute(sa.delete(Job).where(Job.id == job.id))
        handler = HANDLERS[job.handler]
        told = Event.load(job.event_name, job.payload) if job.event_name else job.payload
        if handler.transactional:
            with committing():
                handler.run(told)
        else:
            handler.run(told)
        return True

    _instead(jobs, "claim", claim)
    _instead(jobs, "_run", run)


SABOTAGE: dict[str, Callable[[], None]] = {
    "stock": _without_stock,
    "coupon": _without_coupon,
    "gift_card": _without_gift_card,
    "refund": _without_refund,
    "checkout_key": _without_checkout_key,
    "refund_key": _without_refund_key,
    "reconciler": _without_reconciler,
    "outbox": _without_outbox,
}

"""What must be true of a shop when it is quiet again, asked of its own books and the providers'."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from vitrina.cli.doctor import examine
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import Job
from vitrina.inventory.models import Reservation
from vitrina.notifications.models import Mail
from vitrina.orders.models import Order, OrderLine, OrderState
from vitrina.orders.queries import BOUGHT
from vitrina.orders.tables import OrderAdjustment
from vitrina.payments.credit.models import CreditMovement
from vitrina.payments.ledger import queries as ledger
from vitrina.payments.models import Payment, Refund, RefundState
from vitrina.prove.buyers import AGAIN, Answer
from vitrina.prove.lab import Lab
from vitrina.prove.plan import Finding
from vitrina.prove.world import CARD_VALUE, COUPON, World

MOST_FAULTS = 10
AT_THE_PROVIDER = "made at the provider"
"""The reason of refunds that the shop finds at a provider; in a trial nobody makes them there."""


def all_of(
    lab: Lab, world: World, answers: Sequence[Answer], refunds: Sequence[int]
) -> list[Finding]:
    """Every promise with what broke it."""
    found = [
        _pieces(world, answers),
        _coupon(answers),
        _cards(world, answers),
        _one_order(answers),
        _kept_word(answers),
        _refunds(refunds),
        _providers(lab),
        _mails(),
        _doctor(),
        _trial_balance(),
        _nothing_waits(),
    ]
    session.rollback()
    for finding in found:
        more = len(finding.faults) - MOST_FAULTS
        if more > 0:
            finding.faults[MOST_FAULTS:] = [f"and {more} more"]
    return found


def _pieces(world: World, answers: Sequence[Answer]) -> Finding:
    wanted = [one for one in answers if one.wish.variant_id == world.scarce]
    sold = session.scalar(
        sa.select(sa.func.sum(OrderLine.quantity - OrderLine.called_off))
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.variant_id == world.scarce, Order.state.in_(BOUGHT))
    )
    promised = session.scalar(
        sa.select(sa.func.sum(Reservation.quantity)).where(Reservation.variant_id == world.scarce)
    )
    sold, promised = int(sold or 0), int(promised or 0)
    finding = Finding(
        "The last pieces are sold once",
        f"{len(wanted)} buyers for {world.pieces} pieces: {sold} were sold",
    )
    if sold > world.pieces:
        finding.faults.append(f"{sold} pieces were sold of {world.pieces}")
    if promised > world.pieces:
        finding.faults.append(f"{promised} pieces are promised of {world.pieces}")
    if len(wanted) > 4 * world.pieces and sold < world.pieces:
        finding.faults.append(f"only {sold} of {world.pieces} pieces could be bought")
    return finding


def _coupon(answers: Sequence[Answer]) -> Finding:
    wanted = [one for one in answers if one.wish.coupon]
    used = session.scalars(
        sa.select(Order.number)
        .join(OrderAdjustment, OrderAdjustment.order_id == Order.id)
        .where(OrderAdjustment.code == COUPON, Order.state.in_(BOUGHT))
        .distinct()
    ).all()
    finding = Finding(
        "A coupon for one use is used once",
        f"{len(wanted)} buyers with the same code: {len(used)} paid less",
    )
    if len(used) > 1:
        finding.faults.append(f"{len(used)} orders used it: {', '.join(sorted(used)[:5])}")
    return finding


def _cards(world: World, answers: Sequence[Answer]) -> Finding:
    wanted = [one for one in answers if one.wish.card]
    finding = Finding(
        "A gift card pays no more than is on it",
        f"{len(world.cards)} cards of {CARD_VALUE}, each in two carts: {len(wanted)} orders",
    )
    rows = session.execute(
        sa.select(CreditMovement.account_id, sa.func.sum(CreditMovement.amount))
        .group_by(CreditMovement.account_id)
        .having(sa.func.sum(CreditMovement.amount) < 0)
    )
    finding.faults += [f"gift card {row[0]} paid {-row[1]} too much" for row in rows]
    return finding


def _one_order(answers: Sequence[Answer]) -> Finding:
    """However often a button was pressed, a buyer has one order and pays once."""
    clicked = [one for one in answers if one.wish.times > 1]
    per_buyer = session.execute(
        sa.select(Order.email, sa.func.count())
        .where(Order.state.in_(BOUGHT))
        .group_by(Order.email)
        .having(sa.func.count() > 1)
    )
    finding = Finding(
        "A double click is one order",
        f"{len(clicked)} presses by {len({one.wish.name for one in clicked})} buyers,"
        f" {sum(one.asked - 1 for one in answers)} repeats by all of them",
    )
    finding.faults += [f"{email} has {count} paid orders" for email, count in per_buyer]
    return finding


def _kept_word(answers: Sequence[Answer]) -> Finding:
    """Whoever was told a number has that order; who was told to wait is not left waiting."""
    told = [one for one in answers if one.status == 201]
    states = dict(
        session.execute(
            sa.select(Order.number, Order.state).where(
                Order.number.in_([one.number for one in told])
            )
        ).all()
    )
    finding = Finding("An order that was confirmed is there", f"{len(told)} were confirmed")
    finding.faults += [
        f"{one.number} was confirmed to {one.wish.name} and does not exist"
        for one in told
        if one.number not in states
    ]
    unanswered = [
        one for one in answers if one.status == 0 or one.status >= 500 or one.code in AGAIN
    ]
    finding.faults += [f"{one.wish.name} was never answered ({one.status})" for one in unanswered]
    return finding


def _refunds(statuses: Sequence[int]) -> Finding:
    counts = Counter(statuses)
    over = session.execute(
        sa.select(Payment.id, Payment.captured, sa.func.sum(Refund.amount))
        .join(Refund, Refund.payment_id == Payment.id)
        .where(Refund.state != RefundState.FAILED)
        .group_by(Payment.id, Payment.captured)
        .having(sa.func.sum(Refund.amount) > Payment.captured)
    )
    finding = Finding(
        "No more goes back than came in",
        f"{len(statuses)} refunds at once of more than half of one payment:"
        f" {counts.get(201, 0)} went through",
    )
    finding.faults += [f"payment {row[0]}: {row[2]} of {row[1]} are to go back" for row in over]
    failed = session.scalar(
        sa.select(sa.func.count()).select_from(Refund).where(Refund.state == RefundState.FAILED)
    )
    nobody = session.execute(
        sa.select(Refund.payment_id, Refund.amount).where(Refund.reason == AT_THE_PROVIDER)
    )
    finding.faults += [
        f"payment {row[0]}: {row[1]} went back that nobody asked for" for row in nobody
    ]
    if counts.get(201, 0) > 1:
        finding.faults.append(f"{counts[201]} refunds were granted, {failed} of them failed")
    return finding


def _providers(lab: Lab) -> Finding:
    """The providers' own ledgers, payment by payment, against the shop's."""
    theirs, times = _their_books(lab)
    ours = _our_books()
    taken = sum(1 for amount in theirs.values() if amount)
    finding = Finding(
        "The shop's books and the providers' agree",
        f"{taken} payments brought money at the providers, {len(ours)} were begun by the shop",
    )
    for reference, (amount, provider) in ours.items():
        if theirs.get(reference, 0) != amount:
            finding.faults.append(
                f"{provider} has {theirs.get(reference, 0)} of payment {reference[:8]}…,"
                f" the shop {amount}"
            )
        if times[reference] > 1:
            finding.faults.append(f"payment {reference[:8]}… was charged {times[reference]} times")
    finding.faults += [
        f"the providers have {amount} of {reference[:8]}…, which the shop does not know"
        for reference, amount in theirs.items()
        if amount and reference not in ours
    ]
    return finding


def _their_books(lab: Lab) -> tuple[Counter[str], Counter[str]]:
    """What the providers have of each payment (minor units), and how often they charged it."""
    told: dict[str, Any] = lab.call_simulator("GET", "ledger")
    theirs: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for entry in told["entries"]:
        sign = {"charge": 1, "refund": -1}.get(entry["kind"], 0)
        theirs[entry["reference"]] += sign * entry["amount"]
        times[entry["reference"]] += entry["kind"] == "charge" and entry["amount"] > 0
    return theirs, times


def _our_books() -> dict[str, tuple[int, str]]:
    """What the shop believes that a provider has of each payment (minor units), and which one."""
    to_credit = (
        sa.select(sa.func.coalesce(sa.func.sum(Refund.amount), 0))
        .where(
            Refund.payment_id == Payment.id,
            Refund.account_id.is_not(None),
            Refund.state == RefundState.SUCCEEDED,
        )
        .scalar_subquery()
    )
    kept = Payment.captured - Payment.refunded + to_credit  # store credit is no provider's money
    return {
        row[0]: (int(row[1]), row[2])
        for row in session.execute(
            sa.select(Payment.reference, kept, Payment.provider).where(Payment.account_id.is_(None))
        )
    }


def _mails() -> Finding:
    """Each paid order has one confirmation; ``mails.key`` is unique, so only a lack can show."""
    paid = session.scalars(
        sa.select(Order.number).where(Order.paid_at.is_not(None), Order.state.in_(BOUGHT))
    ).all()
    mails = Counter(
        session.scalars(sa.select(Mail.subject_ref).where(Mail.template == "order_confirmation"))
    )
    finding = Finding("Every paid order is confirmed by one mail", f"{len(paid)} orders were paid")
    finding.faults += [
        f"order {number} has {_count(mails, number)} confirmations"
        for number in paid
        if _count(mails, number) != 1
    ]
    return finding


def _count(mails: Counter[str], number: str) -> int:
    return sum(count for ref, count in mails.items() if number in ref)


def _doctor() -> Finding:
    faults = [f"{name}: {fault}" for name, found in examine().items() for fault in found]
    return Finding("The doctor finds every sum right", f"{len(examine())} kinds of sums", faults)


def _trial_balance() -> Finding:
    sums: Counter[str] = Counter()
    for one in ledger.balances():
        sums[one.amount.currency] += one.amount.minor
    entries = len(ledger.balances())
    wrong = [f"{currency}: {amount}" for currency, amount in sums.items() if amount]
    return Finding("The trial balance is nought", f"{entries} accounts", wrong)


def _nothing_waits() -> Finding:
    """No order waits for ever, and no job is left."""
    with clock.later(hours=8):
        waiting = session.scalars(
            sa.select(Order.number).where(
                Order.state == OrderState.AWAITING_PAYMENT, Order.expires_at < clock.now()
            )
        ).all()
    jobs = session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0
    finding = Finding("Nothing is left undone", "orders that wait for money, and jobs")
    stuck = session.execute(
        sa.select(Order.number, Payment.state)
        .join(Payment, Payment.order_id == Order.id)
        .where(Order.number.in_(waiting), Payment.state == "captured")
    )
    finding.faults += [f"order {row[0]} waits although its payment is {row[1]}" for row in stuck]
    if jobs:
        finding.faults.append(f"{jobs} jobs are left")
    return finding

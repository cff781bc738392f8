"""``vitrina doctor``: add up every sum anew, and name the rows that are wrong."""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta

import click
import sqlalchemy as sa

from vitrina.cli.shop import open_shop
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.events import Job
from vitrina.inventory import queries as inventory
from vitrina.notifications.models import Mail, MailState
from vitrina.orders import audits as orders
from vitrina.orders.invoices import audits as invoices
from vitrina.orders.models import Order
from vitrina.orders.returns import audits as returns
from vitrina.payments import queries as payments
from vitrina.payments.credit import queries as credit
from vitrina.payments.ledger import queries as ledger
from vitrina.promotions import queries as promotions

CONFIRMING = ("order_confirmation", "payment_received")


def failed_jobs() -> list[str]:
    """Jobs that have given up, one line each."""
    rows = session.scalars(sa.select(Job).where(Job.failed_at.is_not(None)).order_by(Job.id))
    return [
        f"job {job.id} ({job.handler}): gave up after {job.attempts} attempts: {_last(job.error)}"
        for job in rows
    ]


def failed_mails() -> list[str]:
    """Mails that could not be sent, one line each."""
    rows = session.scalars(sa.select(Mail).where(Mail.state == MailState.FAILED).order_by(Mail.id))
    return [
        f"mail {mail.id} ({mail.template} to {mail.recipient}): not sent: {_last(mail.error)}"
        for mail in rows
    ]


def late_jobs() -> list[str]:
    """Jobs that are due for an hour and that nobody does, one line each: no worker runs."""
    before = clock.now() - timedelta(hours=1)
    rows = session.scalars(
        sa.select(Job)
        .where(
            Job.failed_at.is_(None),
            Job.run_at < before,
            sa.or_(Job.leased_until.is_(None), Job.leased_until < before),
        )
        .order_by(Job.id)
    )
    return [f"job {job.id} ({job.handler}): due since {job.run_at:%Y-%m-%d %H:%M}" for job in rows]


def missing_mails() -> list[str]:
    """Orders that were paid an hour ago and that no mail ever confirmed, one line each."""
    told = sa.exists().where(
        Mail.subject_ref == sa.literal("order:") + Order.number, Mail.template.in_(CONFIRMING)
    )
    numbers = session.scalars(
        sa.select(Order.number)
        .where(
            Order.paid_at < clock.now() - timedelta(hours=1),
            Order.checkout_key.not_like("demo-%"),  # the demo keeps no mails of its past
            ~told,
        )
        .order_by(Order.id)
    )
    return [f"order {number}: paid, and no mail confirmed it" for number in numbers]


def _last(error: str) -> str:
    lines = error.strip().splitlines()
    return lines[-1][:200] if lines else "no reason was kept"


CHECKS: dict[str, Callable[[], Iterable[str]]] = {
    "inventory": inventory.find_discrepancies,
    "promotions": promotions.find_discrepancies,
    "payments": payments.find_discrepancies,
    "ledger": ledger.find_discrepancies,
    "credit": credit.find_discrepancies,
    "orders": orders.find_discrepancies,
    "invoices": invoices.find_discrepancies,
    "returns": returns.find_discrepancies,
    "waiting": orders.find_waiting,
    "jobs": lambda: [*failed_jobs(), *late_jobs()],
    "mails": lambda: [*failed_mails(), *missing_mails()],
}


def examine() -> dict[str, list[str]]:
    """What is wrong, by check; a check without faults has an empty list. Reads only."""
    try:
        return {name: list(check()) for name, check in CHECKS.items()}
    finally:
        session.rollback()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print {check: [fault, ...]} as JSON.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Re-add every sum, and name the rows that are wrong. Exit code 1 when there are any."""
    open_shop()
    found = examine()
    is_well = not any(found.values())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif is_well:
        click.echo("All sums are right.")
    else:
        for fault in (fault for faults in found.values() for fault in faults):
            click.echo(fault)
    context.exit(0 if is_well else 1)

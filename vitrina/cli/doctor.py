"""``vitrina doctor``: add up every sum anew, and name the rows that are wrong."""

import json
from collections.abc import Callable, Iterable

import click
import sqlalchemy as sa

from vitrina.cli.shop import open_shop
from vitrina.core.db import session
from vitrina.core.events import Job
from vitrina.inventory import queries as inventory
from vitrina.notifications.models import Mail, MailState
from vitrina.orders import audits as orders
from vitrina.orders.invoices import audits as invoices
from vitrina.orders.returns import audits as returns
from vitrina.payments import queries as payments
from vitrina.payments.credit import queries as credit
from vitrina.payments.ledger import queries as ledger
from vitrina.promotions import queries as promotions


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
    "jobs": failed_jobs,
    "mails": failed_mails,
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

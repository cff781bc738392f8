"""What the shop could not repair by itself, for staff to look at; and the books."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.admin.desk import Answer, Refused, done, me
from vitrina.core.db import committing
from vitrina.core.errors import Invalid
from vitrina.core.money import Money, total
from vitrina.core.permissions import Permission
from vitrina.orders.desk import buyers_of, numbers_of
from vitrina.payments import actions, queries, registry
from vitrina.payments.ledger import queries as ledger
from vitrina.payments.models import Payment
from vitrina.web.access import requires

bp = Blueprint("admin_payments", __name__, url_prefix="/admin/payments")
ledger_bp = Blueprint("admin_ledger", __name__, url_prefix="/admin/ledger")
UNANSWERED = timedelta(days=1)
LONGEST_NOTE = 300


class InvalidNote(Invalid):
    """What was done about a problem is not said, or at too great length (``reason``)."""

    code = "invalid_note"


@bp.get("/problems")
@requires(Permission.ORDERS_REFUND)
def problems() -> str:
    """Payments that do not add up, refunds that failed or got no answer, news of nobody's."""
    return _page()


def _page() -> str:
    found = queries.problems()
    by_hand = registry.by_hand()
    stuck = queries.stuck_refunds(by_hand, untouched=UNANSWERED)
    to_send = queries.refunds_to_send(by_hand)
    by_refund = {one.id: queries.by_id(one.payment_id) for one in (*stuck, *to_send)}
    return render_template(
        "admin/payments/problems.html",
        payments=found,
        stuck=[(one, by_refund[one.id]) for one in stuck],
        to_send=[(one, by_refund[one.id]) for one in to_send],
        buyers=buyers_of({by_refund[one.id].order_id for one in to_send}),
        notices=queries.unmatched_notices(),
        numbers=_numbers([*found, *by_refund.values()]),
        amount=lambda payment, minor: Money(minor, payment.currency),
    )


def _numbers(payments: Sequence[Payment]) -> dict[int, str]:
    return numbers_of({one.order_id for one in payments})


@bp.post("/<int:payment_id>/solution")
@requires(Permission.ORDERS_REFUND)
def solve(payment_id: int) -> Answer:
    """Staff have settled a payment's problem, and say how."""
    with Refused() as no:
        words = _words(f"note-{payment_id}")
        with committing():
            actions.solve_problem(queries.lock(payment_id), by=me().actor, note=words)
        return done(_("The problem is solved."), ".problems")
    return _page(), no.status


@bp.post("/webhooks/<int:event_id>/solution")
@requires(Permission.ORDERS_REFUND)
def solve_notice(event_id: int) -> Answer:
    with Refused() as no:
        words = _words(f"notice-{event_id}")
        with committing():
            actions.solve_notice(queries.notice_by_id(event_id), by=me().actor, note=words)
        return done(_("The message is settled."), ".problems")
    return _page(), no.status


def _words(field: str) -> str:
    """Raises InvalidNote without a note: whoever comes later wants to know."""
    words = request.form.get(field, "").strip()
    if not words or len(words) > LONGEST_NOTE:
        reason = "too_long" if words else "missing"
        raise InvalidNote(field=field, reason=reason, most=LONGEST_NOTE)
    return words


@ledger_bp.get("/")
@requires(Permission.LEDGER_READ)
def index() -> str:
    """The trial balance of a period, by account and currency."""
    first, last = _day("from"), _day("to")
    sums = ledger.trial_balance(**_period(first, last))
    currencies = {
        code: _balance([one for one in sums if one.currency == code], code)
        for code in sorted({one.currency for one in sums})
    }
    return render_template(
        "admin/ledger/index.html", currencies=currencies, first=first, last=last, query=_query()
    )


def _balance(sums: Sequence[ledger.AccountSum], currency: str) -> dict[str, object]:
    """The accounts of a currency, and both sides all together."""
    return {
        "accounts": sums,
        "debit": total((one.debit for one in sums), currency),
        "credit": total((one.credit for one in sums), currency),
    }


@ledger_bp.get("/balance.csv")
@requires(Permission.LEDGER_READ)
def balance_csv() -> Response:
    sums = ledger.trial_balance(**_period(_day("from"), _day("to")))
    rows = ([one.currency, one.account, one.debit.text, one.credit.text] for one in sums)
    return _csv("trial-balance", ["currency", "account", "debit", "credit"], rows)


@ledger_bp.get("/entries.csv")
@requires(Permission.LEDGER_READ)
def entries_csv() -> Response:
    """Every posting of the period, the oldest first."""
    found = ledger.postings(**_period(_day("from"), _day("to")))
    numbers = numbers_of({one.order_id for one in found if one.order_id is not None})
    rows = (
        [
            one.at.isoformat(timespec="seconds"),
            one.kind,
            one.reference,
            numbers.get(one.order_id or 0, ""),
            one.currency,
            one.account,
            one.debit.text,
            one.credit.text,
        ]
        for one in found
    )
    names = ["at", "kind", "reference", "order", "currency", "account", "debit", "credit"]
    return _csv("ledger", names, rows)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _query() -> dict[str, str]:
    days = {"from": _day("from"), "to": _day("to")}
    return {name: found.isoformat() for name, found in days.items() if found is not None}


def _period(first: date | None, last: date | None) -> dict[str, datetime | None]:
    """From the beginning of the first day to the end of the last one (UTC)."""
    until = None
    if last is not None and last < date.max:
        until = datetime.combine(last + timedelta(days=1), time(), UTC)
    since = None if first is None else datetime.combine(first, time(), UTC)
    return {"since": since, "until": until}


def _csv(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell

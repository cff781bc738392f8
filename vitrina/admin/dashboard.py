"""The staff's first look of the day."""

from datetime import timedelta

from flask import Blueprint, render_template

from vitrina.core import clock, store
from vitrina.core.jobs import count_failed
from vitrina.inventory.desk import count_low
from vitrina.notifications import queries as mails
from vitrina.notifications.models import MailState
from vitrina.orders.desk import figures
from vitrina.orders.returns import queries as returns
from vitrina.support.queries import count_open
from vitrina.web.access import staff

bp = Blueprint("admin_dashboard", __name__, url_prefix="/admin")


@bp.get("/")
@staff
def index() -> str:
    failed = mails.listing(state=MailState.FAILED, limit=20)
    return render_template(
        "admin/dashboard.html",
        figures=figures(clock.now() - timedelta(days=30)),
        low=count_low(store.current().low_stock),
        open_tickets=count_open(),
        returns=returns.waiting(),
        failed_mails=len(failed.items),
        failed_jobs=count_failed(),
    )

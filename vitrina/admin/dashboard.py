"""The staff's first look of the day."""

from datetime import timedelta

from flask import Blueprint, render_template

from vitrina.core import clock, store
from vitrina.core.jobs import count_failed
from vitrina.inventory.desk import count_low
from vitrina.notifications import queries as mails
from vitrina.notifications.models import MailState
from vitrina.orders import queries as orders
from vitrina.orders.desk import figures, sales
from vitrina.orders.queries import OrderFilter
from vitrina.orders.returns import queries as returns
from vitrina.support.queries import count_open
from vitrina.web.access import staff

bp = Blueprint("admin_dashboard", __name__, url_prefix="/admin")
LATEST = 5
"""How many of the newest orders are shown."""


@bp.get("/")
@staff
def index() -> str:
    failed = mails.listing(state=MailState.FAILED, limit=20)
    now, month = clock.now(), timedelta(days=30)
    return render_template(
        "admin/dashboard.html",
        figures=figures(),
        sold=sales(now - month, now),
        sold_before=sales(now - 2 * month, now - month),
        latest=orders.listing(OrderFilter(), limit=LATEST).orders,
        low=count_low(store.current().low_stock),
        open_tickets=count_open(),
        returns=returns.waiting(),
        failed_mails=len(failed.items),
        failed_jobs=count_failed(),
    )

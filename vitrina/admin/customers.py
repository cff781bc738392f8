"""Customers: the list, and one with what they ordered."""

from flask import Blueprint, render_template

from vitrina.accounts import queries
from vitrina.admin.desk import next_url, number_arg, text_arg
from vitrina.core.permissions import Permission
from vitrina.orders import queries as orders
from vitrina.payments.credit import queries as credits
from vitrina.payments.credit.models import CreditKind
from vitrina.web.access import requires

bp = Blueprint("admin_customers", __name__, url_prefix="/admin/customers")


@bp.get("/")
@requires(Permission.CUSTOMERS_READ)
def index() -> str:
    page = queries.customers(text_arg(), cursor=number_arg("before"))
    return render_template(
        "admin/customers/index.html",
        customers=page.items,
        q=text_arg(),
        next_url=next_url(page.next_cursor),
    )


@bp.get("/<int:user_id>")
@requires(Permission.CUSTOMERS_READ)
def show(user_id: int) -> str:
    user = queries.by_id(user_id)
    return render_template(
        "admin/customers/show.html",
        user=user,
        credit=[one for one in credits.all_of_user(user.id) if one.kind is CreditKind.STORE_CREDIT],
        addresses=queries.addresses(user),
        orders=orders.history(user.id, limit=50).orders,
    )

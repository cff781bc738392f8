"""The page on which an order is paid by a provider's form; no other page loads a foreign script."""

from flask import Blueprint, make_response, redirect, render_template
from werkzeug.wrappers import Response

from vitrina.storefront.orders import mine
from vitrina.web import paying
from vitrina.web.access import public
from vitrina.web.formats import money
from vitrina.web.headers import allow_form

bp = Blueprint("pay_form", __name__)


@bp.get("/orders/<number>/pay")
@public
def show(number: str) -> Response:
    """The form, for whoever holds the link or placed the order; the order when nothing waits."""
    order = mine(number)
    found = paying.find_form(order)
    if found is None:
        return redirect(paying.order_link(number), 303)
    form, secret = found
    page = render_template(
        "storefront/orders/pay.html",
        order=order,
        amount=money(order.attempts[-1].money, exact=True),
        form=form,
        secret=secret,
        back=paying.return_link(number),
        order_link=paying.order_link(number),
    )
    response = make_response(page)
    allow_form(response, form)
    return response

"""What staff give to a carrier, so that it tells the shop which parcels have arrived."""

from flask import Blueprint, abort, render_template, request
from flask_babel import gettext as _

from vitrina.core.locales import DEFAULT
from vitrina.core.permissions import Permission
from vitrina.notifications import office
from vitrina.shipping import notices
from vitrina.shipping.registry import carriers
from vitrina.shipping.tracking import TEMPLATES, carrier_key
from vitrina.web.access import requires

bp = Blueprint("admin_carriers", __name__, url_prefix="/admin/shipping/carriers")


def _own_form() -> set[str]:
    """The installed carriers that sign in a form of their own."""
    return {code for code, kind in carriers().items() if hasattr(kind, "read_notice")}


@bp.get("/")
@requires(Permission.SHIPPING_WRITE)
def index() -> str:
    own = _own_form()
    names = {notices.ANY: _("Any carrier, by an aggregator")}
    names |= {carrier_key(name): name for name in TEMPLATES} | {code: code for code in sorted(own)}
    chosen = request.args.get("carrier", notices.ANY)
    if chosen not in names:
        abort(404)
    return render_template(
        "admin/shipping/carriers.html",
        names=list(names.items()),
        chosen=chosen,
        address=office.link(f"/webhooks/carriers/{chosen}", DEFAULT),
        secret="" if chosen in own else notices.secret_of(chosen),
    )

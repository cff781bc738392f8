"""Pages of help and law, with the store's own facts: the same for everybody."""

from flask import Blueprint, abort, render_template
from flask_babel import lazy_gettext as _l

from vitrina.core import store
from vitrina.core.address import PostalAddress, lines
from vitrina.web.caching import public_page
from vitrina.web.visitor import visitor

bp = Blueprint("pages", __name__)

PAGES = {
    "delivery": _l("Delivery and costs"),
    "returns": _l("Returns"),
    "terms": _l("Terms"),
    "privacy": _l("Privacy"),
    "cookies": _l("Cookies"),
    "imprint": _l("Imprint"),
}


@bp.get("/pages/<slug>")
@public_page
def show(slug: str) -> str:
    if slug not in PAGES:
        abort(404)
    kept = store.current().address
    seat = lines(PostalAddress.from_dict(kept), visitor().locale.code) if kept else []
    return render_template(f"storefront/pages/{slug}.html", heading=PAGES[slug], seat=seat)

"""Reviews: hide what must not stand there, and answer in the shop's name."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from vitrina.admin.desk import Answer, Refused, done, me, next_url, number_arg
from vitrina.catalog import desk
from vitrina.catalog.actions.reviews import hide_review, reply_to_review
from vitrina.catalog.models.groups import Review
from vitrina.core.db import committing
from vitrina.core.permissions import Permission
from vitrina.web.access import requires

bp = Blueprint("admin_reviews", __name__, url_prefix="/admin/reviews")


@bp.get("/")
@requires(Permission.REVIEWS_WRITE)
def index() -> str:
    page = desk.reviews(before=number_arg("before"))
    return _page(page.reviews, next_url(page.next_before))


def _page(reviews: Sequence[Review], more: str | None = None) -> str:
    return render_template("admin/reviews/index.html", reviews=reviews, next_url=more)


@bp.post("/<int:review_id>/visibility")
@requires(Permission.REVIEWS_WRITE)
def hide(review_id: int) -> Answer:
    hidden = request.form.get("hidden") == "1"
    with committing():
        hide_review(desk.review_by_id(review_id), by=me().actor, hidden=hidden)
    return done(_("The review is hidden.") if hidden else _("The review is shown."), ".index")


@bp.post("/<int:review_id>/reply")
@requires(Permission.REVIEWS_WRITE)
def reply(review_id: int) -> Answer:
    """Answer a review; one that cannot be kept stays as typed, and its review stands alone."""
    words = request.form.get(f"reply-{review_id}", "").strip()
    with Refused() as no:
        with committing():
            reply_to_review(desk.review_by_id(review_id), words, by=me().actor)
        return done(_("The answer is saved."), ".index")
    return _page([desk.review_by_id(review_id)]), no.status

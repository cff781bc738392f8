"""What the script on public pages asks for: who is here, and how much is in the cart."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from vitrina.cart import queries
from vitrina.web.access import public
from vitrina.web.visitor import visitor

bp = Blueprint("visit", __name__)


@bp.get("/visitor.json")
@public
def show() -> Response:
    """The personal parts of pages that are the same for everybody. Kept nowhere."""
    here = visitor()
    user, cart = here.user, here.cart()
    wishes = queries.wishlist_ids(
        user_id=user.id if user else None, visitor_hash=None if user else here.wish_hash()
    )
    response = jsonify(
        cart={"count": queries.count(cart) if cart else 0},
        account={"name": user.name or user.username} if user else None,
        wishlist=wishes,
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response

"""The wishlist of guests (by a cookie) and customers, and a link to show it to others."""

import re
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from vitrina.cart import actions, queries
from vitrina.catalog.errors import ProductNotFound
from vitrina.core import signing
from vitrina.core.db import committing
from vitrina.search.queries import Card, cards
from vitrina.storefront.cart_parts import product_url
from vitrina.web.access import public
from vitrina.web.csrf import public_form
from vitrina.web.failures import wants_json
from vitrina.web.formats import money
from vitrina.web.limits import limiter
from vitrina.web.links import url_for
from vitrina.web.visitor import visitor

bp = Blueprint("wishlist", __name__)
_PURPOSE = "wishlist"


@bp.after_request
def keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _owner(*, make: bool = False) -> dict[str, Any]:
    """Whose list it is: the customer's, else the guest's of this browser."""
    here = visitor()
    if here.user is not None:
        return {"user_id": here.user.id}
    return {"visitor_hash": here.wish_hash(make=make)}


@bp.get("/wishlist")
@public
def show() -> str:
    """The visitor's own list."""
    owner = _owner()
    ids = queries.wishlist_ids(**owner)
    share = None
    if ids:
        kind, key = next(iter(owner.items()))
        token = signing.sign(_PURPOSE, f"{kind}:{key}")
        share = url_for("wishlist.shared", token=token)
    return _page(ids, share=share, own=True)


@bp.get("/wishlist/shared/<token>")
@public
def shared(token: str) -> str:
    """Somebody's list, by the link they gave."""
    kind, _colon, key = (signing.read(_PURPOSE, token) or "").partition(":")
    if kind == "user_id":
        return _page(queries.wishlist_ids(user_id=int(key)), own=False)
    if kind == "visitor_hash":
        return _page(queries.wishlist_ids(visitor_hash=key), own=False)
    abort(404)


@bp.post("/wishlist")
@bp.post("/wishlist/<int:product_id>")
@public_form
@public
@limiter.limit("240/minute")
def change(product_id: int | None = None) -> Response:
    """Put a product on the list, or with ``remove=1`` take it off."""
    wanted = product_id or _product_id()
    gone = request.form.get("remove") == "1"
    with committing():
        if gone:
            actions.unlike(wanted, **_owner())
        else:
            actions.like(wanted, **_owner(make=True))
    if wants_json():
        return jsonify(product_id=wanted, liked=not gone)
    return redirect(url_for("wishlist.show"), 303)


def _product_id() -> int:
    text = request.form.get("product_id", "")
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        raise ProductNotFound(id=text[:20])
    return int(text)


def _page(ids: list[int], *, own: bool, share: str | None = None) -> str:
    here = visitor()
    found = cards(ids, here.locale.code, here.currency)
    return render_template(
        "storefront/wishlist/show.html",
        items=[_card(card) for card in found],
        share=share,
        own=own,
    )


def _card(card: Card) -> dict[str, Any]:
    """A card as ``product_card()`` takes it; a lower price or a missing piece is said."""
    image = card.image
    return {
        "id": card.product_id,
        "title": card.title,
        "url": product_url(card.slug),
        "picture": image
        and {
            "url": f"/media/{image.key}",
            "width": image.width,
            "height": image.height,
            "alt": image.alt,
            "colour": image.colour,
        },
        "lines": [card.hint] if card.hint else [],
        "price": {
            "current": money(card.price),
            "old": money(card.compare_at) if card.compare_at else None,
            "starts": card.price_high > card.price,
        },
        "stock": None if card.in_stock else {"kind": "out", "words": _("Sold out")},
    }

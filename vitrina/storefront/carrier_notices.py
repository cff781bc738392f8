"""Where carriers tell of their parcels; what a notice looks like is in ``shipping/notices.py``."""

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from vitrina.core.db import committing
from vitrina.orders.arrivals import take_notice
from vitrina.shipping import notices
from vitrina.shipping.errors import ForgedNotice
from vitrina.web.access import public
from vitrina.web.csrf import public_form

bp = Blueprint("carrier_webhooks", __name__)


@bp.post("/webhooks/carriers/<carrier>")
@public_form
@public
def hear(carrier: str) -> tuple[Response, int]:
    """A carrier has news; what is not known or not new is answered like all else."""
    body = request.get_data(cache=False)
    try:
        heard = notices.read(carrier, dict(request.headers), body)
    except ForgedNotice as error:
        return jsonify(code=error.code), 400
    delivered = 0
    for notice in heard:
        with committing():
            delivered += take_notice(carrier, notice)
    return jsonify(received=len(heard), delivered=delivered), 200

"""Where payment providers tell of payments: their webhooks."""

import structlog
from flask import Blueprint, Response, jsonify, request

from vitrina.payments.errors import ForgedNotice, ProviderTimeout, UnknownProvider
from vitrina.web import paying
from vitrina.web.access import public
from vitrina.web.csrf import public_form
from vitrina.web.limits import limiter

log = structlog.get_logger("vitrina.webhooks")
bp = Blueprint("webhooks", __name__)

FORGED = 400


@bp.post("/webhooks/payments/<provider>")
@public_form
@public
@limiter.limit("30/minute", deduct_when=lambda answer: answer.status_code == FORGED)
def hear(provider: str) -> tuple[Response, int]:
    """A provider has news. It is verified on the raw body, kept once, and answered at once.

    Forged ones alone are counted: to see through one, some providers have to be asked.
    """
    body = request.get_data(cache=False)
    try:
        heard = paying.hear(provider, dict(request.headers), body)
    except UnknownProvider:
        return jsonify(code="not_found"), 404
    except ForgedNotice as error:
        log.warning("webhook.forged", client=request.remote_addr, **error.facts)
        return jsonify(code="webhook_forged"), FORGED
    except ProviderTimeout:
        # It could not be checked just now: the provider sends it again.
        return jsonify(code="unavailable"), 503
    return jsonify(received=heard), 200

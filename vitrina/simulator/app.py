"""The simulator as one WSGI app: two imitated providers, their pages, and ``/_sim``."""

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response

from vitrina.simulator import control
from vitrina.simulator.deliveries import Deliveries
from vitrina.simulator.paypal.imitation import PAYPAL
from vitrina.simulator.provider import Imitation
from vitrina.simulator.store import Store, Transaction
from vitrina.simulator.stripe.imitation import STRIPE

IMITATIONS: tuple[Imitation, ...] = (STRIPE, PAYPAL)
MOST_BYTES = 1_000_000
PAGES_MAY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none';"
    " frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Simulator:
    """What the app keeps beside itself. ``public_url``: empty is the address that was called."""

    store: Store
    deliveries: Deliveries
    public_url: str = ""


def create_app(database: Path, *, public_url: str = "") -> Flask:
    """The app over the file ``database``, which is made if it is not there.

    ``public_url`` is where browsers reach it, if that differs from where the shop does. The sending
    of webhooks begins when ``app.extensions["simulator"].deliveries`` is started.
    """
    store = Store(database)
    app = Flask(__name__, static_url_path="/_sim/static")
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.extensions["simulator"] = Simulator(
        store=store,
        deliveries=Deliveries(store, {one.name: one.sign for one in IMITATIONS}, _tick),
        public_url=public_url.rstrip("/") + "/" if public_url else "",
    )
    app.register_blueprint(control.bp)
    for imitation in IMITATIONS:
        for blueprint in imitation.blueprints:
            app.register_blueprint(blueprint)
    app.add_url_rule("/favicon.ico", "favicon", lambda: ("", 204))
    app.after_request(_guard)
    return app


def _guard(response: Response) -> Response:
    """Pages run no scripts and stand in no frame, as at the real ones."""
    response.headers["Content-Security-Policy"] = PAGES_MAY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _tick(tx: Transaction) -> None:
    for imitation in IMITATIONS:
        imitation.tick(tx)

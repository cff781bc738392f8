"""The payment simulator beside a shop that is tried out: Stripe and PayPal without an account."""

import hashlib
import os
import socket

from vitrina.config import Settings, load
from vitrina.simulator.events import Endpoint
from vitrina.simulator.server import Running, start_process


def wants_stand_ins(settings: Settings) -> bool:
    """Whether play money is offered here and no real provider is set up."""
    is_set_up = bool(settings.stripe or settings.paypal)
    return settings.sandbox and not settings.is_production and not is_set_up


def start_stand_ins(settings: Settings) -> tuple[Settings, Running]:
    """Start the simulator, and give the settings of a shop that pays with it.

    The environment of this process is changed, so that the worker and the servers, which are its
    children, know as well. Raises RuntimeError when it does not come up.
    """
    secret = hashlib.sha256(f"simulator:{settings.secret_key}".encode()).hexdigest()
    hooks = f"{settings.base_url}/webhooks/payments"
    running = start_process(
        settings.data_dir / "simulator.db",
        port=_port(settings),
        endpoints=(
            Endpoint("stripe", f"{hooks}/stripe", f"whsec_{secret}"),
            Endpoint("paypal", f"{hooks}/paypal", f"WH{secret[:16]}"),
        ),
    )
    os.environ.update(
        VITRINA_STRIPE_SECRET_KEY=f"sk_test_{secret[:24]}",
        VITRINA_STRIPE_PUBLISHABLE_KEY=f"pk_test_{secret[:24]}",
        VITRINA_STRIPE_WEBHOOK_SECRET=f"whsec_{secret}",
        VITRINA_STRIPE_API_BASE=running.url,
        VITRINA_PAYPAL_CLIENT_ID="simulator",
        VITRINA_PAYPAL_CLIENT_SECRET=secret,
        VITRINA_PAYPAL_WEBHOOK_ID=f"WH{secret[:16]}",
        VITRINA_PAYPAL_API_BASE=running.url,
    )
    return load(), running


def _port(settings: Settings) -> int:
    """The port above the shop's, so that links to open payments survive a restart; 0 if taken."""
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", settings.port + 1)) == 0
    return 0 if taken or settings.port >= 65535 else settings.port + 1

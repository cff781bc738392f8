"""``vitrina simulator``: Stripe and PayPal on this machine, without an account or a network."""

import signal
import sys
from pathlib import Path
from typing import Any

import click

from vitrina.cli.parent import end_with_parent
from vitrina.simulator.events import Endpoint
from vitrina.simulator.server import serve


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=0, help="Port to listen on; 0 takes a free one.")
@click.option(
    "--data",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("instance/simulator.db"),
    show_default=True,
    help="SQLite file in which it remembers everything.",
)
@click.option("--public-url", default="", help="Where browsers reach it, if elsewhere.")
@click.option("--stripe-webhook", default="", help="Where Stripe's events go.")
@click.option(
    "--stripe-secret",
    envvar="VITRINA_SIMULATOR_STRIPE_SECRET",
    default="whsec_simulator",
    show_default=True,
    help="What Stripe's events are signed with.",
)
@click.option("--paypal-webhook", default="", help="Where PayPal's events go.")
@click.option(
    "--paypal-webhook-id",
    envvar="VITRINA_SIMULATOR_PAYPAL_SECRET",
    default="WH-SIMULATOR",
    show_default=True,
    help="The id of PayPal's webhook.",
)
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input does.")
def simulator(
    host: str,
    port: int,
    data: Path,
    public_url: str,
    stripe_webhook: str,
    stripe_secret: str,
    paypal_webhook: str,
    paypal_webhook_id: str,
    with_parent: bool,
) -> None:
    """Run the payment simulator until interrupted; the first line it prints is its address."""
    wanted = (
        Endpoint("stripe", stripe_webhook, stripe_secret),
        Endpoint("paypal", paypal_webhook, paypal_webhook_id),
    )
    signal.signal(signal.SIGTERM, _end)
    if with_parent:
        end_with_parent()
    try:
        serve(
            host,
            port,
            data,
            endpoints=tuple(one for one in wanted if one.url),
            public_url=public_url,
            ready=click.echo,
        )
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _end(*_: Any) -> None:
    sys.exit(0)

"""``vitrina run``: one command from nothing to a shop that sells. ``make run`` ends here."""

import secrets
import socket
from contextlib import nullcontext

import click
import sqlalchemy as sa

from vitrina.accounts.actions import staff
from vitrina.accounts.models import User
from vitrina.catalog.models.products import Product
from vitrina.cli.demo.command import load_demo
from vitrina.cli.parent import ending
from vitrina.cli.play_money import start_stand_ins, wants_stand_ins
from vitrina.cli.serve import serve_shop
from vitrina.cli.shop import bring_up_to_date, open_shop
from vitrina.config import Settings
from vitrina.core.db import committing, session


@click.command()
@click.option("--without-demo", is_flag=True, help="Start with an empty catalogue.")
def run(without_demo: bool) -> None:
    """Bring up the shop: migrate, load the demo if the shop is empty, make an owner, serve."""
    settings = open_shop(migrated=False)
    _refuse_taken_port(settings)
    bring_up_to_date()
    if not without_demo and session.scalar(sa.select(Product.id).limit(1)) is None:
        load_demo()
    made = ensure_owner(settings)
    session.remove()
    click.echo("")
    click.echo(f"  The shop is at   {settings.base_url}/")
    click.echo(f"  The staff area   {settings.base_url}/admin")
    if made:
        click.echo(f"  Sign in as       {made[0]}  with the password  {made[1]}")
    running = None
    if wants_stand_ins(settings):
        settings, running = start_stand_ins(settings)
        click.echo(f"  Stripe, PayPal   are played by {running.url}, without real money")
    click.echo("  Ctrl-C ends it; all data stays.", nl=True)
    click.echo("")
    with ending(running.stop) if running else nullcontext():
        serve_shop(settings)


def ensure_owner(settings: Settings) -> tuple[str, str] | None:
    """Make the first owner when there is no staff yet.

    Returns the e-mail and a password to print: a made-up one is shown this once, and one from the
    settings is never shown. None when there was an owner already.
    """
    with committing():
        staff.ensure_roles()
        if session.scalar(sa.select(User.id).where(User.role_id.is_not(None)).limit(1)):
            return None
        email = settings.owner_email or "owner@example.com"
        password = settings.owner_password or secrets.token_urlsafe(12)
        staff.create_staff(username="owner", email=email, password=password, role="owner")
    return email, "(the one in VITRINA_OWNER_PASSWORD)" if settings.owner_password else password


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((settings.host, settings.port)) == 0:
            raise click.ClickException(
                f"port {settings.port} is taken; choose another: PORT=5001 make run"
            )

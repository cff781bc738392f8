"""``vitrina secrets``: what is encrypted at rest, under which key."""

import click

from vitrina.cli.shop import open_shop
from vitrina.core.db import committing
from vitrina.core.secrets import UnreadableSecret
from vitrina.payments.settings.actions import rotate as rotate_providers


@click.group()
def secrets() -> None:
    """Look after the secrets that the shop keeps encrypted."""


@secrets.command()
def rotate() -> None:
    """Encrypt every kept secret anew under VITRINA_SECRET_KEY.

    Before, put the new key there and the one of before into VITRINA_OLD_SECRET_KEYS; afterwards
    the old one may go, once links signed with it need not open any more.
    """
    open_shop()
    try:
        with committing():
            changed = rotate_providers()
    except UnreadableSecret as error:
        raise click.ClickException(f"{error}; put its key into VITRINA_OLD_SECRET_KEYS") from None
    click.echo(f"{changed} secrets encrypted anew." if changed else "All secrets are up to date.")

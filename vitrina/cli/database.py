"""``vitrina db``: the database's schema."""

import click

from vitrina import migrate
from vitrina.cli.shop import open_shop


@click.group()
def database() -> None:
    """Migrate the database."""


@database.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION (the newest one by default)."""
    open_shop(migrated=False)
    before = migrate.current()
    migrate.upgrade(revision)
    after = migrate.current()
    click.echo(f"The database is at {after}" + (" already." if before == after else "."))


@database.command()
@click.argument("revision")
@click.confirmation_option(prompt="Data of newer tables will be lost. Go on?")
def downgrade(revision: str) -> None:
    """Take the database back to REVISION (``base``: nothing left)."""
    open_shop()
    migrate.downgrade(revision)
    click.echo(f"The database is at {migrate.current() or 'base'}.")


@database.command()
def current() -> None:
    """Print the revision of the database."""
    open_shop(migrated=False)
    click.echo(migrate.current() or "base")

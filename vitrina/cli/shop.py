"""What most commands begin with: settings read and the shop connected, without HTTP."""

import click
import sqlalchemy as sa

from vitrina import migrate
from vitrina.config import Settings, load
from vitrina.core import db
from vitrina.process import connect


def open_shop(*, migrated: bool = True) -> Settings:
    """Connect to the shop of this environment.

    ``migrated``: the database must have its tables. Raises WrongSetting, or ClickException with
    one line when the database does not answer or was never migrated.
    """
    settings = load()
    connect(settings)
    try:
        with db.engine().connect() as connection:
            ready = sa.inspect(connection).has_table("store")
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"the database does not answer: {reason}") from None
    if migrated and not ready:
        raise click.ClickException("the database is empty; run `vitrina db upgrade` first")
    return settings


def bring_up_to_date() -> None:
    """Migrate the connected database to the newest schema."""
    migrate.upgrade()

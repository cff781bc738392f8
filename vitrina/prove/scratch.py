"""An empty database for a trial, beside the one of the shop, removed afterwards."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.engine import make_url


@contextmanager
def database(shops: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind of ``shops``.

    Raises ClickException when the PostgreSQL user may not make one.
    """
    url = make_url(shops)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder / 'prove.db'}"
        return
    name = f"vitrina_prove_{secrets.token_hex(4)}"
    # No connection is kept: the trial restarts the server under it.
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    except sa.exc.DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"a database for the trial cannot be made: {reason}") from None
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))

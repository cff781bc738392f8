"""Rows that are written once: the database itself says no, on both kinds."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from vitrina.core import db
from vitrina.core.append_only import append_only, open_again

CHANGES = ("UPDATE tallies SET n = 2", "DELETE FROM tallies")


@pytest.fixture
def connection(database: str) -> Iterator[sa.Connection]:
    """A connection to a database with a table ``tallies`` that holds one row."""
    with db.engine().connect() as connection:
        connection.execute(sa.text("CREATE TABLE tallies (id integer PRIMARY KEY, n integer)"))
        connection.execute(sa.text("INSERT INTO tallies VALUES (1, 1)"))
        connection.commit()
        yield connection


def _op(connection: sa.Connection) -> SimpleNamespace:
    return SimpleNamespace(
        get_bind=lambda: connection, execute=lambda text: connection.execute(sa.text(text))
    )


@pytest.mark.parametrize("change", CHANGES)
def test_an_append_only_table_takes_rows_and_refuses_changes(
    connection: sa.Connection, change: str
) -> None:
    append_only(_op(connection), "tallies")
    connection.execute(sa.text("INSERT INTO tallies VALUES (2, 5)"))
    connection.commit()
    with pytest.raises(sa.exc.IntegrityError, match="tallies is append-only"):
        connection.execute(sa.text(change))
    connection.rollback()
    assert connection.scalar(sa.text("SELECT sum(n) FROM tallies")) == 6


@pytest.mark.parametrize("change", CHANGES)
def test_an_open_table_takes_changes(connection: sa.Connection, change: str) -> None:
    append_only(_op(connection), "tallies")
    open_again(_op(connection), "tallies")
    assert connection.execute(sa.text(change)).rowcount == 1

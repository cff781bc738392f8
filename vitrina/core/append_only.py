"""Tables whose rows are written once: the database itself refuses to change or to remove them.

For migrations::

    append_only(op, "invoices")        # after create_table()
    open_again(op, "invoices")         # before drop_table()

A migration that alters such a table in batch mode on SQLite makes the table anew, and so has to
close it again.
"""

from typing import Any, Protocol

import sqlalchemy as sa


class Operations(Protocol):
    """What is needed of Alembic's ``op``."""

    def get_bind(self) -> sa.Connection: ...

    def execute(self, sqltext: str) -> Any: ...


_SQLITE = """
CREATE TRIGGER {table}_refuse_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_FUNCTION = """
CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()
"""


def append_only(op: Operations, table: str) -> None:
    """Make the database refuse UPDATE, DELETE and TRUNCATE of ``table``, with IntegrityError.

    ``table`` is a plain name of ours. A statement that touches no row is refused as well on
    PostgreSQL, and harmless on SQLite.
    """
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(_SQLITE.format(table=table, verb=verb))
    else:
        op.execute(_FUNCTION.format(table=table))
        op.execute(_POSTGRESQL.format(table=table))


def open_again(op: Operations, table: str) -> None:
    """Take back what :func:`append_only` did to ``table``."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_refuse_{verb}")
    else:
        op.execute(f"DROP TRIGGER {table}_refuse_change ON {table}")
        op.execute(f"DROP FUNCTION {table}_refuse()")

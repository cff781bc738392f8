"""Alembic's environment. The address of the database comes from the caller, never from a file."""

from alembic import context

from vitrina import migrate
from vitrina.core import db

config = context.config
connection = config.attributes.get("connection")


def render_item(kind: str, thing: object, _context: object) -> str | bool:
    """Write our own column types as what the database sees, so that a script never changes."""
    if kind == "type" and isinstance(thing, db.UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, db.EnumText):
        return "sa.String(length=32)"
    return False


def run(connection_: object) -> None:
    context.configure(
        connection=connection_,
        target_metadata=migrate.metadata(),
        render_as_batch=db.dialect() == "sqlite",
        compare_type=True,
        render_item=render_item,
        include_object=migrate.is_ours,
        autogenerate_plugins=["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
    )
    with context.begin_transaction():
        context.run_migrations()


if connection is not None:
    run(connection)
else:
    with db.engine().connect() as own:
        run(own)
        own.commit()

"""The migrations make what the models say, on both databases, and can be taken back."""

from alembic import command

from vitrina import migrate
from vitrina.core import db


def test_models_and_migrations_agree(database: str) -> None:
    with db.engine().connect() as connection:
        config = migrate.config()
        config.attributes["connection"] = connection
        command.check(config)


def test_the_history_can_be_taken_back_and_made_again(database: str) -> None:
    newest = migrate.current()
    migrate.downgrade("base")
    assert migrate.current() is None
    migrate.upgrade()
    assert migrate.current() == newest

"""The database of a trial goes away with the trial, even when the server was restarted."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from vitrina.core import db
from vitrina.prove import scratch

CUT = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_a_trial_s_database_is_removed_after_every_connection_was_cut(
    database: str, tmp_path: Path
) -> None:
    with scratch.database(database, tmp_path) as url:
        assert url != database
        if db.dialect() == "postgresql":
            with db.engine().connect() as connection:
                connection.execute(CUT)
    if db.dialect() == "postgresql":
        known = sa.text("SELECT count(*) FROM pg_database WHERE datname = :name")
        with db.engine().connect() as connection:
            assert connection.scalar(known, {"name": make_url(url).database}) == 0

"""One place commits, and what it decides on is fresh."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from vitrina.core import clock, db, store
from vitrina.core.audit import AuditEntry, note
from vitrina.core.db import committing, session


def test_nothing_of_a_failed_block_is_stored(database: str) -> None:
    with pytest.raises(RuntimeError, match="no"), committing():
        note("staff:1", "x", "y")
        raise RuntimeError("no")
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_committing_does_not_nest(database: str) -> None:
    with pytest.raises(RuntimeError, match="already"), committing(), committing():
        pass


def test_a_change_outside_committing_is_refused(database: str) -> None:
    store.current().name = "smuggled"
    with pytest.raises(RuntimeError, match="before"), committing():
        pass
    session.rollback()


def test_what_was_read_before_is_read_again_inside(database: str) -> None:
    mine = store.current()
    with db.engine().begin() as other:
        other.execute(sa.update(store.Store).values(name="renamed by another"))
    with committing():
        assert mine.name == "renamed by another"


def test_the_catalogue_version_rises_once_a_transaction(database: str) -> None:
    before = store.catalogue_version()
    with committing():
        store.touch_catalogue()
        store.touch_catalogue()
    assert store.catalogue_version() == before + 1


def test_moments_come_back_aware_and_in_utc(database: str) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=3)))
    with clock.at(moment), committing():
        note("staff:1", "x", "y")
    session.expire_all()
    found = session.scalars(sa.select(AuditEntry)).one().at
    assert found == moment
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(database: str) -> None:
    with pytest.raises(sa.exc.StatementError), committing():
        session.add(AuditEntry(by="x", action="y", subject="z", at=datetime(2026, 1, 1)))  # noqa: DTZ001
        session.flush()

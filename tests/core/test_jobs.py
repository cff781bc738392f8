"""What was recorded is done, once, whatever fails in between."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from vitrina.core import clock, events, jobs, store
from vitrina.core.db import committing, session
from vitrina.core.events import Event, Job, OutboxEvent, enqueue, on, record, task

heard: list[str] = []


@dataclass(frozen=True)
class BellRang(Event):
    word: str


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    known = dict(events.HANDLERS)
    heard.clear()
    yield
    events.HANDLERS.clear()
    events.HANDLERS.update(known)


def _open_jobs() -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(Job)) or 0


def test_a_reaction_runs_after_the_commit_and_its_job_is_gone(database: str) -> None:
    on(BellRang)(lambda event: heard.append(event.word))
    with committing():
        record(BellRang("ding"))
        assert heard == []
    assert heard == []
    assert jobs.drain() == 1
    assert heard == ["ding"]
    assert _open_jobs() == 0
    assert session.scalar(sa.select(OutboxEvent.name)) == "BellRang"


def test_what_is_rolled_back_is_never_told(database: str) -> None:
    on(BellRang)(lambda event: heard.append(event.word))
    with pytest.raises(ZeroDivisionError), committing():
        record(BellRang("ding"))
        raise ZeroDivisionError
    assert jobs.drain() == 0
    assert heard == []


def test_a_quick_reaction_is_done_at_once_by_the_one_who_caused_it(database: str) -> None:
    on(BellRang, inline=True)(lambda event: heard.append(event.word))
    with committing():
        record(BellRang("ding"))
    assert heard == ["ding"]
    assert _open_jobs() == 0


def test_a_quick_reaction_that_fails_is_left_for_the_worker(database: str) -> None:
    def fragile(event: BellRang) -> None:
        heard.append(event.word)
        if len(heard) == 1:
            raise OSError("not now")

    on(BellRang, inline=True)(fragile)
    with committing():
        record(BellRang("ding"))
    assert _open_jobs() == 1
    with clock.later(minutes=1):
        assert jobs.drain() == 1
    assert heard == ["ding", "ding"]
    assert _open_jobs() == 0


def test_a_reaction_that_fails_leaves_nothing_and_is_repeated_later(database: str) -> None:
    def fragile(event: BellRang) -> None:
        store.current().name = "half done"
        session.flush()
        heard.append(event.word)
        if len(heard) < 3:
            raise OSError("not now")

    on(BellRang)(fragile)
    with committing():
        record(BellRang("ding"))
    jobs.drain()
    assert store.current().name != "half done"
    assert jobs.drain() == 0, "back-off: not again at once"
    for minutes in (1, 2, 3):
        with clock.later(minutes=minutes):
            jobs.drain()
    assert len(heard) == 3
    session.rollback()
    assert store.current().name == "half done"


def test_a_job_that_never_works_gives_up_with_its_reason(database: str) -> None:
    @task
    def hopeless(payload: dict[str, object]) -> None:
        raise ValueError(f"cannot {payload['verb']}")

    with committing():
        enqueue(hopeless, {"verb": "fly"})
    for hours in range(0, 24 * 4, 7):
        with clock.later(hours=hours):
            jobs.run_due()
    job = session.scalars(sa.select(Job)).one()
    assert job.failed_at is not None
    assert "cannot fly" in job.error


def test_the_job_of_a_worker_that_died_is_done_by_the_next(database: str) -> None:
    on(BellRang)(lambda event: heard.append(event.word))
    with committing():
        record(BellRang("ding"))
    assert len(jobs.claim()) == 1, "claimed, and never seen again"
    assert jobs.drain() == 0, "the lease still holds"
    with clock.later(minutes=6):
        assert jobs.drain() == 1
    assert heard == ["ding"]


def test_a_task_with_a_key_is_owed_once(database: str) -> None:
    @task
    def tidy(payload: dict[str, object]) -> None:
        heard.append("tidy")

    for _ in range(3):
        with committing():
            enqueue(tidy, {}, key="tidy:today")
    jobs.drain()
    assert heard == ["tidy"]


def test_a_recurring_task_has_one_turn_a_period(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RECURRING", {})
    jobs.recurring(minutes=5)(lambda: heard.append("tick"))
    assert [jobs.run_recurring(), jobs.run_recurring()] == [1, 0]
    with clock.later(minutes=6):
        assert jobs.run_recurring() == 1
    assert heard == ["tick", "tick"]


def test_what_another_worker_took_meanwhile_is_not_done_twice(database: str) -> None:
    @task
    def send(payload: dict[str, object]) -> None:
        heard.append(str(payload["to"]))
        with clock.later(minutes=6):  # so slow that the lease of the batch runs out
            jobs.claim()

    with committing():
        enqueue(send, {"to": "ana"})
        enqueue(send, {"to": "rui"})
    jobs.run_due()
    assert heard == ["ana"]


@pytest.mark.parametrize("error", [sa.exc.InterfaceError, sa.exc.OperationalError])
def test_the_worker_survives_a_lost_database(
    database: str, monkeypatch: pytest.MonkeyPatch, error: type[sa.exc.DBAPIError]
) -> None:
    stop = threading.Event()
    turns: list[str] = []

    def run_due() -> int:
        turns.append("turn")
        if len(turns) == 1:
            raise error("SELECT 1", {}, Exception("the connection is closed"))
        stop.set()
        return 0

    monkeypatch.setattr(jobs, "run_due", run_due)
    jobs.work(stop, idle_seconds=0, pause_seconds=0)
    assert len(turns) == 2

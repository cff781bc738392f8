"""Attackers who act at the same moment."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import TypeVar

import pytest

from vitrina.core import db
from vitrina.core.db import session

T = TypeVar("T")
PATIENCE = 3.0
"""Seconds after which those who are there go on without the others."""


def burst(calls: Sequence[Callable[[], T]], *doors: ModuleType) -> list[T]:
    """Make all calls at the same moment, each in a thread of its own.

    ``doors``: modules of faces, in which nobody begins to write before everybody has looked.
    """
    session.remove()
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(30)
        return call()

    with gathered(len(calls), *doors), ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@contextmanager
def gathered(parties: int, *doors: ModuleType) -> Iterator[None]:
    """Each thread's first transaction in one of the ``doors`` waits for those of the others."""
    meeting, been = threading.Barrier(parties), threading.local()

    def committing() -> AbstractContextManager[None]:
        if not getattr(been, "here", False):
            been.here = True
            try:
                meeting.wait(PATIENCE)
            except threading.BrokenBarrierError:
                pass  # one of them was refused before, and comes no more
        return db.committing()

    with pytest.MonkeyPatch.context() as patch:
        for door in doors:
            patch.setattr(door, "committing", committing)
        yield

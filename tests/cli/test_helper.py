"""The worker beside the server comes back when it dies, and ends with the server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from vitrina.cli.helper import Helper

CHILD = """
import os, sys, time
from vitrina.cli.parent import end_with_parent
end_with_parent()
open(sys.argv[1], "a").write(f"{os.getpid()} ")
time.sleep(60)
"""
PARENT = """
import sys, time
from vitrina.cli.helper import Helper
Helper([sys.executable, "-c", sys.argv[2], sys.argv[1]]).start()
time.sleep(60)
"""
FORKS = """
import os, sys
from vitrina.cli.parent import ending
with ending(lambda: print("ended", flush=True)):
    if os.fork() == 0:
        sys.exit(0)
    os.wait()
    print("a child is gone", flush=True)
"""
SLEEPER = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()} '); time.sleep(60)"


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_does_not_outlive_a_server_that_was_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    file.touch()
    server = subprocess.Popen([sys.executable, "-c", PARENT, str(file), CHILD])
    try:
        _until(lambda: bool(file.read_text()))
        worker = int(file.read_text())
        assert _is_alive(worker)
    finally:
        server.kill()
        server.wait()
    _until(lambda: not _is_alive(worker))


def test_a_worker_that_dies_is_started_again_until_the_server_ends(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    file.touch()

    def pids() -> list[int]:
        return [int(word) for word in file.read_text().split()]

    helper = Helper([sys.executable, "-c", SLEEPER, str(file)], pause_seconds=0.1)
    helper.start()
    try:
        _until(lambda: len(pids()) == 1)
        os.kill(pids()[0], signal.SIGKILL)
        _until(lambda: len(pids()) == 2)
    finally:
        helper.stop()
    _until(lambda: not _is_alive(pids()[1]))
    time.sleep(0.5)
    assert len(pids()) == 2


def test_a_worker_ends_in_peace_while_its_server_lives(tmp_path: Path) -> None:
    ends = "from vitrina.cli.parent import end_with_parent\nend_with_parent()\n"
    worker = subprocess.Popen(
        [sys.executable, "-c", ends], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert worker.wait(20) == 0
    assert worker.stderr is not None
    assert worker.stderr.read() == b""
    worker.communicate()


def test_a_server_process_that_ends_leaves_the_worker_to_the_server() -> None:
    told = subprocess.run([sys.executable, "-c", FORKS], capture_output=True, text=True, check=True)
    assert told.stdout.split("\n") == ["a child is gone", "ended", ""]

"""A process beside the server that is started again whenever it ends.

It is given a pipe to this process as its standard input, so that it can see when this one is gone.
"""

import signal
import subprocess
import threading
from collections.abc import Sequence

import structlog

log = structlog.get_logger("vitrina.helper")

PAUSE_SECONDS = 1.0
GRACE_SECONDS = 10.0


class Helper:
    """Keeps one process of ``command`` running from :meth:`start` to :meth:`stop`."""

    def __init__(self, command: Sequence[str], *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._command = list(command)
        self._pause = pause_seconds
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process, and watch over it."""
        self._process = self._spawn()
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            status = process.wait()
            if self._stopping.wait(self._pause):
                return
            log.error("helper.ended", command=self._command[-1], status=status)
            with self._lock:
                if self._stopping.is_set():
                    return
                self._process = process = self._spawn()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        # In a session of its own: Ctrl-C is for the server, which then ends this one in its turn.
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)

    def stop(self) -> None:
        """End the process: SIGTERM, and SIGKILL when it takes too long."""
        with self._lock:
            self._stopping.set()
            process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        finally:
            if process.stdin is not None:
                process.stdin.close()

"""Ending with the process that started this one, whatever that one died of."""

import os
import signal
import threading


def end_with_parent() -> None:
    """Send this process SIGTERM as soon as its standard input ends.

    The parent holds the other end of that pipe. One that was killed cannot say so, but the system
    closes its pipes.
    """

    def wait() -> None:
        # Not sys.stdin: an interpreter that ends cannot close what a thread still reads.
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()

"""Parents and children: ending with the one, and not ending what belongs to the other."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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


@contextmanager
def ending(end: Callable[[], None]) -> Iterator[None]:
    """Call ``end`` after the block, but not in processes that were forked inside it.

    Gunicorn forks its workers there; each leaves through the same frames when it ends, and must not
    take along what the server holds.
    """
    owner = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == owner:
            end()

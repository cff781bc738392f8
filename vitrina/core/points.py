"""Named points at which a process can be made to die, to prove that nothing is lost there.

``vitrina prove`` names a folder in ``VITRINA_POINTS``. A process that reaches a point, and finds
the point's token there, kills itself as ``kill -9`` would. Without the folder nothing happens.
"""

import os
import signal
from pathlib import Path

POINTS = (
    "commit.before",
    "commit.after",
    "provider.asking",
    "provider.answered",
    "refund.answered",
    "webhook.kept",
    "job.done",
)
_folder: Path | None = None


def arm() -> None:
    """Look for tokens from now on, if ``VITRINA_POINTS`` names a folder; leave our id there."""
    global _folder
    named = os.environ.get("VITRINA_POINTS", "")
    _folder = Path(named) if named else None
    if _folder is not None:
        (_folder / f"pid.{os.getpid()}").touch()


def reach(point: str) -> None:
    """The process is at ``point``: it goes on, unless a token says that it dies here."""
    if _folder is None:
        return
    try:
        (_folder / point).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)

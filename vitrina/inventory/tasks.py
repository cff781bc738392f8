"""What the worker does with stock by itself."""

from vitrina.core.db import committing
from vitrina.core.jobs import recurring
from vitrina.inventory import actions


@recurring(minutes=5)
def release_forgotten() -> None:
    """Give back promises that nobody answers for, a limited number at a time."""
    with committing():
        actions.release_expired()

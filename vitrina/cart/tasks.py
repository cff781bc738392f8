"""What the worker does for carts."""

from vitrina.cart import actions
from vitrina.core.db import committing
from vitrina.core.jobs import recurring

BATCH = 500


@recurring(hours=6)
def remove_expired() -> None:
    """Remove the carts whose time is over, in short transactions."""
    while True:
        with committing():
            removed = actions.remove_expired(BATCH)
        if removed < BATCH:
            return

"""What the worker tidies up among accounts now and then."""

from vitrina.accounts.actions import recovery, sessions, throttle
from vitrina.core.db import committing
from vitrina.core.jobs import recurring


@recurring(hours=6)
def forget_what_is_over() -> None:
    """Remove counters, links, sessions and refresh tokens that have been over for long."""
    with committing():
        throttle.forget_old()
        recovery.forget_used_links()
        sessions.forget_ended()

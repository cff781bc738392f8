"""Gift card codes: how often somebody may try one, over all the places where one can be entered."""

import time

from flask import request
from limits import parse_many

from vitrina.core.errors import TooOften
from vitrina.web.limits import limiter, limits_are_off

MOST = tuple(parse_many("10/minute;30/hour"))


class TooManyCodes(TooOften):
    """Too many codes were tried from this address (``retry_after``, seconds)."""

    code = "too_many_codes"


def count_code() -> None:
    """Count a try of a gift card's code by the caller's network address. Raises TooManyCodes.

    Every try counts, good or not, so that the limit tells nothing of the codes. Call it outside of
    ``committing()``: the counters are written on a connection of their own.
    """
    if limits_are_off():
        return
    client = request.remote_addr or "unknown"
    for limit in MOST:
        if not limiter.limiter.hit(limit, "gift-cards", client):
            ends_at = limiter.limiter.get_window_stats(limit, "gift-cards", client).reset_time
            raise TooManyCodes(retry_after=max(1, int(ends_at - time.time())))

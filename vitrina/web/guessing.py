"""Codes of gift cards and coupons: how often somebody may try one, over all the places for it."""

import time
from collections.abc import Sequence

from flask import request
from limits import RateLimitItem, parse_many

from vitrina.core.errors import TooOften
from vitrina.web.limits import limiter, limits_are_off

GIFT_CARDS = parse_many("10/minute;30/hour")
COUPONS = parse_many("10/minute;60/hour")


class TooManyCodes(TooOften):
    """Too many codes were tried from this address (``retry_after``, seconds)."""

    code = "too_many_codes"


def count_gift_card() -> None:
    """Count a try of a gift card's code by the caller's network address. Raises TooManyCodes.

    Every try counts, good or not, so that the limit tells nothing of the codes. Call it outside of
    ``committing()``: the counters are written on a connection of their own.
    """
    _count("gift-cards", GIFT_CARDS)


def count_coupon() -> None:
    """Count a try of a coupon's code, as :func:`count_gift_card` does. Raises TooManyCodes."""
    _count("coupons", COUPONS)


def _count(what: str, limits: Sequence[RateLimitItem]) -> None:
    if limits_are_off():
        return
    client = request.remote_addr or "unknown"
    for limit in limits:
        if not limiter.limiter.hit(limit, what, client):
            ends_at = limiter.limiter.get_window_stats(limit, what, client).reset_time
            raise TooManyCodes(retry_after=max(1, int(ends_at - time.time())))

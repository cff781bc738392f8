"""Asking a carrier without depending on it: a time limit, a pause after faults, a price in reserve.

A live carrier is never asked inside a writing transaction: its last answer counts there, or the
price in reserve. Answers are kept for some minutes, so that the price a buyer saw is the price that
is charged.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import structlog
from cachetools import TTLCache

from vitrina.core.db import is_committing, to_json
from vitrina.core.errors import DomainError
from vitrina.core.money import Money
from vitrina.shipping.carrier import Carrier, RateRequest
from vitrina.shipping.models import ShippingMethod
from vitrina.shipping.registry import make

log = structlog.get_logger("vitrina.shipping")

PATIENCE = 2.0
PAUSE = 60.0
_KEPT_SECONDS = 15 * 60

_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="carrier")
_answers: TTLCache[tuple[str, RateRequest], Money | None] = TTLCache(2048, _KEPT_SECONDS)
_paused_until: dict[str, float] = {}
_lock = threading.Lock()


class _NoAnswer(Exception):
    """A live carrier was slow, broken, or may not be asked now."""


def rate(method: ShippingMethod, ask: RateRequest) -> Money | None:
    """What ``method`` costs for ``ask``, in the store's currency; None when it does not take it.

    Where the carrier does not answer, the method's ``fallback_price`` counts; without one the
    method is not offered.
    """
    try:
        carrier = make(method.carrier, method.settings)
    except DomainError as error:  # a plugin was removed, or its settings changed
        log.warning("carrier.unusable", method=method.code, error=str(error))
        return _reserve(method, ask)
    if not carrier.live:
        return carrier.rate(ask)
    try:
        return _ask(carrier, f"{method.carrier}{to_json(method.settings)}", ask)
    except _NoAnswer as error:
        log.warning("carrier.no_answer", method=method.code, error=repr(error.__cause__ or error))
        return _reserve(method, ask)


def _reserve(method: ShippingMethod, ask: RateRequest) -> Money | None:
    price = method.settings.get("fallback_price")
    return Money(price, ask.value.currency) if isinstance(price, int) else None


def _ask(carrier: Carrier, account: str, ask: RateRequest) -> Money | None:
    key = (account, ask)
    with _lock:
        if key in _answers:
            return _answers[key]
        if is_committing():
            raise _NoAnswer("inside a transaction")
        if _paused_until.get(account, 0.0) > time.monotonic():
            raise _NoAnswer("paused after a fault")
    try:
        price = _pool.submit(carrier.rate, ask).result(timeout=PATIENCE)
        if price is not None and (price.currency != ask.value.currency or price.minor < 0):
            raise ValueError(f"a price of {price.text} {price.currency}")
    except Exception as error:  # foreign code: whatever it does, the shop goes on
        with _lock:
            _paused_until[account] = time.monotonic() + PAUSE
        raise _NoAnswer from error
    with _lock:
        _answers[key] = price
    return price


def forget_answers() -> None:
    """Forget what carriers said, and their pauses."""
    with _lock:
        _answers.clear()
        _paused_until.clear()

"""The one place where an error's code becomes a sentence. Each room adds a module beside this one
with its own ``MESSAGES`` and is named here."""

from types import FunctionType
from typing import Any

from vitrina.core.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    TooOften,
    Unavailable,
)
from vitrina.web.messages import accounts, cart, catalog, checkout, common, desk, orders, returns

MESSAGES: dict[str, Any] = {
    **common.MESSAGES,
    **accounts.MESSAGES,
    **cart.MESSAGES,
    **catalog.MESSAGES,
    **checkout.MESSAGES,
    **desk.MESSAGES,
    **orders.EDITS,
    **returns.MESSAGES,
}

KINDS: dict[type[DomainError], int] = {
    Invalid: 422,
    NotFound: 404,
    Conflict: 409,
    Forbidden: 403,
    Unavailable: 503,
    TooOften: 429,
}


def status_of(error: DomainError) -> int:
    """The HTTP status of an error's kind."""
    return next((status for kind, status in KINDS.items() if isinstance(error, kind)), 400)


def sentence(error: DomainError) -> str:
    """What a person reads: the code's sentence, else the kind's, with the facts filled in."""
    reason = f"{error.code}.{error.facts.get('reason')}"
    text = MESSAGES.get(reason) or MESSAGES.get(error.code)
    if text is None:
        kind = next((kind for kind in KINDS if isinstance(error, kind)), Invalid)
        text = MESSAGES[kind.code]
    if isinstance(text, FunctionType):  # its words depend on the facts
        return str(text(error.facts))
    try:
        return str(text) % error.facts if error.facts else str(text)
    except (KeyError, TypeError, ValueError):
        return str(text)

"""Forms that count once: a button pressed twice, or a page sent again, does its work one time."""

from flask import request

from vitrina.core import idempotency
from vitrina.core.db import session
from vitrina.core.ids import hash_token

FIELD = "form_key"
"""The hidden field that ``form(once=True)`` of the components draws."""
DONE = 303
"""The status that is kept under a key: the form was taken, and led on."""


def is_first(whose: str) -> bool:
    """Whether the form that was sent comes for the first time, as far as ``whose`` forms go.

    ``whose`` names who sends it, or what it is about (``staff:7``). Call it first thing inside
    ``committing()``: its answer and what is done upon it are stored together. The same page with
    other values in it is another form. A form without a key is always the first.
    """
    key = request.form.get(FIELD, "")
    if not key:
        return True
    typed = sorted((name, text) for name, text in request.form.items(multi=True))
    claim, scope = hash_token(repr((request.path, typed))), f"form:{whose}"
    try:
        found = idempotency.begin(scope, claim, "")
    except idempotency.InProgress:  # the other one has just been stored
        session.rollback()
        return False
    if found.status is not None:
        return False
    idempotency.finish(scope, claim, DONE, {})
    return True

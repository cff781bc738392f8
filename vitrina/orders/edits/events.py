"""News of edits."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class OrderEdited(Event):
    """Staff changed an order; the edit's row says what."""

    order_id: int
    number: str
    edit_id: int

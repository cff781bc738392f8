"""News of invoices and credit notes."""

from dataclasses import dataclass

from vitrina.core.events import Event


@dataclass(frozen=True)
class DocumentIssued(Event):
    """An invoice or a credit note was written; ``document`` is its number."""

    order_id: int
    number: str
    kind: str
    document: str

"""Under which names providers know the customers who asked them to keep a card."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vitrina.core import clock, db
from vitrina.core.db import session
from vitrina.payments.models import ProviderCustomer


def names_of(user_id: int) -> Mapping[str, str]:
    """The providers' names for a customer, by provider."""
    rows = session.execute(
        sa.select(ProviderCustomer.provider, ProviderCustomer.ref)
        .where(ProviderCustomer.user_id == user_id)
        .order_by(ProviderCustomer.provider)
    )
    return {row.provider: row.ref for row in rows}


def remember(provider: str, user_id: int, ref: str) -> None:
    """Note the name that a provider gave to a customer; the first one stays."""
    insert: Any = postgresql.insert if db.dialect() == "postgresql" else sqlite.insert
    session.execute(
        insert(ProviderCustomer)
        .values(provider=provider, user_id=user_id, ref=ref[:255], created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["provider", "user_id"])
    )


def forget(provider: str, user_id: int, ref: str) -> None:
    """Forget a name that the provider does not know any more."""
    session.execute(
        sa.delete(ProviderCustomer).where(
            ProviderCustomer.provider == provider,
            ProviderCustomer.user_id == user_id,
            ProviderCustomer.ref == ref,
        )
    )

"""Reading the settings of payment providers."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from vitrina.core import secrets
from vitrina.core.db import session
from vitrina.payments.settings.models import ProviderSettings


def find(code: str) -> ProviderSettings | None:
    """What was entered for a provider, if anything."""
    return session.get(ProviderSettings, code)


def everything() -> Sequence[ProviderSettings]:
    """What was entered for all providers."""
    return session.scalars(sa.select(ProviderSettings).order_by(ProviderSettings.code)).all()


def values_of(row: ProviderSettings) -> dict[str, Any]:
    """The values by field, secrets among them in clear. Raises UnreadableSecret."""
    clear = {name: secrets.decrypt(kept) for name, kept in row.secrets.items()}
    return {**row.values, **clear}

"""What the merchant entered about payment providers."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core import clock
from vitrina.core.db import Base


class ProviderSettings(Base):
    """The settings of a provider by its code. Values by field; ``secrets`` are encrypted."""

    __tablename__ = "provider_settings"
    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    is_enabled: Mapped[bool] = mapped_column(default=False)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secrets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)

"""Tables of the kit."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from vitrina.core.db import Base


class RateCounter(Base):
    """How many requests a window has seen; it ends at ``expires_at`` (seconds since 1970)."""

    __tablename__ = "rate_limits"
    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    count: Mapped[int] = mapped_column(sa.BigInteger)
    expires_at: Mapped[int] = mapped_column(sa.BigInteger, index=True)

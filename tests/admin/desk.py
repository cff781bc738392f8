"""What the desk leaves behind."""

import sqlalchemy as sa

from vitrina.core.audit import AuditEntry
from vitrina.core.db import session


def audited(action: str) -> bool:
    """Whether staff are on record for having done this."""
    session.rollback()
    wanted = sa.select(
        sa.exists().where(AuditEntry.action == action, AuditEntry.by.like("staff:%"))
    )
    return bool(session.scalar(wanted))

"""Staff who are signed in, and what their work with money leaves behind."""

from typing import Any

import sqlalchemy as sa

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.accounts.models import User
from vitrina.core.audit import AuditEntry
from vitrina.core.db import session


def sign_in(shop: Shop, role: str = "owner") -> Browser:
    user: User = make.staff(role)
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def audited(action: str) -> list[dict[str, Any]]:
    session.rollback()
    wanted = sa.select(AuditEntry.after).where(
        AuditEntry.action == action, AuditEntry.by.like("staff:%")
    )
    return list(session.scalars(wanted))

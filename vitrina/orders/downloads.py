"""Files that were bought: who may fetch them, how often, and until when."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from vitrina.catalog.models.products import DigitalFile
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.ids import hash_token
from vitrina.orders.errors import DownloadGone
from vitrina.orders.models import Order, OrderLine
from vitrina.orders.rules import DOWNLOAD_DAYS, DOWNLOADS, download_token
from vitrina.orders.tables import DownloadGrant


def grant(lines: Sequence[OrderLine]) -> None:
    """Let the buyer of paid lines fetch their files."""
    variants = [line.variant_id for line in lines]
    files = session.scalars(
        sa.select(DigitalFile).where(DigitalFile.variant_id.in_(variants)).order_by(DigitalFile.id)
    ).all()
    for line in lines:
        for file in files:
            if file.variant_id == line.variant_id:
                session.add(
                    DownloadGrant(
                        token_hash=hash_token(download_token(line.id, file.id)),
                        order_line_id=line.id,
                        file_id=file.id,
                        most=DOWNLOADS,
                        expires_at=clock.now() + DOWNLOAD_DAYS,
                    )
                )


def is_fetched(order: Order) -> bool:
    """Whether any file of an order has been fetched."""
    lines = [line.id for line in order.lines]
    used = sa.exists().where(DownloadGrant.order_line_id.in_(lines), DownloadGrant.used > 0)
    return bool(session.scalar(sa.select(used)))


def revoke(line_ids: Iterable[int]) -> None:
    """Take back the right to fetch the files of these lines."""
    session.execute(
        sa.update(DownloadGrant)
        .where(
            DownloadGrant.order_line_id.in_(list(line_ids)),
            DownloadGrant.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now()),
        execution_options={"synchronize_session": False},
    )


def find(token: str) -> DigitalFile:
    """The file that a token opens now, without counting. Raises DownloadGone."""
    file = session.scalar(
        sa.select(DigitalFile)
        .join(DownloadGrant, DownloadGrant.file_id == DigitalFile.id)
        .where(*_is_good(token))
    )
    if file is None:
        raise DownloadGone()
    return file


def _is_good(token: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        DownloadGrant.token_hash == hash_token(token),
        DownloadGrant.used < DownloadGrant.most,
        DownloadGrant.expires_at > clock.now(),
        DownloadGrant.revoked_at.is_(None),
    )


def fetch(token: str) -> DigitalFile:
    """Count one fetch of a bought file, and say which it is. Raises DownloadGone."""
    file_id = session.scalar(
        sa.update(DownloadGrant)
        .where(*_is_good(token))
        .values(used=DownloadGrant.used + 1)
        .returning(DownloadGrant.file_id),
        execution_options={"synchronize_session": False},
    )
    found = session.get(DigitalFile, file_id) if file_id is not None else None
    if found is None:
        raise DownloadGone()
    return found

"""Lay out more stock than a benchmark can buy."""

import sqlalchemy as sa

from bench.world import PIECES
from vitrina.catalog.models.products import Variant
from vitrina.cli.shop import open_shop
from vitrina.core.db import committing, session
from vitrina.core.events import unheard
from vitrina.inventory.actions import set_many
from vitrina.search.actions import reindex_all


def main() -> None:
    open_shop()
    with committing(), unheard():
        ids = session.scalars(sa.select(Variant.id).where(Variant.track_stock)).all()
        set_many(dict.fromkeys(ids, PIECES), by="system", note="benchmark")
        reindex_all()


if __name__ == "__main__":
    main()

"""Invoices and credit notes, which are written once, and the series of their numbers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from vitrina.core.append_only import append_only, open_again

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
PREFIXES = (("invoice_prefix", "INV"), ("credit_note_prefix", "CN"))


def upgrade() -> None:
    for name, prefix in PREFIXES:
        column = sa.Column(name, sa.String(length=10), nullable=False, server_default=prefix)
        op.add_column("store", column)
    op.create_table(
        "number_series",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.CheckConstraint("next_number >= 1", name=op.f("ck_number_series_next_number")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_number_series")),
    )
    op.create_table(
        "invoices",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("corrects", ID, nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_invoices_position")),
        sa.CheckConstraint(
            "total >= 0 AND tax >= 0 AND tax <= total", name=op.f("ck_invoices_amounts")
        ),
        sa.CheckConstraint(
            "(kind = 'credit_note') = (corrects IS NOT NULL)", name=op.f("ck_invoices_corrects")
        ),
        sa.ForeignKeyConstraint(
            ["corrects"], ["invoices.id"], name=op.f("fk_invoices_corrects_invoices")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_invoices_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["series"], ["number_series.code"], name=op.f("fk_invoices_series_number_series")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("cause", name=op.f("uq_invoices_cause")),
        sa.UniqueConstraint("number", name=op.f("uq_invoices_number")),
        sa.UniqueConstraint("series", "position", name=op.f("uq_invoices_series_position")),
    )
    op.create_index(op.f("ix_invoices_order_id"), "invoices", ["order_id"])
    op.create_index(op.f("ix_invoices_corrects"), "invoices", ["corrects"])
    append_only(op, "invoices")


def downgrade() -> None:
    open_again(op, "invoices")
    op.drop_table("invoices")
    op.drop_table("number_series")
    for name, _ in PREFIXES:
        op.drop_column("store", name)

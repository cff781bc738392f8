"""Returns of goods, and refunds that become store credit"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOREIGN = "fk_refunds_account_id_credit_accounts"


def upgrade() -> None:
    op.create_table(
        "returns",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("order_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("as_credit", sa.Boolean(), nullable=False),
        sa.Column("with_shipping", sa.Boolean(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("label_url", sa.String(length=500), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replacement_id", ID, nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_returns_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["orders.id"], name=op.f("fk_returns_replacement_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returns")),
        sa.UniqueConstraint("number", name=op.f("uq_returns_number")),
    )
    op.create_index("ix_returns_created_at", "returns", ["created_at"])
    op.create_index("ix_returns_order_id", "returns", ["order_id"])
    op.create_index("ix_returns_replacement_id", "returns", ["replacement_id"])
    op.create_index("ix_returns_state", "returns", ["state"])

    op.create_table(
        "return_lines",
        sa.Column("return_id", ID, nullable=False),
        sa.Column("order_line_id", ID, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("wanted_id", ID, nullable=True),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=32), nullable=True),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.Column("restocked", sa.Integer(), nullable=False),
        sa.Column("deducted", sa.BigInteger(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.CheckConstraint("deducted >= 0", name=op.f("ck_return_lines_deducted")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_return_lines_quantity")),
        sa.CheckConstraint(
            "received >= 0 AND received <= quantity", name=op.f("ck_return_lines_received")
        ),
        sa.CheckConstraint(
            "refunded >= 0 AND refunded <= received", name=op.f("ck_return_lines_refunded")
        ),
        sa.CheckConstraint(
            "restocked >= 0 AND restocked <= received", name=op.f("ck_return_lines_restocked")
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_lines.id"],
            name=op.f("fk_return_lines_order_line_id_order_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["returns.id"],
            name=op.f("fk_return_lines_return_id_returns"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["wanted_id"],
            ["variants.id"],
            name=op.f("fk_return_lines_wanted_id_variants"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_lines")),
        sa.UniqueConstraint(
            "return_id", "order_line_id", name=op.f("uq_return_lines_return_id_order_line_id")
        ),
    )
    op.create_index("ix_return_lines_order_line_id", "return_lines", ["order_line_id"])
    op.create_index("ix_return_lines_return_id", "return_lines", ["return_id"])
    op.create_index("ix_return_lines_wanted_id", "return_lines", ["wanted_id"])

    op.create_table(
        "return_transitions",
        sa.Column("return_id", ID, nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["returns.id"],
            name=op.f("fk_return_transitions_return_id_returns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_transitions")),
    )
    op.create_index("ix_return_transitions_return_id", "return_transitions", ["return_id"])

    op.create_table(
        "return_refunds",
        sa.Column("return_id", ID, nullable=False),
        sa.Column("refund_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["refund_id"],
            ["refunds.id"],
            name=op.f("fk_return_refunds_refund_id_refunds"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["return_id"],
            ["returns.id"],
            name=op.f("fk_return_refunds_return_id_returns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("return_id", "refund_id", name=op.f("pk_return_refunds")),
    )
    op.create_index("ix_return_refunds_refund_id", "return_refunds", ["refund_id"])

    # Not in batch mode: making the table anew would take the lines of its refunds with it on SQLite.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE refunds ADD COLUMN account_id INTEGER"
            " CONSTRAINT fk_refunds_account_id_credit_accounts REFERENCES credit_accounts (id)"
        )
    else:
        op.add_column("refunds", sa.Column("account_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(FOREIGN, "refunds", "credit_accounts", ["account_id"], ["id"])
    op.create_index("ix_refunds_account_id", "refunds", ["account_id"])


def downgrade() -> None:
    op.drop_index("ix_refunds_account_id", table_name="refunds")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(FOREIGN, "refunds", type_="foreignkey")
    op.drop_column("refunds", "account_id")
    for table in ("return_refunds", "return_transitions", "return_lines", "returns"):
        op.drop_table(table)

"""The books, gift cards and store credit, disputes, refunds by line, attempts to pay"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from vitrina.core.append_only import append_only, open_again

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


BOOKS = ("ledger_entries", "ledger_postings", "credit_movements")


def enter_what_was() -> None:
    """Enter the sales, the payments and the refunds of before into the books."""
    bind = op.get_bind()
    sold = bind.execute(
        sa.text(
            "SELECT number, id, currency, total, discount, shipping, tax, paid_at FROM orders"
            " WHERE paid_at IS NOT NULL AND total > 0 ORDER BY id"
        )
    )
    for number, order, currency, total, discount, shipping, tax, at in sold.all():
        goods = total + discount - shipping - tax
        parts = {"receivable": total, "discounts": discount, "shipping": -shipping}
        enter(bind, "sale", number, order, currency, at, {**parts, "tax": -tax, "sales": -goods})
    taken = bind.execute(
        sa.text(
            "SELECT reference, order_id, currency, provider, captured, created_at FROM payments"
            " WHERE captured > 0 ORDER BY id"
        )
    )
    for reference, order, currency, provider, captured, at in taken.all():
        parts = {f"clearing:{provider}": captured, "receivable": -captured}
        enter(bind, "capture", reference, order, currency, at, parts)
    # What went back of orders that were never sold had come too late, or twice.
    bind.execute(
        sa.text(
            "UPDATE refunds SET of_sale = false WHERE payment_id IN (SELECT payments.id"
            " FROM payments JOIN orders ON orders.id = payments.order_id"
            " WHERE orders.paid_at IS NULL)"
        )
    )
    returned = bind.execute(
        sa.text(
            "SELECT refunds.key, payments.order_id, payments.currency, payments.provider,"
            " refunds.amount, refunds.of_sale, refunds.created_at"
            " FROM refunds JOIN payments ON payments.id = refunds.payment_id"
            " WHERE refunds.state = 'succeeded' ORDER BY refunds.id"
        )
    )
    for key, order, currency, provider, amount, of_sale, at in returned.all():
        side = "refunds" if of_sale else "receivable"
        parts = {side: amount, f"clearing:{provider}": -amount}
        enter(bind, "refund", key, order, currency, at, parts)


def enter(
    bind: sa.Connection,
    kind: str,
    reference: str,
    order: int,
    currency: str,
    at: object,
    parts: dict[str, int],
) -> None:
    entry = bind.execute(
        sa.text(
            "INSERT INTO ledger_entries (kind, reference, order_id, currency, created_at)"
            " VALUES (:kind, :reference, :order, :currency, :at) RETURNING id"
        ),
        {"kind": kind, "reference": reference, "order": order, "currency": currency, "at": at},
    ).scalar_one()
    for account, amount in parts.items():
        if amount:
            bind.execute(
                sa.text(
                    "INSERT INTO ledger_postings (entry_id, account, amount)"
                    " VALUES (:entry, :account, :amount)"
                ),
                {"entry": entry, "account": account, "amount": amount},
            )


def upgrade() -> None:
    op.create_table(
        "credit_accounts",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_credit_accounts_balance")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_credit_accounts_user_id_users"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_accounts")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_credit_accounts_code_hash")),
    )
    with op.batch_alter_table("credit_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_accounts_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_credit_accounts_user_id_currency",
            ["user_id", "currency"],
            unique=True,
            sqlite_where=sa.text("kind = 'store_credit'"),
            postgresql_where=sa.text("kind = 'store_credit'"),
        )

    op.create_table(
        "provider_customers",
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_provider_customers_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_customers")),
        sa.UniqueConstraint(
            "provider", "user_id", name=op.f("uq_provider_customers_provider_user_id")
        ),
    )
    with op.batch_alter_table("provider_customers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_provider_customers_user_id"), ["user_id"], unique=False
        )

    op.create_table(
        "credit_movements",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["credit_accounts.id"],
            name=op.f("fk_credit_movements_account_id_credit_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_movements")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_credit_movements_kind_reference")),
    )
    with op.batch_alter_table("credit_movements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_credit_movements_account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "ledger_entries",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_ledger_entries_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("kind", "reference", name=op.f("uq_ledger_entries_kind_reference")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entries_created_at", ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entries_order_id"), ["order_id"], unique=False)

    op.create_table(
        "disputes",
        sa.Column(
            "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_disputes_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_disputes_payment_id_payments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
        sa.UniqueConstraint("payment_id", "ref", name=op.f("uq_disputes_payment_id_ref")),
    )
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disputes_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "ledger_postings",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_postings_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entries.id"],
            name=op.f("fk_ledger_postings_entry_id_ledger_entries"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_postings")),
    )
    with op.batch_alter_table("ledger_postings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_postings_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_postings_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "payment_attempts",
        sa.Column(
            "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
            name=op.f("fk_payment_attempts_payment_id_payments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_attempts")),
    )
    with op.batch_alter_table("payment_attempts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_payment_attempts_hash_created_at", ["hash", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_payment_attempts_payment_id"), ["payment_id"], unique=False
        )

    op.create_table(
        "refund_lines",
        sa.Column(
            "refund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "order_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("quantity >= 0 AND amount >= 0", name=op.f("ck_refund_lines_amounts")),
        sa.CheckConstraint("tax >= 0 AND tax <= amount", name=op.f("ck_refund_lines_tax")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_lines.id"],
            name=op.f("fk_refund_lines_order_line_id_order_lines"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["refund_id"],
            ["refunds.id"],
            name=op.f("fk_refund_lines_refund_id_refunds"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_lines")),
    )
    with op.batch_alter_table("refund_lines", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refund_lines_order_line_id"), ["order_line_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_refund_lines_refund_id"), ["refund_id"], unique=False)

    with op.batch_alter_table("carts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "credits",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
                nullable=False,
                server_default=sa.text("'[]'"),
            )
        )

    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "ask",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("captures_later", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("capturing", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("disputed", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column(
                "card",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("problem", sa.String(length=80), nullable=False, server_default="")
        )
        batch_op.create_index(batch_op.f("ix_payments_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payments_problem"), ["problem"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_payments_account_id_credit_accounts"),
            "credit_accounts",
            ["account_id"],
            ["id"],
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_payments_disputed"), "disputed >= 0 AND disputed <= captured"
        )

    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("of_sale", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(sa.Column("tax", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(
            sa.Column("failure", sa.String(length=80), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_refunds_tax"), "tax >= 0 AND tax <= amount")

    with op.batch_alter_table("webhook_events", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(
            batch_op.f("ix_webhook_events_payment_id"), ["payment_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_webhook_events_payment_id_payments"), "payments", ["payment_id"], ["id"]
        )

    enter_what_was()
    for table in BOOKS:
        append_only(op, table)


def downgrade() -> None:
    for table in BOOKS:
        open_again(op, table)
    with op.batch_alter_table("webhook_events", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_webhook_events_payment_id_payments"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_webhook_events_payment_id"))
        batch_op.drop_column("payment_id")

    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_refunds_tax"), type_="check")
        batch_op.drop_column("sent_at")
        batch_op.drop_column("failure")
        batch_op.drop_column("tax")
        batch_op.drop_column("of_sale")

    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_payments_disputed"), type_="check")
        batch_op.drop_constraint(
            batch_op.f("fk_payments_account_id_credit_accounts"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_payments_problem"))
        batch_op.drop_index(batch_op.f("ix_payments_account_id"))
        batch_op.drop_column("problem")
        batch_op.drop_column("card")
        batch_op.drop_column("disputed")
        batch_op.drop_column("capturing")
        batch_op.drop_column("captures_later")
        batch_op.drop_column("ask")
        batch_op.drop_column("account_id")

    with op.batch_alter_table("carts", schema=None) as batch_op:
        batch_op.drop_column("credits")

    with op.batch_alter_table("refund_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refund_lines_refund_id"))
        batch_op.drop_index(batch_op.f("ix_refund_lines_order_line_id"))

    op.drop_table("refund_lines")
    with op.batch_alter_table("payment_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_attempts_payment_id"))
        batch_op.drop_index("ix_payment_attempts_hash_created_at")

    op.drop_table("payment_attempts")
    with op.batch_alter_table("ledger_postings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_postings_entry_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_postings_account"))

    op.drop_table("ledger_postings")
    with op.batch_alter_table("disputes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disputes_payment_id"))

    op.drop_table("disputes")
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entries_order_id"))
        batch_op.drop_index("ix_ledger_entries_created_at")

    op.drop_table("ledger_entries")
    with op.batch_alter_table("credit_movements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_movements_account_id"))

    op.drop_table("credit_movements")
    with op.batch_alter_table("provider_customers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_customers_user_id"))

    op.drop_table("provider_customers")
    with op.batch_alter_table("credit_accounts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_credit_accounts_user_id_currency",
            sqlite_where=sa.text("kind = 'store_credit'"),
            postgresql_where=sa.text("kind = 'store_credit'"),
        )
        batch_op.drop_index(batch_op.f("ix_credit_accounts_user_id"))

    op.drop_table("credit_accounts")

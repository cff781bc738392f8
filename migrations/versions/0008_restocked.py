"""Pieces that are back on the shelf are counted; money of a wrong amount is entered"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("order_lines") as table:
        table.add_column(sa.Column("restocked", sa.Integer(), nullable=False, server_default="0"))
        table.create_check_constraint(
            op.f("ck_order_lines_restocked"), "restocked BETWEEN 0 AND quantity"
        )
    with op.batch_alter_table("payments") as table:
        table.drop_constraint(op.f("ck_payments_captured"), type_="check")
        table.create_check_constraint(op.f("ck_payments_captured"), "captured >= 0")


def downgrade() -> None:
    with op.batch_alter_table("payments") as table:
        table.drop_constraint(op.f("ck_payments_captured"), type_="check")
        table.create_check_constraint(
            op.f("ck_payments_captured"), "captured >= 0 AND captured <= amount"
        )
    with op.batch_alter_table("order_lines") as table:
        table.drop_constraint(op.f("ck_order_lines_restocked"), type_="check")
        table.drop_column("restocked")

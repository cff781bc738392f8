"""Pieces that were paid back before they left are counted: they are not sent any more"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("order_lines") as table:
        table.add_column(sa.Column("called_off", sa.Integer(), nullable=False, server_default="0"))
        table.create_check_constraint(
            op.f("ck_order_lines_called_off"), "called_off BETWEEN 0 AND quantity"
        )


def downgrade() -> None:
    with op.batch_alter_table("order_lines") as table:
        table.drop_constraint(op.f("ck_order_lines_called_off"), type_="check")
        table.drop_column("called_off")

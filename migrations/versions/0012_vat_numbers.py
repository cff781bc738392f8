"""The VAT number of a company in the address book"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "addresses",
        sa.Column("vat_number", sa.String(20), nullable=False, server_default=""),
    )
    with op.batch_alter_table("addresses") as batch:
        batch.alter_column("vat_number", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("addresses") as batch:
        batch.drop_column("vat_number")

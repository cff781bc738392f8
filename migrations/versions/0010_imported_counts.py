"""What a file counted last, so that it can be brought in again"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stock_items", sa.Column("imported", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("stock_items", "imported")

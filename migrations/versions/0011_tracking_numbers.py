"""Find a parcel by the number that its carrier tells"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INDEX = "ix_shipments_tracking_number"


def upgrade() -> None:
    op.create_index(INDEX, "shipments", ["tracking_number"])


def downgrade() -> None:
    op.drop_index(INDEX, "shipments")

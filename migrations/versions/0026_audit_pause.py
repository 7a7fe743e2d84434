"""Let an audit be paused, and remember since when its process has been fetching, for its rate."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0026", "0025"


def upgrade() -> None:
    op.add_column("audit", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("audit", sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("audit", sa.Column("fetched_before", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("audit", "fetched_before")
    op.drop_column("audit", "taken_up_at")
    op.drop_column("audit", "paused")

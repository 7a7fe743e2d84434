"""Remember since when a channel has been as healthy as it is."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0021", "0020"


def upgrade() -> None:
    op.add_column("channel", sa.Column("health_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("channel", "health_since")

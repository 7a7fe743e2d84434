"""Remember that somebody asked to stop a job while it was being sent, also when its outcome becomes unknown."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    op.add_column(
        "distribution_job", sa.Column("cancel_asked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.execute("UPDATE distribution_job SET cancel_asked = TRUE WHERE state = 'cancel_requested'")


def downgrade() -> None:
    op.drop_column("distribution_job", "cancel_asked")

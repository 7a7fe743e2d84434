"""What the colours of the calendar mean to a person: the status until they choose otherwise."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"


def upgrade() -> None:
    op.add_column("person", sa.Column("colour", sa.String(length=10), nullable=False, server_default="status"))


def downgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.drop_column("colour")

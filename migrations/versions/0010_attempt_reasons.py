"""Keep the reason of an attempt as a packed message, so that each reader can read it in their own language."""

import json

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"

ATTEMPT = sa.table(
    "job_attempt", sa.column("id", sa.Integer), sa.column("diagnostic", sa.Text), sa.column("reason", sa.JSON)
)


def upgrade() -> None:
    op.add_column("job_attempt", sa.Column("reason", sa.JSON(), nullable=True))
    connection = op.get_bind()
    told = sa.select(ATTEMPT.c.id, ATTEMPT.c.diagnostic).where(ATTEMPT.c.diagnostic != "")
    for row in connection.execute(told).all():
        # an English sentence with its values already in it: as a message without values it is shown as it is
        connection.execute(sa.update(ATTEMPT).where(ATTEMPT.c.id == row.id).values(reason={"id": row.diagnostic}))
    op.drop_column("job_attempt", "diagnostic")


def downgrade() -> None:
    op.add_column("job_attempt", sa.Column("diagnostic", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.select(ATTEMPT.c.id, ATTEMPT.c.reason).where(ATTEMPT.c.reason.is_not(None))).all():
        text = row.reason["id"] if "params" not in row.reason else json.dumps(row.reason, ensure_ascii=False)
        connection.execute(sa.update(ATTEMPT).where(ATTEMPT.c.id == row.id).values(diagnostic=text[:2000]))
    op.drop_column("job_attempt", "reason")

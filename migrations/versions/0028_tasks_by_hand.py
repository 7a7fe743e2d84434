"""Tasks by hand, about a page or nothing but their title; tasks about many findings; tasks called off."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0028", "0027"


def upgrade() -> None:
    # both databases take a reference within ADD COLUMN; through Alembic SQLite would copy the whole table
    op.execute("ALTER TABLE task ADD COLUMN site_id INTEGER CONSTRAINT fk_task_site_id REFERENCES site(id)")
    op.add_column("task", sa.Column("url", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("rule", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("task", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("called_off", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        """UPDATE task SET site_id = (SELECT site_id FROM finding WHERE finding.id = task.finding_id),
                           rule = (SELECT rule FROM finding WHERE finding.id = task.finding_id)
           WHERE finding_id IS NOT NULL"""
    )
    op.create_table(
        "task_finding",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_task_finding_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_finding_task_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "finding_id", name=op.f("pk_task_finding")),
    )
    op.create_index(op.f("ix_task_finding_finding_id_task_id"), "task_finding", ["finding_id", "task_id"], unique=False)


def downgrade() -> None:
    op.drop_table("task_finding")
    for name in ("called_off", "note", "rule", "url", "site_id"):
        op.drop_column("task", name)

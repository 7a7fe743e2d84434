"""What somebody has to do by a day, for an item or about a finding."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0025", "0024"


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fix",
                "interview",
                "draft",
                "design",
                "legal",
                "publish",
                "other",
                name="taskkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "done", name="taskstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column(
            "closed_how",
            sa.Enum("hand", "proof", name="closing", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'done') = (closed_at IS NOT NULL)", name=op.f("ck_task_done_has_time")),
        sa.CheckConstraint(
            "item_id IS NOT NULL OR finding_id IS NOT NULL OR title <> ''", name=op.f("ck_task_about_something")
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_how IS NULL)", name=op.f("ck_task_done_has_reason")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_task_assignee_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_task_closed_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_task_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_task_finding_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["content_item.id"], name=op.f("fk_task_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_assignee", "task", ["assignee_id", "state", "due_on"], unique=False)
    op.create_index("ix_task_due", "task", ["state", "due_on", "id"], unique=False)
    op.create_index(op.f("ix_task_finding_id"), "task", ["finding_id"], unique=False)
    op.create_index("ix_task_item", "task", ["item_id", "state"], unique=False)
    op.create_index(
        "uq_task_open_finding",
        "task",
        ["finding_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_task_open_finding",
        table_name="task",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index("ix_task_item", table_name="task")
    op.drop_index(op.f("ix_task_finding_id"), table_name="task")
    op.drop_index("ix_task_due", table_name="task")
    op.drop_index("ix_task_assignee", table_name="task")
    op.drop_table("task")

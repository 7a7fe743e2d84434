"""Comments, checklist ticks, and decisions on two items after one search query."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    op.create_table(
        "checklist_tick",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content_item.id"], name=op.f("fk_checklist_tick_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_checklist_tick_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("item_id", "key", name=op.f("pk_checklist_tick")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("parent_id IS NULL OR resolved_at IS NULL", name=op.f("ck_comment_threads_are_resolved")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_comment_author_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["item_id"], ["content_item.id"], name=op.f("fk_comment_item_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name=op.f("fk_comment_parent_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["person.id"], name=op.f("fk_comment_resolved_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_item_id"), "comment", ["item_id"], unique=False)
    op.create_table(
        "query_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("other_item_id", sa.Integer(), nullable=True),
        sa.Column("query_key", sa.String(length=200), nullable=False),
        sa.Column(
            "query_intent",
            sa.Enum(
                "informational",
                "commercial",
                "transactional",
                "navigational",
                name="intent",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "language",
            sa.Enum("en", "zh_Hans_CN", name="language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "new",
                "refresh",
                "merge",
                "differentiate",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content_item.id"], name=op.f("fk_query_decision_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_item_id"], ["content_item.id"], name=op.f("fk_query_decision_other_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_query_decision_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query_decision")),
    )
    op.create_index(
        "ix_query_decision_item", "query_decision", ["item_id", "query_key", "query_intent", "language"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_query_decision_item", table_name="query_decision")
    op.drop_table("query_decision")
    op.drop_index(op.f("ix_comment_item_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_table("checklist_tick")

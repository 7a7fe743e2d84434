"""Keep where each page stands in the link graph of an audit, and which links stand outside the navigation."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0032", "0031"


def upgrade() -> None:
    op.add_column("audit_link", sa.Column("in_main", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "audit_place",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=True),
        sa.Column("via", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("links_in", sa.Integer(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("canonical_steps", sa.Integer(), nullable=False),
        sa.Column("canonical_end", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_place_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_structure",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_structure_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_structure")),
    )


def downgrade() -> None:
    op.drop_table("audit_structure")
    op.drop_table("audit_place")
    op.drop_column("audit_link", "in_main")

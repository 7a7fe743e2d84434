"""Remember the lead forms of an audit's pages, so that the next audit can miss them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0022", "0021"


def upgrade() -> None:
    op.create_table(
        "audit_form",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("shown", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("meanings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_form_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", "position", name=op.f("pk_audit_form")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("audit_form")

"""Keep how each crawl went, what a page answers to "has it changed?", the traps left out, and a site's own limits."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0034", "0033"


def upgrade() -> None:
    op.add_column("site", sa.Column("crawl_options", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("audit", sa.Column("course", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("audit", sa.Column("reader", sa.String(length=16), nullable=False, server_default=""))
    op.create_table(
        "audit_validator",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.String(length=40), nullable=False),
        sa.Column("wire_bytes", sa.Integer(), nullable=False),
        sa.Column("reused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_validator_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_validator")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_trap",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("third", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_trap_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "position", name=op.f("pk_audit_trap")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("audit_trap")
    op.drop_table("audit_validator")
    op.drop_column("audit", "reader")
    op.drop_column("audit", "course")
    op.drop_column("site", "crawl_options")

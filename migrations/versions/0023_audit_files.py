"""Store what rules about a whole audit ask of robots.txt, sitemaps, redirects, descriptions and main texts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0023", "0022"

PAGE: tuple[tuple[str, Any, Any], ...] = (
    ("description", sa.Text(), "''"),
    ("description_folded", sa.Text(), "''"),
    ("words", sa.Integer(), "0"),
    ("hops", sa.Integer(), "0"),
    ("moved", sa.Text(), "''"),
    ("noindex", sa.Boolean(), sa.false()),
)
FILE: tuple[tuple[str, Any, Any], ...] = (
    ("no", sa.Integer(), "0"),
    ("listed", sa.Boolean(), sa.true()),
    ("challenged", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    for name, kind, usual in PAGE:
        op.add_column("audit_page", sa.Column(name, kind, nullable=False, server_default=usual))
    for name, kind, usual in FILE:
        op.add_column("audit_file", sa.Column(name, kind, nullable=False, server_default=usual))
    op.create_table(
        "audit_file_note",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_file_note_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "no", "position", name=op.f("pk_audit_file_note")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_listed",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_listed_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", "position", name=op.f("pk_audit_listed")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("audit_listed")
    op.drop_table("audit_file_note")
    for name, _, _ in reversed(FILE):
        op.drop_column("audit_file", name)
    for name, _, _ in reversed(PAGE):
        op.drop_column("audit_page", name)

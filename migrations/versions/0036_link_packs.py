"""Keep the links of a page in one piece; rows of their own have those links that a rule or a person asks for."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0036", "0035"


def upgrade() -> None:
    op.create_table(
        "audit_link_pack",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("targets", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_link_pack_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_link_pack")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("audit_link_pack")

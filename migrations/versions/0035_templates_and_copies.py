"""Keep of each page what it is compared by: the sketch of its text and its layout, and what an audit made of them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0035", "0034"


def upgrade() -> None:
    op.create_table(
        "audit_shape",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("layout", sa.String(length=8), nullable=False),
        sa.Column("template", sa.Integer(), nullable=True),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_shape_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_shape")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_template",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_template_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_template")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_alike",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("main", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_alike_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "exact", "no", name=op.f("pk_audit_alike")),
        sqlite_with_rowid=False,
    )
    op.add_column("finding", sa.Column("template", sa.String(length=120), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("finding", "template")
    op.drop_table("audit_alike")
    op.drop_table("audit_template")
    op.drop_table("audit_shape")

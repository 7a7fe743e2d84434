"""Keep the lead forms of each audit, where they stand, and what their addresses answered."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0029", "0028"


def upgrade() -> None:
    op.create_table(
        "audit_form_shape",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_form_shape_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "key", name=op.f("pk_audit_form_shape")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_form_place",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_form_place_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "no", "position", name=op.f("pk_audit_form_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_form_probe",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_form_probe_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "address", name=op.f("pk_audit_form_probe")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("audit_form_probe")
    op.drop_table("audit_form_place")
    op.drop_table("audit_form_shape")

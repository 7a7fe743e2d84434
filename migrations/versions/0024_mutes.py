"""What somebody muted, why and until when, and the findings it covers."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0024", "0023"


def upgrade() -> None:
    op.create_table(
        "mute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("n2", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column(
            "ended_how",
            sa.Enum(
                "expired", "changed", "person", name="muteend", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_mute_ended_has_reason")),
        sa.CheckConstraint("fingerprint IS NULL OR n2 IS NOT NULL", name=op.f("ck_mute_finding_has_page")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_mute_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_mute_ended_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_mute_site_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    op.create_index(
        "ix_mute_active",
        "mute",
        ["site_id", "rule"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_mute_site_id"), "mute", ["site_id"], unique=False)
    op.create_table(
        "muted_finding",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("mute_id", sa.Integer(), nullable=False),
        sa.Column("seen", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_muted_finding_finding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["mute_id"], ["mute.id"], name=op.f("fk_muted_finding_mute_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_muted_finding")),
    )
    op.create_index(op.f("ix_muted_finding_mute_id"), "muted_finding", ["mute_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_muted_finding_mute_id"), table_name="muted_finding")
    op.drop_table("muted_finding")
    op.drop_index(op.f("ix_mute_site_id"), table_name="mute")
    op.drop_index(
        "ix_mute_active",
        table_name="mute",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("mute")

"""Keep what targets outside the sites answered, who links to them, and when each host may be asked again."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0033", "0032"


def upgrade() -> None:
    op.add_column("site", sa.Column("external_links", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "external_host",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_external_host")),
    )
    op.create_table(
        "external_robots",
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_external_robots")),
    )
    op.create_table(
        "external_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("n2", sa.String(length=2000), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "broken",
                "failed-once",
                "unclear",
                "unasked",
                "works",
                name="linkstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("answer", sa.String(length=40), nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("final_url", sa.String(length=2000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_target")),
        sa.UniqueConstraint("n2", name=op.f("uq_external_target_n2")),
    )
    op.create_index(op.f("ix_external_target_asked_at"), "external_target", ["asked_at"], unique=False)
    op.create_index(op.f("ix_external_target_due_at"), "external_target", ["due_at"], unique=False)
    op.create_index(op.f("ix_external_target_state"), "external_target", ["state"], unique=False)
    op.create_index("ix_external_target_host", "external_target", ["host", "due_at"], unique=False)
    op.create_table(
        "external_reading",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_external_reading_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_external_reading")),
    )
    op.create_table(
        "external_use",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("url_no", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_external_use_site_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["external_target.id"], name=op.f("fk_external_use_target_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "target_id", name=op.f("pk_external_use")),
    )
    op.create_index(op.f("ix_external_use_target_id"), "external_use", ["target_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_external_use_target_id"), table_name="external_use")
    op.drop_table("external_use")
    op.drop_table("external_reading")
    op.drop_index("ix_external_target_host", table_name="external_target")
    op.drop_index(op.f("ix_external_target_state"), table_name="external_target")
    op.drop_index(op.f("ix_external_target_due_at"), table_name="external_target")
    op.drop_index(op.f("ix_external_target_asked_at"), table_name="external_target")
    op.drop_table("external_target")
    op.drop_table("external_robots")
    op.drop_table("external_host")
    op.drop_column("site", "external_links")

"""Notices: what the desk tells a person, once for each cause, and whether they want it by mail, too."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"


def upgrade() -> None:
    op.add_column("person", sa.Column("notice_mail", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("quote", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed", sa.Boolean(), nullable=False),
        sa.Column("digest_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "substr(link, 1, 1) = '/' AND substr(link, 2, 1) <> '/'", name=op.f("ck_notice_link_is_ours")
        ),
        sa.CheckConstraint("NOT mailed OR digest_at IS NULL", name=op.f("ck_notice_mailed_once")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "dedupe_key", name=op.f("uq_notice_person_id_dedupe_key")),
    )
    op.create_index("ix_notice_person_id_id", "notice", ["person_id", "id"])
    op.create_index("ix_notice_cause", "notice", ["person_id", "cause", "created_at"])
    op.create_index("ix_notice_read_at", "notice", ["read_at"])
    for name, columns, only in (
        ("ix_notice_unread", ["person_id", "id"], "read_at IS NULL"),
        ("ix_notice_held", ["digest_at"], "digest_at IS NOT NULL"),
    ):
        op.create_index(name, "notice", columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_column("person", "notice_mail")

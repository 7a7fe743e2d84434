"""Credentials, what people decide about an item on a channel, the channels' own manners, what was said on the wire."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0013", "0012"

_ADDED = {
    "channel": (
        (
            "nature VARCHAR(32) NOT NULL DEFAULT 'page_making'"
            " CONSTRAINT ck_channel_nature CHECK (nature IN ('page_making', 'pointing'))"
        ),
        "by_default BOOLEAN NOT NULL DEFAULT TRUE",
        "offset_minutes INTEGER NOT NULL DEFAULT 0",
        "quiet_from VARCHAR(5)",
        "quiet_until VARCHAR(5) CONSTRAINT ck_channel_quiet_hours CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))",
        "quiet_zone VARCHAR(64)",
        "rate_count INTEGER",
        "rate_minutes INTEGER CONSTRAINT ck_channel_rate CHECK ((rate_count IS NULL) = (rate_minutes IS NULL))",
        "spacing_seconds INTEGER NOT NULL DEFAULT 20",
        "catch_up_until {instant}",
        "utm_source VARCHAR(60) NOT NULL DEFAULT ''",
        "utm_medium VARCHAR(60) NOT NULL DEFAULT ''",
    ),
    "distribution_job": (
        (
            "waits_for VARCHAR(32)"
            " CONSTRAINT ck_distribution_job_waits_for CHECK (waits_for IN ('page', 'quiet', 'rate', 'catching_up'))"
        ),
        "late_from {instant}",
        "utm JSON",
    ),
    "job_attempt": ("http_status INTEGER", "milliseconds INTEGER", "request JSON", "answer JSON"),
    "campaign": ("utm_campaign VARCHAR(60) NOT NULL DEFAULT ''",),
}
"""Plain statements: SQLite takes a CHECK with a new column, and need not rebuild a table with partial indexes."""


def upgrade() -> None:
    instant = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    for table, columns in _ADDED.items():
        for column in columns:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column.format(instant=instant)}")
    op.create_table(
        "channel_credential",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.id"], name=op.f("fk_channel_credential_changed_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_channel_credential_channel_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel_credential")),
    )
    op.create_table(
        "channel_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(length=40), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("wall", sa.DateTime(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("fold", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("utm", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT pinned OR (wall IS NOT NULL AND zone IS NOT NULL AND at IS NOT NULL)",
            name=op.f("ck_channel_message_pinned"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_channel_message_channel_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content_item.id"], name=op.f("fk_channel_message_item_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_message")),
        sa.UniqueConstraint(
            "item_id", "channel_id", "variant", name=op.f("uq_channel_message_item_id_channel_id_variant")
        ),
    )
    op.create_index(op.f("ix_channel_message_channel_id"), "channel_message", ["channel_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_channel_message_channel_id"), table_name="channel_message")
    op.drop_table("channel_message")
    op.drop_table("channel_credential")
    for table, columns in _ADDED.items():
        for column in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}")

"""Channels, distribution jobs and their attempts, and the clock's own record."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_table(
        "tick_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tick_run")),
    )
    op.create_index("ix_tick_run_started_at", "tick_run", ["started_at"], unique=False)
    op.create_table(
        "tick_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tick_state")),
    )
    op.create_table(
        "worker_heartbeat",
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_heartbeat")),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column(
            "health",
            sa.Enum("unknown", "ok", "broken", name="health", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("health_reason", sa.JSON(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_ok_minutes", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_channel_site_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_name")),
    )
    op.create_index(op.f("ix_channel_site_id"), "channel", ["site_id"], unique=False)
    op.create_table(
        "distribution_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column(
            "action",
            sa.Enum("publish", "update", name="action", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "queued",
                "dispatched",
                "claimed",
                "sending",
                "accepted",
                "succeeded",
                "retry_wait",
                "failed",
                "unknown_outcome",
                "missed",
                "cancel_requested",
                "cancelled",
                "awaiting_human",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idem_key", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("external_url", sa.String(length=2000), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=True),
        sa.Column("last_error", sa.JSON(), nullable=True),
        sa.Column(
            "anchor_kind",
            sa.Enum("item_publish", "absolute", name="anchor", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("offset_minutes", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("variant", sa.String(length=40), nullable=False),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column("repeat_of", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'accepted' OR external_id IS NOT NULL", name=op.f("ck_distribution_job_accepted_has_receipt")
        ),
        sa.CheckConstraint("state <> 'sending' OR attempt > 0", name=op.f("ck_distribution_job_sending_has_attempt")),
        sa.CheckConstraint(
            "state <> 'succeeded' OR external_id IS NOT NULL OR evidence IS NOT NULL",
            name=op.f("ck_distribution_job_success_has_evidence"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('claimed', 'sending', 'cancel_requested')"
            " OR (worker IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_distribution_job_leased_has_worker"),
        ),
        sa.CheckConstraint("attempt >= 0 AND max_attempts > 0", name=op.f("ck_distribution_job_attempts")),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.id"], name=op.f("fk_distribution_job_channel_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["content_item.id"], name=op.f("fk_distribution_job_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["repeat_of"], ["distribution_job.id"], name=op.f("fk_distribution_job_repeat_of"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_job")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_distribution_job_idem_key")),
    )
    op.create_index(op.f("ix_distribution_job_channel_id"), "distribution_job", ["channel_id"], unique=False)
    op.create_index(op.f("ix_distribution_job_item_id"), "distribution_job", ["item_id"], unique=False)
    op.create_index("ix_distribution_job_state_due", "distribution_job", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_distribution_job_external",
        "distribution_job",
        ["channel_id", "external_id"],
        unique=True,
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "uq_distribution_job_live",
        "distribution_job",
        ["item_id", "channel_id", "variant", "occurrence"],
        unique=True,
        sqlite_where=sa.text("NOT (state IN ('succeeded', 'failed', 'missed', 'cancelled'))"),
        postgresql_where=sa.text("NOT (state IN ('succeeded', 'failed', 'missed', 'cancelled'))"),
    )
    op.create_table(
        "job_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["distribution_job.id"], name=op.f("fk_job_attempt_job_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_attempt")),
        sa.UniqueConstraint("job_id", "n", name=op.f("uq_job_attempt_job_id_n")),
    )


def downgrade() -> None:
    op.drop_table("job_attempt")
    op.drop_index(
        "uq_distribution_job_live",
        table_name="distribution_job",
        sqlite_where=sa.text("NOT (state IN ('succeeded', 'failed', 'missed', 'cancelled'))"),
        postgresql_where=sa.text("NOT (state IN ('succeeded', 'failed', 'missed', 'cancelled'))"),
    )
    op.drop_index(
        "uq_distribution_job_external",
        table_name="distribution_job",
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.drop_index("ix_distribution_job_state_due", table_name="distribution_job")
    op.drop_index(op.f("ix_distribution_job_item_id"), table_name="distribution_job")
    op.drop_index(op.f("ix_distribution_job_channel_id"), table_name="distribution_job")
    op.drop_table("distribution_job")
    op.drop_index(op.f("ix_channel_site_id"), table_name="channel")
    op.drop_table("channel")
    op.drop_table("worker_heartbeat")
    op.drop_table("tick_state")
    op.drop_index("ix_tick_run_started_at", table_name="tick_run")
    op.drop_table("tick_run")

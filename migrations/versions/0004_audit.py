"""Audits, what they saw, and the findings that live across them."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("start_url", sa.String(length=2000), nullable=False),
        sa.Column("whole_site", sa.Boolean(), nullable=False),
        sa.Column(
            "trigger",
            sa.Enum(
                "schedule",
                "person",
                "publish",
                "command",
                name="audittrigger",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "done",
                "stopped",
                "failed",
                name="auditstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("stop_reason", sa.String(length=32), nullable=True),
        sa.Column("stop_detail", sa.String(length=200), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("ruleset", sa.String(length=16), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("html_pages", sa.Integer(), nullable=False),
        sa.Column("robots_read", sa.Boolean(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('done', 'stopped', 'failed')) = (ended_at IS NOT NULL)", name=op.f("ck_audit_ended_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'running' OR heartbeat_at IS NOT NULL", name=op.f("ck_audit_running_has_heartbeat")
        ),
        sa.CheckConstraint("coverage IS NULL OR coverage BETWEEN 0 AND 1", name=op.f("ck_audit_coverage")),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name=op.f("ck_audit_score")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_audit_requested_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_audit_site_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_site_id", "audit", ["site_id", "id"], unique=False)
    op.create_index("ix_audit_state", "audit", ["state"], unique=False)
    op.create_index(
        "uq_audit_queued",
        "audit",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("state = 'queued' AND whole_site"),
        postgresql_where=sa.text("state = 'queued' AND whole_site"),
    )
    op.create_index(
        "uq_audit_running",
        "audit",
        ["site_id"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "audit_alternate",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("n2", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_alternate_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "no", "position", name=op.f("pk_audit_alternate")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_failure",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "severity IN ('blocker', 'error', 'warning', 'notice')", name=op.f("ck_audit_failure_severity")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_failure_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "fingerprint", name=op.f("pk_audit_failure")),
    )
    op.create_index("ix_audit_failure_no", "audit_failure", ["audit_id", "no"], unique=False)
    op.create_table(
        "audit_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('robots', 'sitemap')", name=op.f("ck_audit_file_kind")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_file_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_file")),
    )
    op.create_index(op.f("ix_audit_file_audit_id"), "audit_file", ["audit_id"], unique=False)
    op.create_table(
        "audit_link",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("nofollow", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_link_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", "position", name=op.f("pk_audit_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_page",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("final_n2", sa.Text(), nullable=False),
        sa.Column("canonical_n2", sa.Text(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=32), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("elapsed_ms", sa.Integer(), nullable=False),
        sa.Column("body_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("is_html", sa.Boolean(), nullable=False),
        sa.Column("is_results_page", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_page_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_page")),
    )
    op.create_index("ix_audit_page_final_n2", "audit_page", ["audit_id", "final_n2"], unique=False)
    op.create_table(
        "audit_rule_count",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("inconclusive", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["audit.id"], name=op.f("fk_audit_rule_count_audit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("audit_id", "rule", name=op.f("pk_audit_rule_count")),
    )
    op.create_table(
        "audit_url",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("n2", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_url_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("audit_id", "no", name=op.f("pk_audit_url")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_url_n2", "audit_url", ["audit_id", "n2"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("n2", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "persisting",
                "reopened",
                "fixed",
                "gone",
                "muted",
                name="findingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("newly_discovered", sa.Boolean(), nullable=False),
        sa.Column("first_audit_id", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_audit_id", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_item_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'fixed') = (fixed_at IS NOT NULL)", name=op.f("ck_finding_fixed_has_time")),
        sa.CheckConstraint("severity IN ('blocker', 'error', 'warning', 'notice')", name=op.f("ck_finding_severity")),
        sa.ForeignKeyConstraint(
            ["content_item_id"], ["content_item.id"], name=op.f("fk_finding_content_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["first_audit_id"], ["audit.id"], name=op.f("fk_finding_first_audit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["last_audit_id"], ["audit.id"], name=op.f("fk_finding_last_audit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_finding_site_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("site_id", "fingerprint", name="uq_finding_fingerprint"),
    )
    op.create_index(op.f("ix_finding_content_item_id"), "finding", ["content_item_id"], unique=False)
    op.create_index("ix_finding_n2", "finding", ["site_id", "n2"], unique=False)
    op.create_index("ix_finding_state", "finding", ["site_id", "state", "severity"], unique=False)
    op.create_table(
        "finding_event",
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "new",
                "newly_discovered",
                "reopened",
                "fixed",
                "gone",
                name="findingevent",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_finding_event_audit_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_finding_event_finding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("finding_id", "audit_id", name=op.f("pk_finding_event")),
    )
    op.create_index(op.f("ix_finding_event_audit_id"), "finding_event", ["audit_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_finding_event_audit_id"), table_name="finding_event")
    op.drop_table("finding_event")
    op.drop_index("ix_finding_state", table_name="finding")
    op.drop_index("ix_finding_n2", table_name="finding")
    op.drop_index(op.f("ix_finding_content_item_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_index("ix_audit_url_n2", table_name="audit_url")
    op.drop_table("audit_url")
    op.drop_table("audit_rule_count")
    op.drop_index("ix_audit_page_final_n2", table_name="audit_page")
    op.drop_table("audit_page")
    op.drop_table("audit_link")
    op.drop_index(op.f("ix_audit_file_audit_id"), table_name="audit_file")
    op.drop_table("audit_file")
    op.drop_index("ix_audit_failure_no", table_name="audit_failure")
    op.drop_table("audit_failure")
    op.drop_table("audit_alternate")
    op.drop_index(
        "uq_audit_running",
        table_name="audit",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(
        "uq_audit_queued",
        table_name="audit",
        sqlite_where=sa.text("state = 'queued' AND whole_site"),
        postgresql_where=sa.text("state = 'queued' AND whole_site"),
    )
    op.drop_index("ix_audit_state", table_name="audit")
    op.drop_index("ix_audit_site_id", table_name="audit")
    op.drop_table("audit")

"""Outgoing mails, and the weeks a site's mail was written for."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("week", sa.String(length=8), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column(
            "language",
            sa.Enum("en", "zh_Hans_CN", name="language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sending",
                "sent",
                "unknown",
                "refused",
                "cancelled",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)"
            " AND (state <> 'sent' OR message_id IS NOT NULL OR handled_by IS NOT NULL)",
            name=op.f("ck_outgoing_mail_sent_is_known"),
        ),
        sa.CheckConstraint(
            "kind <> 'weekly' OR (site_id IS NOT NULL AND week IS NOT NULL AND person_id IS NOT NULL)",
            name=op.f("ck_outgoing_mail_weekly_is_somebodys"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR last_error IS NOT NULL", name=op.f("ck_outgoing_mail_refused_has_reason")
        ),
        sa.CheckConstraint(
            "state <> 'sending' OR (worker IS NOT NULL AND lease_until IS NOT NULL)",
            name=op.f("ck_outgoing_mail_sending_is_leased"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('sending', 'unknown') OR (message_id IS NOT NULL AND attempts > 0)",
            name=op.f("ck_outgoing_mail_sending_has_message_id"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outgoing_mail_attempts")),
        sa.ForeignKeyConstraint(
            ["handled_by"], ["person.id"], name=op.f("fk_outgoing_mail_handled_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outgoing_mail_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_outgoing_mail_site_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outgoing_mail_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mail_message_id")),
        sa.UniqueConstraint("site_id", "week", "person_id", name="uq_outgoing_mail_site_week_reader"),
    )
    op.create_index(op.f("ix_outgoing_mail_person_id"), "outgoing_mail", ["person_id"], unique=False)
    op.create_index("ix_outgoing_mail_state_next", "outgoing_mail", ["state", "next_try_at"], unique=False)
    op.create_table(
        "weekly_issue",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_weekly_issue_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", "week", name=op.f("pk_weekly_issue")),
    )


def downgrade() -> None:
    op.drop_table("weekly_issue")
    op.drop_index("ix_outgoing_mail_state_next", table_name="outgoing_mail")
    op.drop_index(op.f("ix_outgoing_mail_person_id"), table_name="outgoing_mail")
    op.drop_table("outgoing_mail")

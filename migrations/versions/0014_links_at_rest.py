"""Wishes for a new password wait in a table of their own; a mail knows until when the link in it opens something."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"


def upgrade() -> None:
    op.create_table(
        "password_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_password_request"),
    )
    op.add_column("outgoing_mail", sa.Column("secret_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outgoing_mail_secret_until", "outgoing_mail", ["secret_until"])
    op.execute(
        "UPDATE outgoing_mail SET secret_until ="
        " (SELECT expires_at FROM person_link WHERE 'link:' || person_link.id = outgoing_mail.dedupe_key)"
        " WHERE kind IN ('invitation', 'new_password')"
    )


def downgrade() -> None:
    op.drop_index("ix_outgoing_mail_secret_until", "outgoing_mail")
    op.drop_column("outgoing_mail", "secret_until")
    op.drop_table("password_request")

"""Let a reader leave out the weekly mail of single sites."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0031", "0030"


def upgrade() -> None:
    op.create_table(
        "weekly_opt_out",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_weekly_opt_out_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_weekly_opt_out_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "site_id", name=op.f("pk_weekly_opt_out")),
    )


def downgrade() -> None:
    op.drop_table("weekly_opt_out")

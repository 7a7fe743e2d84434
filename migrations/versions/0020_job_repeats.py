"""Find the job that repeats another by an index: the queue asks it of each job that failed lately."""

from alembic import op

revision, down_revision = "0020", "0019"


def upgrade() -> None:
    op.create_index("ix_distribution_job_repeat_of", "distribution_job", ["repeat_of"])


def downgrade() -> None:
    op.drop_index("ix_distribution_job_repeat_of", "distribution_job")

"""Keep the words of each channel in a revision: they are part of what is approved. Run it with the workers stopped."""

from alembic import op

revision, down_revision = "0016", "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE item_revision ADD COLUMN texts JSON NOT NULL DEFAULT '[]'")


def downgrade() -> None:
    op.execute("ALTER TABLE item_revision DROP COLUMN texts")

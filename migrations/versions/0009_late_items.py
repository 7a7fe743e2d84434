"""Find what is late by index: open items by status and time, whatever number of published ones lies before them."""

from alembic import op

revision, down_revision = "0009", "0008"


def upgrade() -> None:
    op.create_index("ix_content_item_late", "content_item", ["status", "publish_at", "target_date"])


def downgrade() -> None:
    op.drop_index("ix_content_item_late", "content_item")

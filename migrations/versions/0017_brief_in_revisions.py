"""Keep the brief in a revision too. Older ones get the brief of today, as nobody knows what it was."""

from alembic import op

revision, down_revision = "0017", "0016"


def upgrade() -> None:
    op.execute("ALTER TABLE item_revision ADD COLUMN brief TEXT NOT NULL DEFAULT ''")
    op.execute(
        "UPDATE item_revision SET brief ="
        " (SELECT content_item.brief FROM content_item WHERE content_item.id = item_revision.item_id)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE item_revision DROP COLUMN brief")

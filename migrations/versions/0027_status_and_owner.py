"""Let the index of the status know the owner, too: what came back to somebody is counted from it alone."""

from alembic import op

revision, down_revision = "0027", "0026"


def upgrade() -> None:
    op.drop_index("ix_content_item_status", table_name="content_item")
    op.create_index("ix_content_item_status", "content_item", ["status", "owner_id"])


def downgrade() -> None:
    op.drop_index("ix_content_item_status", table_name="content_item")
    op.create_index("ix_content_item_status", "content_item", ["status"])

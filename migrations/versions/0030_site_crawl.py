"""Let each site be crawled at its own rate and up to its own number of pages; empty is what the desk uses."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0030", "0029"


def upgrade() -> None:
    op.add_column("site", sa.Column("crawl_rate", sa.Double(), nullable=True))
    op.add_column("site", sa.Column("crawl_connections", sa.Integer(), nullable=True))
    op.add_column("site", sa.Column("crawl_max_pages", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("site", "crawl_max_pages")
    op.drop_column("site", "crawl_connections")
    op.drop_column("site", "crawl_rate")

"""The distribution room."""

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

"""The mail room."""

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

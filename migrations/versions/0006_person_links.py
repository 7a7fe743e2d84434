"""One-time links: invitations and new passwords."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.create_table(
        "person_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("invitation", "password", name="purpose", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "language",
            sa.Enum("en", "zh_Hans_CN", name="language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'password') = (person_id IS NOT NULL)", name=op.f("ck_person_link_password_of_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["person.id"], name=op.f("fk_person_link_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_link_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_person_link_token_hash")),
    )
    op.create_index(
        "uq_person_link_open_invitation",
        "person_link",
        ["email"],
        unique=True,
        sqlite_where=sa.text("purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL"),
        postgresql_where=sa.text("purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_person_link_open_invitation",
        table_name="person_link",
        sqlite_where=sa.text("purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL"),
        postgresql_where=sa.text("purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL"),
    )
    op.drop_table("person_link")

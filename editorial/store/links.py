"""One-time links for people: an invitation to the desk, a way to a new password."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from editorial.domain.locales import Language
from editorial.store.base import Base
from editorial.store.people import Person


class Purpose(StrEnum):
    """What a link opens."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 -- a purpose, no secret


class PersonLink(Base):
    """One link, of which only the hash of its token is kept. It works once, until it runs out or is revoked."""

    __tablename__ = "person_link"
    __table_args__ = (
        CheckConstraint("(purpose = 'password') = (person_id IS NOT NULL)", name="password_of_somebody"),
        # one open invitation an address: sending it again revokes the one before
        Index(
            "uq_person_link_open_invitation",
            "email",
            unique=True,
            sqlite_where=text("purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL"),
            postgresql_where=text("purpose = 'invitation' AND used_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[Purpose]
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[Language]
    roles: Mapped[list[Any]] = mapped_column(default=list)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    author: Mapped[Person | None] = relationship(foreign_keys=[created_by])


class PasswordRequest(Base):
    """Somebody without a session asked for a new password, for whatever address. The clock answers and forgets it."""

    __tablename__ = "password_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    asked_at: Mapped[datetime]


def take_password_request(session: Session) -> PasswordRequest | None:
    """The oldest wish that nobody else answers at this moment; the caller deletes it and commits."""
    oldest = select(PasswordRequest).order_by(PasswordRequest.id).limit(1)
    return session.scalar(oldest.with_for_update(skip_locked=True))


def anybody_asked(session: Session) -> bool:
    """Whether a wish for a new password waits: a look that takes no write lock."""
    return session.scalar(select(PasswordRequest.id).limit(1)) is not None


def find_open(session: Session, token_hash: str, purpose: Purpose, now: datetime) -> PersonLink | None:
    """The link behind a token, while it still works."""
    return session.scalar(
        select(PersonLink).where(
            PersonLink.token_hash == token_hash,
            PersonLink.purpose == purpose,
            PersonLink.used_at.is_(None),
            PersonLink.revoked_at.is_(None),
            PersonLink.expires_at > now,
        )
    )


def open_invitations(session: Session, now: datetime) -> list[PersonLink]:
    """Invitations nobody has taken up yet, newest first; those that ran out are among them."""
    waiting = select(PersonLink).where(
        PersonLink.purpose == Purpose.INVITATION, PersonLink.used_at.is_(None), PersonLink.revoked_at.is_(None)
    )
    return list(session.scalars(waiting.order_by(PersonLink.created_at.desc(), PersonLink.id.desc())))


def revoke_invitations_of(session: Session, now: datetime, author_id: int) -> list[int]:
    """End the open invitations that somebody wrote; returns their ids."""
    ended = (
        update(PersonLink)
        .where(
            PersonLink.created_by == author_id,
            PersonLink.purpose == Purpose.INVITATION,
            PersonLink.used_at.is_(None),
            PersonLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(PersonLink.id)
    )
    return sorted(session.scalars(ended))


def revoke_open(session: Session, now: datetime, *, email: str, purpose: Purpose) -> None:
    """End every open link of this purpose for an address."""
    session.execute(
        update(PersonLink)
        .where(
            PersonLink.email == email,
            PersonLink.purpose == purpose,
            PersonLink.used_at.is_(None),
            PersonLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )

"""The API's own tables: tokens of people's programs, and answers kept for requests that come twice."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from editorial.domain.people import Scope
from editorial.store.base import Base
from editorial.store.people import Person


class ApiToken(Base):
    """What a program shows instead of a sign-in. Only the hash is kept; the first letters tell tokens apart."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))  # what the person calls it
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[Scope]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined")


class KeptAnswer(Base):
    """What was answered to a request with an Idempotency-Key. Written in the transaction of what the request did."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))  # SHA-256 (hex) of what the program sent
    request_hash: Mapped[str] = mapped_column(String(64))  # of method, address and body
    status: Mapped[int] = mapped_column(default=0)  # HTTP status
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(index=True)


def live_token(session: Session, token_hash: str, now: datetime) -> ApiToken | None:
    """The token with that hash, unless it was revoked, has run out, or its person was switched off."""
    found = session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))
    if found is None or found.revoked_at is not None or not found.person.active:
        return None
    return found if found.expires_at is None or found.expires_at > now else None


def tokens_of(session: Session, person_id: int) -> list[ApiToken]:
    """A person's tokens that were not revoked, the newest first; those that have run out are among them."""
    wanted = select(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    return list(session.scalars(wanted.order_by(ApiToken.id.desc())))


def revoke_tokens(session: Session, person_id: int, now: datetime) -> None:
    """End every token of a person."""
    ending = update(ApiToken).where(ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None))
    session.execute(ending.values(revoked_at=now))


def kept_answer(session: Session, person_id: int, key: str) -> KeptAnswer | None:
    """What this person's request with that key was answered, if it is still kept."""
    return session.scalar(select(KeptAnswer).where(KeptAnswer.person_id == person_id, KeptAnswer.key == key))


def forget_answers(session: Session, before: datetime) -> None:
    """Drop answers older than `before`."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.created_at < before))

"""What the desk tells a person: once for each cause, in the app, and by mail where they want it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.store.base import Base

_UNREAD = text("read_at IS NULL")
_HELD = text("digest_at IS NOT NULL")


class Notice(Base):
    """One thing told to one person. Telling it again is no second row."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "dedupe_key"),
        CheckConstraint("substr(link, 1, 1) = '/' AND substr(link, 2, 1) <> '/'", name="link_is_ours"),
        CheckConstraint("NOT mailed OR digest_at IS NULL", name="mailed_once"),
        Index("ix_notice_person_id_id", "person_id", "id"),
        Index("ix_notice_unread", "person_id", "id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index("ix_notice_cause", "person_id", "cause", "created_at"),
        Index("ix_notice_held", "digest_at", sqlite_where=_HELD, postgresql_where=_HELD),
        Index("ix_notice_read_at", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))  # short key, such as `mention`
    cause: Mapped[str] = mapped_column(String(80))  # what many notices may have in common, such as `channel:3`
    dedupe_key: Mapped[str] = mapped_column(String(200))
    message: Mapped[dict[str, Any]]  # a packed message
    quote: Mapped[str] = mapped_column(String(300), default="")  # what a person said with it, in their own words
    link: Mapped[str] = mapped_column(String(300))  # path on this desk
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mailed: Mapped[bool] = mapped_column(default=False)  # a mail was written, alone or in a digest
    digest_at: Mapped[datetime | None]  # held back for a digest that is written then


# -- telling ------------------------------------------------------------------------------------------------------


def add_notice(session: Session, **values: Any) -> int | None:
    """Tell a person something and return the notice's id; None where they were told before.

    PostgreSQL waits for the other writer's commit, so that of two at once exactly one tells it.
    """
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {"read_at": None, "mailed": False, "digest_at": None, **values}
    return session.scalar(insert(Notice).values(**row).on_conflict_do_nothing().returning(Notice.id))


def has_had(session: Session, person_id: int, cause: str, since: datetime, most: int) -> bool:
    """Whether a person was given `most` notices of one cause, or more, from `since` on; reads no more than these."""
    wanted = select(Notice.id).where(Notice.person_id == person_id, Notice.cause == cause, Notice.created_at >= since)
    return len(session.scalars(wanted.limit(most)).all()) >= most


def next_digest(session: Session, person_id: int, cause: str) -> datetime | None:
    """When the digest that already waits for this person and cause is written, if one does."""
    return session.scalar(
        select(func.min(Notice.digest_at)).where(
            Notice.person_id == person_id, Notice.cause == cause, Notice.digest_at.is_not(None)
        )
    )


# -- digests ------------------------------------------------------------------------------------------------------


def due_digests(session: Session, now: datetime, *, limit: int = 100) -> Sequence[tuple[int, str]]:
    """(person, cause) of the digests whose time has come."""
    wanted = select(Notice.person_id, Notice.cause).where(Notice.digest_at <= now).distinct().limit(limit)
    return [(person_id, cause) for person_id, cause in session.execute(wanted)]


def take_held(session: Session, person_id: int, cause: str) -> Sequence[Notice]:
    """Release what was held back for a person and cause, oldest first. Of two takers one gets them, the other none."""
    taken = session.scalars(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.cause == cause, Notice.digest_at.is_not(None))
        .values(digest_at=None)
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    return session.scalars(select(Notice).where(Notice.id.in_(taken)).order_by(Notice.id)).all()


def mark_mailed(session: Session, ids: Collection[int]) -> None:
    """Note that a mail about these was written."""
    changing = update(Notice).where(Notice.id.in_(ids)).values(mailed=True, digest_at=None)
    session.execute(changing.execution_options(synchronize_session=False))


# -- reading ------------------------------------------------------------------------------------------------------


def get_notice(session: Session, notice_id: int) -> Notice:
    """The notice of that id, which is known to exist."""
    return session.get_one(Notice, notice_id)


def find_notice(session: Session, person_id: int, notice_id: int) -> Notice | None:
    """The notice, if it is this person's."""
    return session.scalar(select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id))


def count_unread(session: Session, person_id: int, *, at_most: int) -> int:
    """Unread notices, counted no further than `at_most`: a bell says "99+" at some point."""
    some = select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None)).limit(at_most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def listed(
    session: Session, person_id: int, *, read: bool, before: int | None = None, limit: int = 50
) -> Sequence[Notice]:
    """A person's read or unread notices, newest first, older than a notice's id where asked."""
    state = Notice.read_at.is_not(None) if read else Notice.read_at.is_(None)
    wanted = select(Notice).where(Notice.person_id == person_id, state).order_by(Notice.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    return session.scalars(wanted).all()


def mark_read(
    session: Session, person_id: int, now: datetime, *, notice_id: int | None = None, up_to: int | None = None
) -> int:
    """Note that a person has read one notice, or all of them up to an id. What is held back needs no mail any more."""
    changing = update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    if notice_id is not None:
        changing = changing.where(Notice.id == notice_id)
    if up_to is not None:
        changing = changing.where(Notice.id <= up_to)
    read = session.scalars(
        changing.values(read_at=now, digest_at=None).returning(Notice.id).execution_options(synchronize_session=False)
    )
    return len(read.all())


def any_read_before(session: Session, before: datetime) -> bool:
    """Whether there is anything to sweep: a look that takes no write lock."""
    return session.scalar(select(Notice.id).where(Notice.read_at < before).limit(1)) is not None


def sweep(session: Session, before: datetime) -> int:
    """Forget what was read before that moment. Returns how many."""
    gone = session.scalars(
        delete(Notice).where(Notice.read_at < before).returning(Notice.id).execution_options(synchronize_session=False)
    )
    return len(gone.all())

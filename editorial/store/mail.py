"""Outgoing mails and the weeks a site's mail was written for. What is not in this table is not sent."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from editorial.domain.errors import NotFound
from editorial.domain.locales import Language
from editorial.domain.mails import CLAIM_LEASE, SEND_LEASE, WEEKLY, MailState
from editorial.domain.messages import N_, Message
from editorial.store.base import Base
from editorial.store.content import Site
from editorial.store.links import PersonLink
from editorial.store.people import Person

WITH_LINK = frozenset({"invitation", "new_password"})
"""The kinds of mail that hold a one-time link; their key is `link:` and the id of the link."""
GONE = Message(N_("It may have been removed. Look for it in the outbox."))


class OutgoingMail(Base):
    """One mail to one reader. Its text is kept as it was written, so that every try sends the same."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        UniqueConstraint("message_id"),
        UniqueConstraint("site_id", "week", "person_id", name="uq_outgoing_mail_site_week_reader"),
        CheckConstraint(
            "kind <> 'weekly' OR (site_id IS NOT NULL AND week IS NOT NULL AND person_id IS NOT NULL)",
            name="weekly_is_somebodys",
        ),
        CheckConstraint(
            "state NOT IN ('sending', 'unknown') OR (message_id IS NOT NULL AND attempts > 0)",
            name="sending_has_message_id",
        ),
        CheckConstraint(
            "state <> 'sending' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name="sending_is_leased"
        ),
        CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)"
            " AND (state <> 'sent' OR message_id IS NOT NULL OR handled_by IS NOT NULL)",
            name="sent_is_known",
        ),
        CheckConstraint("state <> 'refused' OR last_error IS NOT NULL", name="refused_has_reason"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_outgoing_mail_state_next", "state", "next_try_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))  # `weekly`, or the folder of the template
    dedupe_key: Mapped[str] = mapped_column(String(200))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="RESTRICT"))
    week: Mapped[str | None] = mapped_column(String(8))  # ISO, as 2026-W50
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[Language]
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)  # name: value, beside what every mail has
    message_id: Mapped[str | None] = mapped_column(String(200))  # stored before the network is touched; kept by retries
    state: Mapped[MailState] = mapped_column(default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    worker: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # a packed message
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    handled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))  # sent by hand
    secret_until: Mapped[datetime | None] = mapped_column(
        index=True
    )  # while the text holds a link that opens something

    site: Mapped[Site | None] = relationship()


class WeeklyIssue(Base):
    """The weekly mail of one site for one week, written once for everybody who reads it then."""

    __tablename__ = "weekly_issue"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    due_at: Mapped[datetime]
    written_at: Mapped[datetime]
    mails: Mapped[int] = mapped_column(default=0)  # 0: there was nothing to tell, or nobody to tell it to


class WeeklyOptOut(Base):
    """Somebody who wants the weekly mail, but not that of this site."""

    __tablename__ = "weekly_opt_out"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime]


# -- writing ------------------------------------------------------------------------------------------------------


def add_mail(session: Session, **values: Any) -> int | None:
    """Put a mail into the outbox and return its id; None where the same mail (by any of its keys) is there already."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {"state": MailState.WAITING, "attempts": 0, "headers": {}, "next_try_at": values["created_at"], **values}
    return session.scalar(insert(OutgoingMail).values(**row).on_conflict_do_nothing().returning(OutgoingMail.id))


def find_issue(session: Session, site_id: int, week: str) -> WeeklyIssue | None:
    """The weekly mail of that site and week, if it was written."""
    return session.get(WeeklyIssue, (site_id, week))


def open_issue(session: Session, *, site_id: int, week: str, due_at: datetime, now: datetime) -> bool:
    """Take the writing of a week's mail; False where somebody else did. PostgreSQL waits for the other's commit."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {"site_id": site_id, "week": week, "due_at": due_at, "written_at": now, "mails": 0}
    taken = insert(WeeklyIssue).values(**row).on_conflict_do_nothing().returning(WeeklyIssue.week)
    return session.scalar(taken) is not None


def weekly_readers_with_mail(session: Session, site_id: int, week: str) -> set[int]:
    """Who has a mail of that week already."""
    wanted = select(OutgoingMail.person_id).where(OutgoingMail.site_id == site_id, OutgoingMail.week == week)
    return {person_id for person_id in session.scalars(wanted) if person_id is not None}


def weekly_readers(session: Session, site_id: int) -> Sequence[Person]:
    """Everybody who wants the weekly mail of the site, by name."""
    out = select(WeeklyOptOut.person_id).where(WeeklyOptOut.site_id == site_id)
    wanted = select(Person).where(Person.active, Person.weekly_mail, Person.id.not_in(out))
    return session.scalars(wanted.order_by(Person.name, Person.id)).all()


def wants_weekly(session: Session, person: Person, site_id: int | None) -> bool:
    """Whether somebody wants the weekly mail of this site; without one, that of any."""
    if not person.weekly_mail or site_id is None:
        return person.weekly_mail
    return session.get(WeeklyOptOut, (person.id, site_id)) is None


def leave_out(session: Session, person_id: int, site_id: int, now: datetime) -> None:
    """Note that somebody does not want the weekly mail of this site; twice is as good as once."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    row = {"person_id": person_id, "site_id": site_id, "created_at": now}
    session.execute(insert(WeeklyOptOut).values(**row).on_conflict_do_nothing())


def take_in(session: Session, person_id: int, site_id: int) -> None:
    """Note that somebody wants the weekly mail of this site again."""
    session.execute(delete(WeeklyOptOut).where(WeeklyOptOut.person_id == person_id, WeeklyOptOut.site_id == site_id))


def cancel_older_weeklies(session: Session, site_id: int, week: str, reason: dict[str, Any]) -> int:
    """Cancel the mails of earlier weeks that never left: nobody wants twelve at once on the day SMTP is set up."""
    moved = session.scalars(
        update(OutgoingMail)
        .where(
            OutgoingMail.kind == WEEKLY,
            OutgoingMail.site_id == site_id,
            OutgoingMail.week < week,
            OutgoingMail.state == MailState.WAITING,
        )
        .values(state=MailState.CANCELLED, last_error=reason, worker=None, lease_until=None)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def cancel_for_reader(session: Session, person_id: int, site_id: int | None, reason: dict[str, Any]) -> int:
    """Cancel the weekly mails, of one site or of all, that wait for somebody who does not want them any more."""
    theirs = [OutgoingMail.kind == WEEKLY, OutgoingMail.person_id == person_id]
    if site_id is not None:
        theirs.append(OutgoingMail.site_id == site_id)
    moved = session.scalars(
        update(OutgoingMail)
        .where(*theirs, OutgoingMail.state == MailState.WAITING)
        .values(state=MailState.CANCELLED, last_error=reason, worker=None, lease_until=None)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


# -- sending ------------------------------------------------------------------------------------------------------


def _ready(now: datetime) -> ColumnElement[bool]:
    return and_(
        OutgoingMail.state == MailState.WAITING,
        OutgoingMail.next_try_at <= now,
        or_(OutgoingMail.lease_until.is_(None), OutgoingMail.lease_until <= now),
    )


def anything_to_do(session: Session, now: datetime) -> bool:
    """Whether a mail is due or a sender died: a look that takes no write lock."""
    lost = and_(OutgoingMail.state == MailState.SENDING, OutgoingMail.lease_until <= now)
    return session.scalar(select(OutgoingMail.id).where(or_(_ready(now), lost)).limit(1)) is not None


def claim_one(session: Session, now: datetime, worker: str) -> int | None:
    """Lease the mail that has waited longest, and return its id. The caller commits at once."""
    first = select(OutgoingMail.id).where(_ready(now)).order_by(OutgoingMail.next_try_at, OutgoingMail.id).limit(1)
    chosen = first.with_for_update(skip_locked=True).cte()
    return session.scalar(
        update(OutgoingMail)
        .where(OutgoingMail.id.in_(select(chosen.c.id)), _ready(now))
        .values(worker=worker, lease_until=now + CLAIM_LEASE)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )


def lock_mail(session: Session, mail_id: int) -> OutgoingMail:
    """The mail as it stands now, held against other writers until the commit, or `NotFound`."""
    wanted = select(OutgoingMail).where(OutgoingMail.id == mail_id).with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(hint=GONE)
    return found


def begin_sending(
    session: Session, mail_id: int, *, now: datetime, worker: str, message_id: str
) -> OutgoingMail | None:
    """Store the Message-ID (the first one stays) and the state `sending`; None where the lease was lost."""
    taken = session.scalar(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.state == MailState.WAITING, OutgoingMail.worker == worker)
        .values(
            state=MailState.SENDING,
            message_id=func.coalesce(OutgoingMail.message_id, message_id),
            attempts=OutgoingMail.attempts + 1,
            lease_until=now + SEND_LEASE,
        )
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    return session.get_one(OutgoingMail, mail_id, populate_existing=True) if taken is not None else None


def record_result(session: Session, mail_id: int, state: MailState, **values: Any) -> bool:
    """Write down what the server answered. `SENT` also takes a mail that the reaper called unknown meanwhile."""
    origins = {MailState.SENDING, MailState.UNKNOWN} if state is MailState.SENT else {MailState.SENDING}
    taken = session.scalar(
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.state.in_(origins))
        .values(state=state, worker=None, lease_until=None, **values)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


def reap(session: Session, now: datetime, reason: dict[str, Any]) -> int:
    """Mails whose sender died after `sending` was stored may have left: they become unknown. Returns how many."""
    moved = session.scalars(
        update(OutgoingMail)
        .where(OutgoingMail.state == MailState.SENDING, OutgoingMail.lease_until <= now)
        .values(state=MailState.UNKNOWN, last_error=reason, worker=None, lease_until=None)
        .returning(OutgoingMail.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def secrets_to_forget(session: Session, now: datetime, *, lock: bool = False) -> Sequence[OutgoingMail]:
    """Mails that hold a one-time link and have left, or whose link was used, revoked or has run out."""
    dead = select(literal("link:") + cast(PersonLink.id, String)).where(
        or_(PersonLink.used_at.is_not(None), PersonLink.revoked_at.is_not(None))
    )
    wanted = select(OutgoingMail).where(
        OutgoingMail.secret_until.is_not(None),
        OutgoingMail.state != MailState.SENDING,
        or_(
            OutgoingMail.secret_until <= now,
            OutgoingMail.state == MailState.SENT,
            OutgoingMail.dedupe_key.in_(dead),
        ),
    )
    if lock:
        wanted = wanted.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.scalars(wanted.order_by(OutgoingMail.id).limit(100)).all()


# -- pages --------------------------------------------------------------------------------------------------------


def get_mail(session: Session, mail_id: int) -> OutgoingMail:
    """The mail with its site, or `NotFound`."""
    found = session.scalar(
        select(OutgoingMail).where(OutgoingMail.id == mail_id).options(joinedload(OutgoingMail.site))
    )
    if found is None:
        raise NotFound(hint=GONE)
    return found


def outbox(
    session: Session,
    *,
    reader: int | None = None,
    states: Collection[MailState] = (),
    before: int | None = None,
    limit: int = 50,
) -> Sequence[OutgoingMail]:
    """Mails, newest first; of one reader, in some states, and older than a mail's id, where asked."""
    wanted = select(OutgoingMail).options(joinedload(OutgoingMail.site)).order_by(OutgoingMail.id.desc()).limit(limit)
    if reader is not None:
        wanted = wanted.where(OutgoingMail.person_id == reader)
    if states:
        wanted = wanted.where(OutgoingMail.state.in_(states))
    if before is not None:
        wanted = wanted.where(OutgoingMail.id < before)
    return session.scalars(wanted).all()


def count_by_state(session: Session, *, reader: int | None = None) -> dict[MailState, int]:
    """How many mails stand where."""
    wanted = select(OutgoingMail.state, func.count()).group_by(OutgoingMail.state)
    if reader is not None:
        wanted = wanted.where(OutgoingMail.person_id == reader)
    counts: dict[MailState, int] = dict(session.execute(wanted).all())
    return counts

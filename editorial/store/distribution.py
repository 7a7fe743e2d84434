"""Distribution jobs and their attempts. The job table is the only truth about what goes out."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from editorial.domain.errors import NotFound
from editorial.domain.jobs import (
    CLAIM_LEASE,
    DISPATCH_STALE,
    IN_FLIGHT,
    LEASED,
    MAX_ATTEMPTS,
    TERMINAL,
    Action,
    Anchor,
    JobState,
    Waits,
)
from editorial.domain.messages import N_, Message
from editorial.store.base import Base
from editorial.store.channels import Channel as Channel  # noqa: PLC0414 -- what every job has
from editorial.store.channels import ChannelCredential as ChannelCredential  # noqa: PLC0414
from editorial.store.channels import ChannelMessage as ChannelMessage  # noqa: PLC0414
from editorial.store.channels import all_channels as all_channels  # noqa: PLC0414
from editorial.store.channels import channels_of_site as channels_of_site  # noqa: PLC0414
from editorial.store.channels import get_channel as get_channel  # noqa: PLC0414
from editorial.store.channels import record_health as record_health  # noqa: PLC0414
from editorial.store.content import ContentItem

_WAITS = Enum(
    Waits,
    native_enum=False,
    create_constraint=True,
    name="waits_for",
    length=32,
    values_callable=lambda kind: [member.value for member in kind],
)
_OVER = "state IN ('succeeded', 'failed', 'missed', 'cancelled')"


class DistributionJob(Base):
    """One item on one channel at one time."""

    __tablename__ = "distribution_job"
    __table_args__ = (
        CheckConstraint(
            "state <> 'succeeded' OR external_id IS NOT NULL OR evidence IS NOT NULL", name="success_has_evidence"
        ),
        CheckConstraint("state <> 'accepted' OR external_id IS NOT NULL", name="accepted_has_receipt"),
        CheckConstraint(
            "state NOT IN ('claimed', 'sending', 'cancel_requested')"
            " OR (worker IS NOT NULL AND lease_until IS NOT NULL)",
            name="leased_has_worker",
        ),
        CheckConstraint("state <> 'sending' OR attempt > 0", name="sending_has_attempt"),
        CheckConstraint("attempt >= 0 AND max_attempts > 0", name="attempts"),
        # one live job an item, channel, variant and occurrence (two clicks make one job)
        Index(
            "uq_distribution_job_live",
            "item_id",
            "channel_id",
            "variant",
            "occurrence",
            unique=True,
            sqlite_where=text(f"NOT ({_OVER})"),
            postgresql_where=text(f"NOT ({_OVER})"),
        ),
        Index(
            "uq_distribution_job_external",
            "channel_id",
            "external_id",
            unique=True,
            sqlite_where=text("external_id IS NOT NULL"),
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index("ix_distribution_job_state_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="RESTRICT"), index=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="RESTRICT"), index=True)
    action: Mapped[Action] = mapped_column(default=Action.PUBLISH)
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED)
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None]  # of a retry, a look-up or a live check
    dispatched_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(default=0)  # number of the last attempt
    max_attempts: Mapped[int] = mapped_column(default=MAX_ATTEMPTS)
    checks: Mapped[int] = mapped_column(default=0)  # look-ups or live checks since the last attempt
    worker: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None]
    cancel_asked: Mapped[bool] = mapped_column(default=False)  # while it was being sent; holds when the outcome is lost
    idem_key: Mapped[str] = mapped_column(String(64), unique=True)
    content_hash: Mapped[str] = mapped_column(String(64))  # the approved text that this job carries
    external_id: Mapped[str | None] = mapped_column(String(200))
    external_url: Mapped[str | None] = mapped_column(String(2000))
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # a packed message
    anchor_kind: Mapped[Anchor] = mapped_column(default=Anchor.ITEM_PUBLISH)
    offset_minutes: Mapped[int] = mapped_column(default=0)  # from the anchor
    pinned: Mapped[bool] = mapped_column(default=False)  # stays when the item moves
    waits_for: Mapped[Waits | None] = mapped_column(_WAITS)  # while the clock itself looks again at `next_try_at`
    late_from: Mapped[datetime | None]  # lateness counts from here where we ourselves put the job off
    utm: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # locked at the first attempt
    variant: Mapped[str] = mapped_column(String(40), default="")
    occurrence: Mapped[str] = mapped_column(String(40), default="")  # local date, of a series
    repeat_of: Mapped[int | None] = mapped_column(ForeignKey("distribution_job.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    item: Mapped[ContentItem] = relationship()
    channel: Mapped[Channel] = relationship()
    attempts: Mapped[list["JobAttempt"]] = relationship(order_by="JobAttempt.n", viewonly=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.state not in TERMINAL

    @hybrid_property
    def lacks_address(self) -> bool:
        """Whether its channel has it, and only a person can say where it is to be read."""
        return self.state is JobState.ACCEPTED and self.external_url is None and self.last_error is not None

    @lacks_address.inplace.expression
    @classmethod
    def _lacks_address(cls) -> ColumnElement[bool]:
        return and_(cls.state == JobState.ACCEPTED, cls.external_url.is_(None), cls.last_error.is_not(None))


class JobAttempt(Base):
    """One try of a job. Written before the network is touched, completed once, never removed."""

    __tablename__ = "job_attempt"
    __table_args__ = (UniqueConstraint("job_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("distribution_job.id", ondelete="RESTRICT"))
    n: Mapped[int]
    worker: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))  # accepted, refused, not_sent, unclear, died
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # a packed message, redacted
    http_status: Mapped[int | None]
    milliseconds: Mapped[int | None]  # on the network
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # redacted, see `domain.jobs.Trace`
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


# -- jobs, for pages ----------------------------------------------------------------------------------------------


def get_job(session: Session, job_id: int) -> DistributionJob:
    """The job with item and channel, or `NotFound`."""
    wanted = select(DistributionJob).where(DistributionJob.id == job_id)
    found = session.scalar(wanted.options(joinedload(DistributionJob.item), joinedload(DistributionJob.channel)))
    if found is None:
        raise no_job(job_id)
    return found


def lock_job(session: Session, job_id: int) -> DistributionJob:
    """The job with item and channel, as it is now, held for this transaction: worker and person take turns on it."""
    wanted = select(DistributionJob).where(DistributionJob.id == job_id).with_for_update(of=DistributionJob)
    wanted = wanted.options(joinedload(DistributionJob.item, innerjoin=True))
    wanted = wanted.options(joinedload(DistributionJob.channel, innerjoin=True))
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise no_job(job_id)
    return found


def no_job(job_id: int) -> NotFound:
    """What a page and a command say of a job that does not exist."""
    says = Message(N_("There is no job %(number)s."), {"number": job_id})
    return NotFound(says, hint=Message(N_("Look for it in the queue.")))


def repeated(session: Session, job_id: int) -> bool:
    """Whether somebody has made another job out of this one."""
    return session.scalar(select(DistributionJob.id).where(DistributionJob.repeat_of == job_id).limit(1)) is not None


def jobs_of_item(session: Session, item_id: int) -> Sequence[DistributionJob]:
    """Every job of an item with its channel and attempts, newest first."""
    wanted = select(DistributionJob).where(DistributionJob.item_id == item_id).order_by(DistributionJob.id.desc())
    wanted = wanted.options(joinedload(DistributionJob.channel), joinedload(DistributionJob.attempts))
    return session.scalars(wanted).unique().all()


def last_jobs(session: Session, item_id: int) -> Sequence[DistributionJob]:
    """The newest job of an item on each of its channels (and of each variant and occurrence)."""
    same = (DistributionJob.channel_id, DistributionJob.variant, DistributionJob.occurrence)
    newest = select(func.max(DistributionJob.id)).where(DistributionJob.item_id == item_id).group_by(*same)
    return session.scalars(select(DistributionJob).where(DistributionJob.id.in_(newest))).all()


def live_jobs(session: Session, item_id: int, *, lock: bool = False) -> Sequence[DistributionJob]:
    """The jobs of an item that have not ended; with `lock` as they are now, and held for this transaction."""
    wanted = select(DistributionJob).where(DistributionJob.item_id == item_id, DistributionJob.state.not_in(TERMINAL))
    wanted = wanted.options(joinedload(DistributionJob.channel, innerjoin=True)).order_by(DistributionJob.id)
    if lock:
        wanted = wanted.with_for_update(of=DistributionJob).execution_options(populate_existing=True)
    return session.scalars(wanted).all()


def lock_live_jobs(session: Session, item_id: int) -> None:
    """Hold the jobs of an item that have not ended, by id: the first thing a change of the item does.

    Whoever needs a job and its item takes the job first, then the item, in every transaction: workers hold their job
    when they write what came of it into the item. The other way round each could wait for the other.
    """
    wanted = select(DistributionJob.id).where(
        DistributionJob.item_id == item_id, DistributionJob.state.not_in(TERMINAL)
    )
    session.execute(wanted.order_by(DistributionJob.id).with_for_update()).all()


def count_live_jobs(session: Session, *, item_id: int | None = None, channel_id: int | None = None) -> int:
    """How many jobs of an item or on a channel have not ended."""
    wanted = select(func.count()).select_from(DistributionJob).where(DistributionJob.state.not_in(TERMINAL))
    if item_id is not None:
        wanted = wanted.where(DistributionJob.item_id == item_id)
    if channel_id is not None:
        wanted = wanted.where(DistributionJob.channel_id == channel_id)
    return session.scalar(wanted) or 0


# -- jobs, for the clock ------------------------------------------------------------------------------------------

Job = DistributionJob


def _ready(now: datetime) -> ColumnElement[bool]:
    """Waiting, and its time has come. Never before `due_at`: so the index leaves all that lies ahead unread."""
    waiting = Job.state.in_({JobState.QUEUED, JobState.RETRY_WAIT})
    return and_(waiting, Job.due_at <= now, func.coalesce(Job.next_try_at, Job.due_at) <= now)


def anything_due(session: Session, now: datetime) -> bool:
    """Whether the clock has work: a look that takes no write lock."""
    waiting = or_(_ready(now), and_(Job.state == JobState.DISPATCHED, Job.due_at <= now))
    return session.scalar(select(Job.id).where(waiting).limit(1)) is not None


def dispatch_due(session: Session, now: datetime, limit: int, *, but: ColumnElement[bool] | None = None) -> int:
    """Hand jobs whose time has come to the workers, oldest first; returns how many. Nobody owns them yet.

    `but` are jobs that have to wait for their turn first.
    """
    ready = _ready(now) if but is None else and_(_ready(now), ~but)
    first = select(Job.id).where(ready).order_by(Job.due_at).limit(limit).with_for_update(skip_locked=True).cte()
    moved = session.scalars(
        update(Job)
        .where(Job.id.in_(select(first.c.id)), _ready(now))
        .values(state=JobState.DISPATCHED, dispatched_at=now, next_try_at=None, version=Job.version + 1)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def claim(session: Session, now: datetime, worker: str, limit: int, *, besides: Collection[int] = ()) -> list[int]:
    """Lease up to `limit` dispatched jobs to this worker, oldest first, and return their ids. The caller commits.

    `besides` are channels that have enough of its threads already.

    The conditional UPDATE settles a race; SKIP LOCKED (PostgreSQL) lets many workers share instead of queueing behind
    one. A worker that dies leaves a lease that runs out; the reaper then asks how far the attempt had come.
    """
    return [job_id for job_id, _ in claim_with_channels(session, now, worker, limit, besides=besides)]


def claim_with_channels(
    session: Session, now: datetime, worker: str, limit: int, *, besides: Collection[int] = ()
) -> list[tuple[int, int]]:
    """What `claim` does; each job with its channel."""
    ready = and_(Job.state == JobState.DISPATCHED, Job.due_at <= now)
    if besides:
        ready = and_(ready, Job.channel_id.not_in(besides))
    first = select(Job.id).where(ready).order_by(Job.due_at).limit(limit).with_for_update(skip_locked=True).cte()
    claimed = session.execute(
        update(Job)
        .where(Job.id.in_(select(first.c.id)), ready)
        .values(state=JobState.CLAIMED, worker=worker, lease_until=now + CLAIM_LEASE, version=Job.version + 1)
        .returning(Job.id, Job.due_at, Job.channel_id)
        .execution_options(synchronize_session=False)
    )
    in_due_order = sorted(claimed.all(), key=lambda row: (row[1], row[0]))
    return [(job_id, channel_id) for job_id, _, channel_id in in_due_order]


def last_attempt(session: Session, job_id: int) -> JobAttempt | None:
    """The newest attempt of a job."""
    newest = select(JobAttempt).where(JobAttempt.job_id == job_id).order_by(JobAttempt.n.desc()).limit(1)
    return session.scalar(newest)


def expired_leases(session: Session, now: datetime, limit: int = 100) -> Sequence[DistributionJob]:
    """Jobs whose worker has not come back in time."""
    wanted = select(Job).where(Job.state.in_(LEASED), Job.lease_until <= now).order_by(Job.id).limit(limit)
    return session.scalars(wanted.with_for_update(skip_locked=True)).all()


def wake_held(session: Session, now: datetime) -> int:
    """Let jobs that wait for the page they point at have another look at it; returns how many."""
    moved = session.execute(
        update(Job)
        .where(Job.state == JobState.HELD, Job.waits_for == Waits.PAGE, Job.next_try_at <= now)
        .values(state=JobState.QUEUED, next_try_at=None, version=Job.version + 1)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def wake_pointing(session: Session, item_id: int, now: datetime) -> None:
    """Let what waits for the page of an item look at it at once: it has just come out.

    Takes only rows that nobody holds, so it may stand anywhere in a transaction; others look again at their own time.
    """
    waiting = select(Job.id).where(
        Job.item_id == item_id, Job.state == JobState.HELD, Job.waits_for == Waits.PAGE, Job.next_try_at > now
    )
    if found := session.scalars(waiting.with_for_update(skip_locked=True)).all():
        session.execute(
            update(Job)
            .where(Job.id.in_(found))
            .values(next_try_at=now, checks=0, version=Job.version + 1)
            .execution_options(synchronize_session=False)
        )


def expired_since(session: Session, now: datetime) -> list[tuple[int, datetime]]:
    """The leases that have run out by the wall clock: job and end."""
    wanted = select(Job.id, Job.lease_until).where(Job.state.in_(LEASED), Job.lease_until <= now)
    return [(job_id, until) for job_id, until in session.execute(wanted) if until is not None]


def renew_leases(session: Session, now: datetime, worker: str, job_ids: Collection[int]) -> None:
    """Lengthen leases of jobs that a worker is busy with and that are about to run out."""
    if job_ids:
        session.execute(
            update(Job)
            .where(Job.id.in_(job_ids), Job.worker == worker, Job.state.in_(LEASED))
            .where(Job.lease_until <= now + CLAIM_LEASE / 2)
            .values(lease_until=now + CLAIM_LEASE, version=Job.version + 1)
            .execution_options(synchronize_session=False)
        )


def requeue_stale(session: Session, now: datetime) -> int:
    """Take back jobs that were handed out and that nobody claimed within a minute; returns how many."""
    moved = session.scalars(
        update(Job)
        .where(Job.state == JobState.DISPATCHED, Job.dispatched_at <= now - DISPATCH_STALE)
        .values(state=JobState.QUEUED, dispatched_at=None, version=Job.version + 1)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return len(moved.all())


def due_by_hand(session: Session, now: datetime, limit: int = 100) -> Sequence[int]:
    """Jobs that wait for somebody's hands and are to be called to mind, or whose time is over."""
    wanted = select(Job.id).where(Job.state == JobState.AWAITING_HUMAN, Job.next_try_at <= now)
    return session.scalars(wanted.order_by(Job.id).limit(limit)).all()


def first_attempt_at(session: Session, job_id: int) -> datetime | None:
    """When a job was first tried."""
    return session.scalar(select(func.min(JobAttempt.started_at)).where(JobAttempt.job_id == job_id))


def may_be_out(session: Session, job_id: int) -> bool:
    """Whether nobody knows what became of the job's last attempt."""
    attempt = last_attempt(session, job_id)
    return attempt is not None and attempt.outcome in {"unclear", "died"}


def take_follow_ups(session: Session, now: datetime, until: datetime, limit: int) -> list[int]:
    """Up to `limit` jobs whose outcome is to be looked up or whose acceptance is to be completed.

    Each is put off to `until`, so that nobody else takes it meanwhile. The caller commits.
    """
    due = and_(
        Job.state.in_({JobState.ACCEPTED, JobState.UNKNOWN_OUTCOME}),
        or_(Job.next_try_at.is_(None), Job.next_try_at <= now),
    )
    first = select(Job.id).where(due).order_by(Job.id).limit(limit).with_for_update(skip_locked=True).cte()
    taken = session.scalars(
        update(Job)
        .where(Job.id.in_(select(first.c.id)), due)
        .values(next_try_at=until, version=Job.version + 1)
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(taken)


def overdue(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """How many jobs should have gone out and still wait for the clock, and since when the oldest does."""
    waiting = Job.state.in_({JobState.QUEUED, JobState.RETRY_WAIT, JobState.DISPATCHED})
    again = case((and_(Job.state == JobState.DISPATCHED, Job.attempt > 0), Job.dispatched_at))  # a later try of it
    since = func.coalesce(Job.next_try_at, again, Job.late_from, Job.due_at)
    # a retry is never due before its job was: asked for the due time too, the index leaves all that lies ahead unread
    due = and_(waiting, Job.due_at < now, since < now)
    count, oldest = session.execute(select(func.count(), func.min(since)).where(due)).one()
    return count, oldest


def silently_stuck(session: Session, now: datetime) -> list[int]:
    """Jobs due for five minutes that neither ended nor are somebody's nor say what they wait for. Must be empty."""
    silent = Job.state.in_({JobState.PLANNED, JobState.QUEUED, JobState.DISPATCHED, JobState.RETRY_WAIT, *IN_FLIGHT})
    excused = or_(Job.lease_until > now, Job.next_try_at > now, Job.last_error.is_not(None))
    wanted = select(Job.id).where(silent, Job.due_at <= now - timedelta(minutes=5), ~func.coalesce(excused, False))
    return list(session.scalars(wanted.order_by(Job.id)))

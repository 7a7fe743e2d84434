"""The clock's own record: which processes run it, and how each kind of tick fared."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.store.base import Base


class WorkerHeartbeat(Base):
    """One process that runs the clock, and when it was last alive."""

    __tablename__ = "worker_heartbeat"

    worker: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    skew_seconds: Mapped[float] = mapped_column(default=0.0)  # wall clock against monotonic clock since the start


class TickState(Base):
    """The last run of one kind of tick, in whichever process it ran."""

    __tablename__ = "tick_state"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")


class TickRun(Base):
    """A run of a tick that did something or failed. A short history: old rows are swept."""

    __tablename__ = "tick_run"
    __table_args__ = (Index("ix_tick_run_started_at", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    worker: Mapped[str] = mapped_column(String(120))
    started_at: Mapped[datetime]
    milliseconds: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(String(500), default="")


def beat(session: Session, worker: str, now: datetime, skew_seconds: float = 0.0) -> None:
    """This process is alive."""
    row = session.get(WorkerHeartbeat, worker)
    if row is None:
        session.add(WorkerHeartbeat(worker=worker, started_at=now, seen_at=now, skew_seconds=skew_seconds))
    else:
        row.seen_at, row.skew_seconds = now, skew_seconds


def worst_skew(session: Session, since: datetime) -> float:
    """The largest skew of the processes that were alive since then; 0 where none was."""
    skews = session.scalars(select(WorkerHeartbeat.skew_seconds).where(WorkerHeartbeat.seen_at >= since)).all()
    return max(skews, key=abs, default=0.0)


def workers(session: Session) -> Sequence[WorkerHeartbeat]:
    """Every process that was alive within a day, the liveliest first."""
    return session.scalars(select(WorkerHeartbeat).order_by(WorkerHeartbeat.seen_at.desc())).all()


def tick_states(session: Session) -> Sequence[TickState]:
    """The last run of every kind of tick, by name."""
    return session.scalars(select(TickState).order_by(TickState.name)).all()


def runs(session: Session, limit: int, *, before: int | None = None) -> Sequence[TickRun]:
    """Runs that did something or failed, newest first; `before` is the id of the last one of the page before."""
    wanted = select(TickRun).order_by(TickRun.id.desc()).limit(limit)
    return session.scalars(wanted if before is None else wanted.where(TickRun.id < before)).all()


def tick_state(session: Session, name: str) -> TickState | None:
    """The last run of a kind of tick, if it ever ran."""
    return session.get(TickState, name)


def record_tick(
    session: Session,
    name: str,
    *,
    worker: str,
    started_at: datetime,
    ended_at: datetime,
    milliseconds: int,
    counts: dict[str, int],
    error: str = "",
) -> None:
    """Update the row of this kind of tick; a run that did something or failed also joins the history."""
    row = session.get(TickState, name)
    if row is None:
        row = TickState(name=name, worker=worker, started_at=started_at)
        session.add(row)
    row.worker, row.started_at, row.error = worker, started_at, error[:500]
    if error:
        row.failed_at = ended_at
    else:
        row.completed_at = ended_at
    if error or any(counts.values()):
        session.add(
            TickRun(
                name=name,
                worker=worker,
                started_at=started_at,
                milliseconds=milliseconds,
                counts=counts,
                error=error[:500],
            )
        )


def sweep(session: Session, now: datetime) -> None:
    """Forget runs older than a week and processes silent for a day."""
    session.execute(delete(TickRun).where(TickRun.started_at < now - timedelta(days=7)))
    session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.seen_at < now - timedelta(days=1)))

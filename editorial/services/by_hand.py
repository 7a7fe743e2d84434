"""Jobs that somebody sends by hand: called to mind once, and missed when their time is over."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState
from editorial.domain.lateness import beyond
from editorial.domain.messages import N_, Message
from editorial.services import job_notices
from editorial.services.beginning import put_aside
from editorial.services.deps import Deps
from editorial.services.turns import start_of
from editorial.store import distribution, history
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()

REMINDER = "job.reminder"
"""The history event beside the notice that a job still waits for somebody's hands."""


def call_to_mind(deps: Deps) -> dict[str, int]:
    """Remind people of jobs that wait for their hands, and end those whose time is over; counts by what was done."""
    with reading(deps.sessions) as session:
        waiting = distribution.due_by_hand(session, deps.now())
    done = {"reminded": 0, "missed": 0}
    for job_id in waiting:
        with deps.sessions.begin() as session:
            job, now = distribution.lock_job(session, job_id), deps.now()
            if job.state is not JobState.AWAITING_HUMAN or job.next_try_at is None or job.next_try_at > now:
                continue  # somebody has sent it meanwhile, or another process was faster
            if beyond(start_of(job), now, job.channel.late_ok):
                says = Message(N_("Nobody sent it by hand in time."))
                put_aside(session, job, JobState.MISSED, says, now)
                job_notices.tell(session, deps, job)
                done["missed"] += 1
            else:
                _remind(session, job, now)
                job_notices.remind(session, deps, job)
                done["reminded"] += 1
    return done


def _remind(session: Session, job: DistributionJob, now: datetime) -> None:
    job.next_try_at = start_of(job) + job.channel.late_ok + timedelta(seconds=1)
    history.record(
        session,
        at=now,
        actor_id=None,
        action=REMINDER,
        entity="job",
        entity_id=job.id,
        after={"item_id": job.item_id, "channel_id": job.channel_id},
    )
    log.info("job.called_to_mind", job_id=job.id)

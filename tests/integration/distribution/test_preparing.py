"""Jobs that were read together before they begin: what changes in between is noticed, and nothing of it goes out."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.services import preparing, publishing
from editorial.services.preparing import Looked
from editorial.store import distribution
from editorial.store.distribution import DistributionJob
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs


def looked_at(desk: Desk) -> dict[int, Looked]:
    """All due jobs, claimed by this process and read together."""
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, desk.deps.now(), 100)
    return preparing.look(desk.deps, publishing.claim_some(desk.deps, 100))


def rewrite(job: DistributionJob) -> None:
    job.item.content_hash = job.item.approved_hash = "0" * 64


def unschedule(job: DistributionJob) -> None:
    job.item.status = Status.APPROVED


def switch_off(job: DistributionJob) -> None:
    job.channel.enabled = False


def change_settings(job: DistributionJob) -> None:
    job.channel.settings = {"name": "Elsewhere"}


def move(job: DistributionJob) -> None:
    job.due_at += timedelta(days=1)


def cancel(job: DistributionJob) -> None:
    job.state, job.worker, job.lease_until, job.ended_at = JobState.CANCELLED, None, None, job.due_at


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (rewrite, JobState.HELD),
        (unschedule, JobState.HELD),
        (switch_off, JobState.HELD),
        (change_settings, JobState.QUEUED),  # it is prepared anew
        (move, JobState.QUEUED),
        (cancel, JobState.CANCELLED),
    ],
)
def test_what_changes_after_a_job_was_read_keeps_it_back(
    desk: Desk, wire: Wire, change: Callable[[DistributionJob], None], state: JobState
) -> None:
    [job_id] = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    looked = looked_at(desk)
    with desk.deps.sessions.begin() as session:
        change(distribution.get_job(session, job_id))

    assert publishing.run(desk.deps, job_id, looked=looked[job_id]) is state
    assert wire.taken == []


def test_a_job_that_another_process_took_over_is_left_to_it(desk: Desk, wire: Wire) -> None:
    [job_id] = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    looked = looked_at(desk)
    with desk.deps.sessions.begin() as session:
        distribution.get_job(session, job_id).worker = "another"

    assert publishing.run(desk.deps, job_id, looked=looked[job_id]) is JobState.CLAIMED
    assert wire.taken == []


def test_a_job_read_with_others_goes_out_as_one_read_alone(desk: Desk, wire: Wire) -> None:
    jobs = add_jobs(desk, [add_channel(desk.deps, "A"), add_channel(desk.deps, "B")], 2)
    looked = looked_at(desk)
    together = [looked[job_id].ground for job_id in jobs]
    alone = [preparing.look_at(desk.deps, job_id).ground for job_id in jobs]
    states = [publishing.run(desk.deps, job_id, looked=looked[job_id]) for job_id in jobs]

    assert together == alone
    assert states == [JobState.SUCCEEDED] * 4
    assert len(set(wire.taken)) == 4

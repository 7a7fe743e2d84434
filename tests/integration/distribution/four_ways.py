"""A desk whose items go four ways: into git, to a webhook that keeps all it takes, to one that drops what it knows, and
by somebody's hand; and what must be true of them whatever happened on the way."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from editorial.adapters.channels.signature import make_secret
from editorial.domain.jobs import JobState
from editorial.services import channels
from editorial.services.delivery import Delivery
from editorial.store import distribution
from editorial.store.distribution import DistributionJob, JobAttempt
from tests.integration.distribution.sites import Desk, Repository, add_item
from tests.receiver import Receiver

SECRET = make_secret(bytes(range(32)))
WAYS = ("Website", "Keeps all", "Drops what it knows", "By hand")


@dataclass(frozen=True)
class FourWays:
    """The desk, the other side of its channels, and the items that were planned."""

    desk: Desk
    receiver: Receiver
    items: list[int]

    @property
    def repository(self) -> Repository:
        return self.desk.repository

    def plan_another(self, slug: str) -> None:
        """One more item for all four channels, two minutes ahead."""
        deps = self.desk.deps
        with deps.sessions.begin() as session:
            item = add_item(deps, session, 1, self.desk.publisher, slug)
            session.flush()
            self.items.append(item.id)
        replace(self.desk, item_id=self.items[-1]).schedule(wait=timedelta(minutes=2))

    def jobs(self) -> list[tuple[str, DistributionJob]]:
        """Every job with the name of its channel."""
        with self.desk.deps.sessions() as session:
            jobs = session.scalars(select(DistributionJob).order_by(DistributionJob.id)).all()
            return [(job.channel.name, job) for job in jobs]

    def states(self) -> dict[str, set[JobState]]:
        """The states of the jobs of each channel."""
        found: dict[str, set[JobState]] = {name: set() for name in WAYS}
        for name, job in self.jobs():
            found[name].add(job.state)
        return found

    def faults(self) -> list[str]:
        """What is doubled, lost, stuck or a lie; empty when every promise was kept."""
        commits = _keys_of(self.repository)
        taken = self.receiver.counts()
        said = [
            fault for name, job in self.jobs() for fault in _faults_of(name, job, commits, taken[f"msg_{job.idem_key}"])
        ]
        return [*said, *self._faults_of_all(len(commits))]

    def _faults_of_all(self, commits: int) -> list[str]:
        with self.desk.deps.sessions() as session:
            twins = session.execute(
                select(DistributionJob.item_id, DistributionJob.channel_id, func.count())
                .group_by(DistributionJob.item_id, DistributionJob.channel_id)
                .having(func.count() != 1)
            ).all()
            stuck = distribution.silently_stuck(session, self.desk.deps.now())
            open_attempts = session.scalars(select(JobAttempt.job_id).where(JobAttempt.ended_at.is_(None))).all()
        jobs = len(self.jobs())
        faults = [f"jobs {stuck} are stuck without a reason"] if stuck else []
        faults += [f"not one job for an item on a channel: {twins}"] if twins else []
        faults += [f"attempts of jobs {list(open_attempts)} never ended"] if open_attempts else []
        faults += [f"{jobs} jobs of {len(self.items)} items"] if jobs != len(self.items) * len(WAYS) else []
        faults += [f"{commits} keys in the repository"] if commits != len(self.items) else []
        return faults


def _faults_of(name: str, job: DistributionJob, commits: Counter[str], taken: int) -> list[str]:
    """What is wrong with one job, by what its other side has."""
    if name == "Website":
        good = job.state is JobState.SUCCEEDED and commits[job.idem_key] == 1
        has = commits[job.idem_key]
    elif name == "Keeps all":  # it cannot be asked: an honest "nobody knows" is all that a lost answer leaves
        honest = {JobState.UNKNOWN_OUTCOME: {0, 1}, JobState.SUCCEEDED: {1}}
        good, has = taken in honest.get(job.state, set()), taken
    elif name == "Drops what it knows":  # the second of two deliveries is no second piece
        good, has = job.state is JobState.SUCCEEDED and taken >= 1, taken
    else:
        good, has = job.state is JobState.AWAITING_HUMAN and job.attempt == 0, 0
    return [] if good else [f"{name}: job {job.id} is {job.state.value}, the other side has {has}: {job.last_error}"]


def _keys_of(repository: Repository) -> Counter[str]:
    lines = [line for message in repository.messages() for line in message.splitlines()]
    return Counter(line.removeprefix("Editorial-Key: ") for line in lines if line.startswith("Editorial-Key: "))


def make_four_ways(desk: Desk, receiver: Receiver) -> FourWays:
    """Give the desk its three further channels. Nothing is planned yet."""
    kinds: Sequence[tuple[str, str, dict[str, Any]]] = (
        ("webhook", "Keeps all", {"url": f"{receiver.url}/keeps", "timeout": 5}),
        ("webhook", "Drops what it knows", {"url": f"{receiver.url}/drops", "timeout": 5, "remembers_hours": 72}),
        ("handoff", "By hand", {"does": "page"}),
    )
    with desk.deps.sessions.begin() as session:
        site = distribution.get_channel(session, desk.channel_id).site
        there = {"url_pattern": f"{site.base_url}posts/{{slug}}/"}  # without it a job waits for a word where it is
        for kind, name, settings in kinds:
            channels.create(
                session, desk.deps, kind=kind, name=name, site_id=site.id,
                settings=settings | there if kind == "webhook" else settings,
                actor_id=desk.publisher.id, secrets={"secret": SECRET} if kind == "webhook" else {},
                delivery=Delivery(late_ok_minutes=7 * 24 * 60),
            )  # fmt: skip
    return FourWays(desk, receiver, [])

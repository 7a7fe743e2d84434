"""Webhooks on a desk: planned, delivered once, or somebody is told; and nothing secret is written anywhere."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from editorial.adapters.channels.signature import make_secret
from editorial.domain.jobs import JobState
from editorial.services import channels
from editorial.store import distribution
from editorial.store.distribution import DistributionJob
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk
from tests.receiver import Mode, Receiver

SECRET = make_secret(bytes(range(32)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def deliver(desk: Desk, receiver: Receiver, clock: Clock, **settings: object) -> DistributionJob:
    """Plan the item with a webhook, and let its time come."""
    with desk.deps.sessions.begin() as session:
        site_id = distribution.get_channel(session, desk.channel_id).site_id
        hook = channels.create(
            session,
            desk.deps,
            kind="webhook",
            name="Hook",
            site_id=site_id,
            settings={"url": receiver.url + "?token=very-secret", "timeout": 1} | settings,
            actor_id=desk.publisher.id,
            secrets={"secret": SECRET},
        ).id
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    return the_job(desk, hook)


def the_job(desk: Desk, channel_id: int) -> DistributionJob:
    return next(job for job in desk.jobs if job.channel_id == channel_id)


def test_an_item_is_delivered_at_its_time_under_its_jobs_key(desk: Desk, receiver: Receiver, clock: Clock) -> None:
    job = deliver(desk, receiver, clock)

    assert job.state is JobState.SUCCEEDED
    assert job.external_id == f"msg_{job.idem_key}"
    assert receiver.taken(f"msg_{job.idem_key}") == 1


def test_busy_waits_and_goes_out_later(desk: Desk, receiver: Receiver, clock: Clock) -> None:
    receiver.always(Mode.BUSY)
    job = deliver(desk, receiver, clock)
    assert job.state is JobState.RETRY_WAIT

    receiver.always(Mode.ACCEPT)
    clock.forward(minutes=3)
    desk.tick()
    assert the_job(desk, job.channel_id).state is JobState.SUCCEEDED


@pytest.mark.parametrize("mode", [Mode.HANG_UP, Mode.BROKEN, Mode.LATE])
def test_a_lost_answer_is_never_sent_again_blindly(desk: Desk, receiver: Receiver, clock: Clock, mode: Mode) -> None:
    receiver.always(mode)
    job = deliver(desk, receiver, clock)
    for _ in range(5):
        clock.forward(minutes=10)
        desk.reap()
        desk.tick()

    assert the_job(desk, job.channel_id).state is JobState.UNKNOWN_OUTCOME
    assert receiver.taken(f"msg_{job.idem_key}") == 1


def test_a_receiver_that_remembers_gets_the_same_delivery_again(desk: Desk, receiver: Receiver, clock: Clock) -> None:
    receiver.always(Mode.HANG_UP)
    job = deliver(desk, receiver, clock, remembers_hours=72)
    receiver.always(Mode.ACCEPT)
    for _ in range(5):
        clock.forward(minutes=10)
        desk.reap()
        desk.tick()

    first, *others = receiver.of(f"msg_{job.idem_key}")
    assert the_job(desk, job.channel_id).state is JobState.SUCCEEDED
    assert [each.body for each in others] == [first.body]


@pytest.mark.parametrize("mode", [Mode.ACCEPT, Mode.FORBIDDEN, Mode.HANG_UP])
def test_no_secret_is_written_down(
    desk: Desk, receiver: Receiver, clock: Clock, mode: Mode, capfd: pytest.CaptureFixture[str]
) -> None:
    receiver.always(mode)
    receiver.answer["echo"] = SECRET
    deliver(desk, receiver, clock)
    with desk.deps.sessions() as session:
        tables = ("distribution_job", "job_attempt", "history_event")
        rows = [row for table in tables for row in session.execute(text(f"SELECT * FROM {table}"))]
    written = str([tuple(row) for row in rows])  # a row itself shows its beginning and its end only
    signature = receiver.deliveries[0].headers["webhook-signature"].removeprefix("v1,")
    told = written + "".join(capfd.readouterr())

    assert "webhook-signature" in written
    assert "msg_" in written
    assert not [secret for secret in (SECRET, SECRET.removeprefix("whsec_"), signature) if secret in told]

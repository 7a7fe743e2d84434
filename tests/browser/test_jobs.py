"""Jobs in every state that needs somebody, on their pages, in both languages, light and dark, wide and narrow."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from editorial.domain.jobs import JobState, Waits
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.packing import pack
from editorial.services import channels, clock_health
from editorial.store import clock as store
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob, JobAttempt
from editorial.store.people import Person
from tests.browser.conftest import Desk, Visit
from tests.browser.test_every_page import own_words, seen_wrong, untranslated
from tests.web import application, visitor
from tests.world import World, make_world

LOST = Message("It was sent and the answer got lost.")
STATES: tuple[tuple[JobState, dict[str, object]], ...] = (
    (JobState.UNKNOWN_OUTCOME, {"attempt": 1, "utm": {"utm_source": "linkedin"}, "last_error": pack(LOST)}),
    (JobState.AWAITING_HUMAN, {}),
    (JobState.FAILED, {"attempt": 1}),
    (JobState.MISSED, {}),
    (JobState.HELD, {"waits_for": Waits.PAGE}),
    (JobState.QUEUED, {"waits_for": Waits.QUIET}),
    (JobState.ACCEPTED, {"external_id": "theirs", "last_error": pack(LOST)}),
    (JobState.SENDING, {"attempt": 1, "worker": "desk:1"}),
)
LOOKS = [
    pytest.param((Language.EN, False, 1440), marks=pytest.mark.every_look),
    (Language.ZH, True, 380),
]


@pytest.fixture
def world(desk: Desk, tmp_path: Path) -> World:
    """A desk with a hand-off channel, a job in each of the states, and a scheduler that has run."""
    world = make_world(desk.deps, tmp_path / "world")
    now = desk.deps.now()
    with desk.deps.sessions.begin() as session:
        channel = channels.create(
            session,
            desk.deps,
            kind="handoff",
            name="LinkedIn",
            site_id=world.site.id,
            actor_id=world.mei.id,
            settings={"service": "linkedin", "instructions": "Use the team account."},
        )
        item = session.scalars(select(ContentItem)).first()
        assert item is not None
        item.url = "https://northgauge.example/posts/a/"
        for number, (state, values) in enumerate(STATES):
            job = DistributionJob(
                item_id=item.id,
                channel_id=channel.id,
                state=state,
                due_at=now - timedelta(minutes=number),
                next_try_at=now + timedelta(minutes=5) if "waits_for" in values else None,
                lease_until=now + timedelta(minutes=5),
                idem_key=f"key-{number}",
                occurrence=str(number),
                content_hash=item.content_hash,
                created_at=now,
            )
            for name, value in values.items():
                setattr(job, name, value)
            session.add(job)
            session.flush()
            if "attempt" in values:
                session.add(_attempt(job))
        store.beat(session, "desk:1", now)
        store.record_tick(
            session,
            clock_health.PUBLISH_TICK,
            worker="desk:1",
            started_at=now,
            ended_at=now,
            milliseconds=12,
            counts={"dispatched": 3},
        )
    return world


def _attempt(job: DistributionJob) -> JobAttempt:
    return JobAttempt(
        job_id=job.id,
        n=1,
        worker="desk:1",
        started_at=job.due_at,
        ended_at=job.due_at,
        outcome="unclear",
        http_status=502,
        milliseconds=312,
        request={"method": "POST", "body": "x" * 3000},
        answer={"status": "502", "body": "Bad gateway"},
    )


def paths(desk: Desk) -> list[str]:
    with desk.deps.sessions() as session:
        jobs = session.scalars(select(DistributionJob.id).where(DistributionJob.idem_key.like("key-%"))).all()
    lists = ["/queue", "/queue?view=needs", "/queue?view=lately", "/clock", "/channels", "/channels/2"]
    return [*lists, *(f"/channels/new?kind={kind.key}" for kind in channels.KINDS), *(f"/queue/jobs/{n}" for n in jobs)]


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_of_a_job_is_sound_to_look_at(
    desk: Desk, world: World, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    with desk.deps.sessions.begin() as session:
        session.get_one(Person, world.mei.id).language = language
    visit = open_window(desk, world.mei, width=width, dark=dark, language=language)

    wrong = [fault for path in paths(desk) for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


def test_every_state_of_a_job_is_said_in_the_readers_language(desk: Desk, world: World) -> None:
    guest = visitor(application(desk.deps, pseudo=True), desk.deps, world.mei)
    own = own_words(desk.deps)

    bare = sorted({text for path in paths(desk) for text in untranslated(guest.get(path), own)})

    assert "\n".join(bare) == ""


def test_a_part_of_a_hand_off_is_copied_with_one_click(
    desk: Desk, world: World, open_window: Callable[..., Visit]
) -> None:
    visit = open_window(desk, world.mei)
    visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with desk.deps.sessions() as session:
        job_id = session.scalars(
            select(DistributionJob.id).where(DistributionJob.state == JobState.AWAITING_HUMAN)
        ).one()
    visit.page.goto(f"/queue/jobs/{job_id}")

    visit.page.get_by_role("button", name="Copy Link").click()

    visit.page.get_by_role("button", name="Copied Link").wait_for()
    assert f"utm_id={job_id}" in visit.page.evaluate("navigator.clipboard.readText()")

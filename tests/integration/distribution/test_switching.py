"""A channel with live jobs is switched off only with a decision about them: never an orphan (invariant 10)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.jobs import Health, JobState, Nature
from editorial.domain.plans import HOUR
from editorial.domain.workflow import Status
from editorial.services import channels, switching
from editorial.services.deps import Deps
from editorial.services.switching import Fate, SwitchRefused
from editorial.store.distribution import Channel, DistributionJob, get_channel
from tests.integration.distribution.test_channel_plans import add_channel, due, live, save
from tests.integration.plans import Desk, make_desk


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


def switch_off(desk: Desk, channel_id: int, fate: Fate, to: int | None = None, *, version: int | None = None) -> None:
    with desk.deps.sessions.begin() as session:
        version = version or get_channel(session, channel_id).version
        switching.switch_off(session, desk.deps, desk.admin, channel_id, version=version, fate=fate, to_channel_id=to)


def orphans(desk: Desk) -> list[int]:
    """Live jobs of channels that are switched off."""
    with desk.deps.sessions() as session:
        jobs = session.scalars(select(DistributionJob).join(Channel).where(~Channel.enabled)).all()
        return [job.id for job in jobs if job.live]


def test_the_plain_switch_still_refuses(desk: Desk) -> None:
    desk.scheduled()

    with desk.deps.sessions.begin() as session, pytest.raises(EditorialError):
        channels.switch(session, desk.deps, 1, version=1, enabled=False, actor_id=desk.admin.id)


def test_its_jobs_are_cancelled_and_an_item_without_another_leaves_the_schedule(desk: Desk) -> None:
    item_id = desk.scheduled()
    switch_off(desk, 1, Fate.CANCEL)

    assert (live(desk, item_id), desk.item(item_id).status, orphans(desk)) == ({}, Status.APPROVED, [])


def test_an_item_with_another_channel_stays_scheduled(desk: Desk) -> None:
    add_channel(desk, "Mirror", nature=Nature.PAGE_MAKING, by_default=True)
    item_id = desk.scheduled()
    switch_off(desk, 1, Fate.CANCEL)

    assert (set(live(desk, item_id)), desk.item(item_id).status) == ({("Mirror", "")}, Status.SCHEDULED)


def test_its_jobs_move_to_another_channel_at_their_time(desk: Desk) -> None:
    item_id = desk.scheduled()
    mirror = add_channel(desk, "Mirror", nature=Nature.PAGE_MAKING)
    before = due(desk, item_id)["Website", ""]
    switch_off(desk, 1, Fate.MOVE, mirror)

    assert (due(desk, item_id), orphans(desk)) == ({("Mirror", ""): before}, [])


def test_what_moved_follows_its_item_from_then_on(desk: Desk) -> None:
    chat, group = add_channel(desk, "Chat"), add_channel(desk, "Group")
    item_id = desk.scheduled()
    save(desk, item_id, chat, carried=True, offset_minutes=2 * HOUR)
    switch_off(desk, chat, Fate.MOVE, group)
    moved = due(desk, item_id)

    assert moved["Group", ""] == moved["Website", ""] + timedelta(hours=2)


def test_a_job_does_not_move_to_a_channel_that_does_something_else(desk: Desk) -> None:
    chat = add_channel(desk, "Chat")
    desk.scheduled()

    with pytest.raises(SwitchRefused):
        switch_off(desk, 1, Fate.MOVE, chat)


def test_words_that_were_approved_for_one_channel_do_not_move(desk: Desk) -> None:
    chat, group = add_channel(desk, "Chat"), add_channel(desk, "Group")
    item_id = desk.scheduled()
    save(desk, item_id, chat, carried=True)
    save(desk, item_id, chat, text="Read this.")

    with pytest.raises(SwitchRefused):
        switch_off(desk, chat, Fate.MOVE, group)


def test_a_job_that_is_on_its_way_keeps_the_channel_on(desk: Desk) -> None:
    item_id = desk.scheduled()
    with desk.deps.sessions.begin() as session:
        job = session.get_one(DistributionJob, live(desk, item_id)["Website", ""].id)
        job.state, job.attempt, job.worker, job.lease_until = JobState.SENDING, 1, "w", desk.deps.now()

    with pytest.raises(SwitchRefused):
        switch_off(desk, 1, Fate.CANCEL)


def test_a_broken_channel_can_be_switched_off(desk: Desk) -> None:
    desk.scheduled()
    with desk.deps.sessions.begin() as session:
        get_channel(session, 1).health = Health.BROKEN
    switch_off(desk, 1, Fate.CANCEL)

    assert orphans(desk) == []


def test_an_older_page_does_not_switch_it_off(desk: Desk) -> None:
    with pytest.raises(StaleVersion):
        switch_off(desk, 1, Fate.CANCEL, version=99)


def test_the_page_shows_what_waits_and_the_ways_out(desk: Desk) -> None:
    desk.scheduled()
    page = desk.as_(desk.admin).get("/channels/1/off")

    assert ("1 job waits for it" in page, "What a CFO will ask" in page) == (True, True)


def test_the_page_asks_for_a_decision_before_anything_happens(desk: Desk) -> None:
    item_id = desk.scheduled()
    answer = desk.as_(desk.admin).post("/channels/1/off", version=1)

    assert (answer.status_code, set(live(desk, item_id))) == (422, {("Website", "")})


def test_the_page_switches_it_off(desk: Desk) -> None:
    item_id = desk.scheduled()
    answer = desk.as_(desk.admin).post("/channels/1/off", version=1, fate="cancel")

    assert (answer.status_code, live(desk, item_id)) == (302, {})

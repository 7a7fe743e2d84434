"""The plan of an item on its channels: who carries it, when, in which words, and the jobs that follow."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from editorial.domain.errors import NotAllowed
from editorial.domain.jobs import JobState, Nature
from editorial.domain.limits import TooLong
from editorial.domain.plans import DAY, HOUR
from editorial.domain.slots import Slot, slot, zone_named
from editorial.domain.workflow import Correction, Status, TransitionRefused
from editorial.services import approvals, channel_plans, corrections, plan_views, revisions, scheduling
from editorial.services.channel_plans import Changed, Wanted
from editorial.services.content import Stale
from editorial.services.deps import Deps
from editorial.services.plan_jobs import Past, PastJobs, PlanRefused
from editorial.store.channel_plans import texts_of
from editorial.store.content import get_item
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person
from tests.integration.plans import SLOT, ZONE, Desk, make_desk

LIMIT = 300  # characters that the network takes, the address among them
TERMINAL = {JobState.SUCCEEDED, JobState.CANCELLED, JobState.MISSED, JobState.FAILED}


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


@pytest.fixture
def chat(desk: Desk) -> int:
    """A channel that points at the page and carries nothing unless it is asked to."""
    return add_channel(desk, "Chat")


def add_channel(desk: Desk, name: str, *, nature: Nature = Nature.POINTING, by_default: bool = False) -> int:
    with desk.deps.sessions.begin() as session:
        channel = Channel(kind="webhook", name=name, site_id=desk.site_id, created_at=desk.deps.now())
        channel.settings = {"url": "https://hooks.northgauge.example/in"}
        channel.nature, channel.by_default = nature, by_default
        session.add(channel)
        session.flush()
        return channel.id


def save(
    desk: Desk, item_id: int, channel_id: int, variant: str = "", *, by: Person | None = None, past: Past | None = None,
    version: int | None = None, **of: object,
) -> Changed:  # fmt: skip
    with desk.deps.sessions.begin() as session:
        return channel_plans.save_line(
            session,
            desk.deps,
            by or desk.admin,
            item_id,
            (channel_id, variant),
            wanted=Wanted(**of),  # type: ignore[arg-type]
            version=version or get_item(session, item_id).version,
            past=past,
        )


def live(desk: Desk, item_id: int) -> dict[tuple[str, str], DistributionJob]:
    """The jobs that have not ended, by channel and variant."""
    with desk.deps.sessions() as session:
        jobs = session.scalars(select(DistributionJob).where(DistributionJob.item_id == item_id)).all()
        return {(job.channel.name, job.variant): job for job in jobs if job.state not in TERMINAL}


def due(desk: Desk, item_id: int) -> dict[tuple[str, str], datetime]:
    return {key: job.due_at for key, job in live(desk, item_id).items()}


def schedule(desk: Desk, item_id: int, wall: datetime = SLOT, zone: str = ZONE, past: Past | None = None) -> None:
    with desk.deps.sessions.begin() as session:
        scheduling.schedule(
            session, item_id, wall=wall, zone=zone, actor=desk.admin, version=None, now=desk.deps.now(),
            token=desk.deps.token, past=past,
        )  # fmt: skip


def at(wall: datetime, zone: str = ZONE) -> Slot:
    return slot(wall, zone_named(zone))


def test_a_channel_that_carries_by_default_needs_no_decision(desk: Desk, chat: int) -> None:
    item_id = desk.scheduled()

    assert set(live(desk, item_id)) == {("Website", "")}


def test_a_channel_that_is_chosen_gets_its_job_so_long_after_the_item(desk: Desk, chat: int) -> None:
    item_id = desk.approved()
    save(desk, item_id, chat, carried=True, offset_minutes=2 * HOUR)
    schedule(desk, item_id)

    assert due(desk, item_id)["Chat", ""] == at(SLOT).instant + timedelta(hours=2)


def test_a_change_of_the_plan_reaches_the_jobs_of_a_scheduled_item_at_once(desk: Desk, chat: int) -> None:
    item_id = desk.scheduled()
    save(desk, item_id, chat, carried=True, offset_minutes=3 * DAY)
    chosen = due(desk, item_id)["Chat", ""]
    save(desk, item_id, chat, carried=False)

    assert chosen == at(SLOT + timedelta(days=3)).instant
    assert set(live(desk, item_id)) == {("Website", "")}


def test_a_pinned_job_stays_when_the_item_moves(desk: Desk, chat: int) -> None:
    item_id = desk.approved()
    own = at(datetime(2026, 12, 20, 9, 0))
    save(desk, item_id, chat, carried=True, own=own)
    schedule(desk, item_id)
    schedule(desk, item_id, SLOT + timedelta(days=1))

    assert due(desk, item_id) == {
        ("Website", ""): at(SLOT + timedelta(days=1)).instant,
        ("Chat", ""): own.instant,
    }


@pytest.fixture
def network(desk: Desk) -> int:
    """A channel that points at the page in at most `LIMIT` characters, its address among them."""
    channel_id = add_channel(desk, "Network")
    with desk.deps.sessions.begin() as session:
        channel = session.get_one(Channel, channel_id)
        channel.kind, channel.settings = "handoff", {"service": "linkedin", "does": "points", "text_limit": LIMIT}
        channel.utm_source = "network"
    return channel_id


def room(desk: Desk, item_id: int, channel_id: int) -> int:
    """Characters that the counter on the page leaves for words."""
    with desk.deps.sessions() as session:
        found = plan_views.plan_view(session, desk.deps, get_item(session, item_id))
        left = next(one.left for one in found.lines if one.channel.id == channel_id)
    assert left is not None
    return left


def test_words_that_fit_beside_their_link_are_saved(desk: Desk, network: int) -> None:
    item_id = desk.published()
    left = room(desk, item_id, network)

    assert 0 < left < LIMIT
    assert save(desk, item_id, network, text="x" * left).changed


def test_words_that_fit_only_without_their_link_are_refused(desk: Desk, network: int) -> None:
    item_id = desk.published()
    left = room(desk, item_id, network)

    with pytest.raises(TooLong) as refused:
        save(desk, item_id, network, text="x" * (left + 1))
    assert refused.value.over == 1


def test_words_are_measured_with_the_parameters_that_are_saved_with_them(desk: Desk, network: int) -> None:
    item_id = desk.published()
    left = room(desk, item_id, network)

    with pytest.raises(TooLong):
        save(desk, item_id, network, text="x" * left, utm={"utm_source": "a-longer-network"})


def test_words_are_taken_away_however_long_the_link_is(desk: Desk, network: int) -> None:
    item_id = desk.published()
    save(desk, item_id, network, text="Read this.")
    with desk.deps.sessions.begin() as session:
        channel = session.get_one(Channel, network)
        channel.settings = {**channel.settings, "text_limit": 10}

    assert save(desk, item_id, network, text="").changed


def test_several_variants_of_one_channel_are_several_jobs(desk: Desk, chat: int) -> None:
    item_id = desk.approved()
    save(desk, item_id, chat, carried=True)
    save(desk, item_id, chat, "reminder", carried=True, offset_minutes=7 * DAY)
    schedule(desk, item_id)

    assert set(live(desk, item_id)) == {("Website", ""), ("Chat", ""), ("Chat", "reminder")}


def test_a_variant_that_is_taken_away_takes_its_job_with_it(desk: Desk, chat: int) -> None:
    item_id = desk.approved()
    save(desk, item_id, chat, "reminder", carried=True, offset_minutes=7 * DAY)
    schedule(desk, item_id)
    with desk.deps.sessions.begin() as session:
        version = get_item(session, item_id).version
        channel_plans.remove_variant(session, desk.deps, desk.admin, item_id, (chat, "reminder"), version=version)

    assert set(live(desk, item_id)) == {("Website", "")}


def test_a_pointing_channel_never_goes_before_the_page(desk: Desk, chat: int) -> None:
    item_id = desk.approved()

    with pytest.raises(PlanRefused):
        save(desk, item_id, chat, carried=True, offset_minutes=-HOUR)


def test_an_item_is_not_moved_behind_a_pinned_post(desk: Desk, chat: int) -> None:
    item_id = desk.scheduled()
    save(desk, item_id, chat, carried=True, own=at(SLOT + timedelta(hours=1)))
    before = due(desk, item_id)

    with pytest.raises(PlanRefused):
        schedule(desk, item_id, SLOT + timedelta(days=1))

    assert due(desk, item_id) == before


def test_with_no_channel_chosen_nothing_is_scheduled_and_the_refusal_says_so(desk: Desk) -> None:
    item_id = desk.approved()
    save(desk, item_id, 1, carried=False)

    with pytest.raises(TransitionRefused) as refused:
        schedule(desk, item_id)

    assert "No channel is chosen" in refused.value.says.id


def test_the_last_channel_of_a_scheduled_item_is_not_taken_away(desk: Desk) -> None:
    item_id = desk.scheduled()

    with pytest.raises(TransitionRefused):
        save(desk, item_id, 1, carried=False)


class TestJobsInThePast:
    """The desk's clock stands at 10:00 of 9 December in Shanghai."""

    @pytest.fixture
    def item_id(self, desk: Desk) -> int:
        """Half an hour before its own time a second site mirrors it; that half hour has begun."""
        mirror = add_channel(desk, "Mirror", nature=Nature.PAGE_MAKING)
        item_id = desk.approved()
        save(desk, item_id, mirror, carried=True, offset_minutes=-30)
        return item_id

    def test_are_named_and_nothing_happens_before_somebody_says_what_becomes_of_them(
        self, desk: Desk, item_id: int
    ) -> None:
        with pytest.raises(PastJobs) as refused:
            schedule(desk, item_id, datetime(2026, 12, 9, 10, 10))

        assert [one.line.name for one in refused.value.dues] == ["Mirror"]
        assert desk.item(item_id).status is Status.APPROVED

    def test_go_out_at_once(self, desk: Desk, item_id: int) -> None:
        schedule(desk, item_id, datetime(2026, 12, 9, 10, 10), past=Past.NOW)

        assert due(desk, item_id)["Mirror", ""] == desk.deps.now()

    def test_are_left_out(self, desk: Desk, item_id: int) -> None:
        schedule(desk, item_id, datetime(2026, 12, 9, 10, 10), past=Past.LEAVE_OUT)

        assert set(live(desk, item_id)) == {("Website", "")}


def test_only_a_publisher_says_where_and_when(desk: Desk, chat: int) -> None:
    with pytest.raises(NotAllowed):
        save(desk, desk.approved(), chat, by=desk.writer, carried=True)


def test_a_writer_writes_the_words_of_a_variant_that_nobody_has_chosen_yet(desk: Desk, chat: int) -> None:
    item_id = desk.create()
    save(desk, item_id, chat, "teaser", by=desk.writer, text="Soon: what a CFO will ask.")
    with desk.deps.sessions() as session:
        assert texts_of(session, item_id) == {(chat, "teaser", "Soon: what a CFO will ask.")}


def test_a_plan_on_an_older_version_is_stale(desk: Desk, chat: int) -> None:
    item_id = desk.approved()
    version = desk.item(item_id).version
    save(desk, item_id, chat, carried=True)

    with pytest.raises(Stale):
        save(desk, item_id, chat, carried=False, version=version)


def test_an_identical_plan_writes_nothing(desk: Desk, chat: int) -> None:
    item_id = desk.approved()
    save(desk, item_id, chat, carried=True, text="Read this.")
    version = desk.item(item_id).version
    again = save(desk, item_id, chat, carried=True, text="Read this.\r\n")

    assert (again.changed, desk.item(item_id).version) == (False, version)


class TestWordsAreApproved:
    """The words of a variant are part of what is approved (WT #13563)."""

    def test_new_words_take_an_approved_item_back_into_review(self, desk: Desk, chat: int) -> None:
        item_id = desk.approved()
        done = save(desk, item_id, chat, text="Read this.")

        assert (done.reopened_from, desk.item(item_id).status) == (Status.APPROVED, Status.IN_REVIEW)

    def test_new_words_hold_the_jobs_of_a_scheduled_item(self, desk: Desk, chat: int) -> None:
        item_id = desk.scheduled()
        save(desk, item_id, chat, text="Read this.")

        assert live(desk, item_id)["Website", ""].state is JobState.HELD

    def test_wt13563_the_same_words_void_nothing(self, desk: Desk, chat: int) -> None:
        item_id = desk.create()
        save(desk, item_id, chat, text="Read this.")
        for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
            desk.move(item_id, step)
        with desk.deps.sessions.begin() as session:
            approvals.approve(session, desk.deps, desk.approver, item_id, version=get_item(session, item_id).version)
        save(desk, item_id, chat, text="Read this.")

        assert desk.item(item_id).status is Status.APPROVED

    def test_times_are_not_part_of_it(self, desk: Desk, chat: int) -> None:
        item_id = desk.scheduled()
        before = desk.item(item_id).content_hash
        save(desk, item_id, chat, carried=True, offset_minutes=HOUR)

        assert (desk.item(item_id).content_hash, desk.item(item_id).status) == (before, Status.SCHEDULED)

    def test_an_item_without_words_keeps_the_hash_of_its_text(self, desk: Desk, chat: int) -> None:
        item_id = desk.create()
        before = desk.item(item_id).content_hash
        save(desk, item_id, chat, text="Read this.")
        with_words = desk.item(item_id).content_hash
        save(desk, item_id, chat, text="")

        assert (before != with_words, desk.item(item_id).content_hash) == (True, before)

    def test_a_save_of_the_text_keeps_the_words(self, desk: Desk, chat: int) -> None:
        item_id = desk.create()
        save(desk, item_id, chat, text="Read this.")
        desk.save(item_id, title="Another title")
        with desk.deps.sessions() as session:
            assert texts_of(session, item_id) == {(chat, "", "Read this.")}

    def test_a_revision_keeps_the_words_and_brings_them_back(self, desk: Desk, chat: int) -> None:
        item_id = desk.create()
        save(desk, item_id, chat, text="Read this.")
        save(desk, item_id, chat, text="Read that.")
        with desk.deps.sessions.begin() as session:
            version = get_item(session, item_id).version
            revisions.restore(session, desk.deps, desk.writer, item_id, 2, version=version)
        with desk.deps.sessions() as session:
            assert texts_of(session, item_id) == {(chat, "", "Read this.")}


class TestWhatIsPublished:
    """The page is out: its own plan is closed, but it can be shared."""

    def test_its_page_channels_stay_as_they_were(self, desk: Desk) -> None:
        item_id = desk.published()

        with pytest.raises(PlanRefused):
            save(desk, item_id, 1, carried=False)

    def test_it_is_shared_again_as_a_new_job(self, desk: Desk, chat: int) -> None:
        item_id = desk.published()
        share(desk, item_id, chat)

        assert due(desk, item_id) == {("Chat", ""): desk.deps.now()}

    def test_two_clicks_share_it_once(self, desk: Desk, chat: int) -> None:
        item_id = desk.published()
        share(desk, item_id, chat)

        with pytest.raises(PlanRefused):
            share(desk, item_id, chat)

    def test_new_words_are_a_correction_that_leaves_the_page_alone(self, desk: Desk, chat: int) -> None:
        item_id = desk.published()
        done = save(desk, item_id, chat, text="Read this.")
        for actor, to in ((desk.writer, Correction.IN_REVIEW), (desk.approver, Correction.APPROVED)):
            correct(desk, item_id, actor, to)
        correct(desk, item_id, desk.admin, Correction.GOING_OUT)
        item = desk.item(item_id)

        assert done.corrects
        assert (item.live_hash, live(desk, item_id)) == (item.content_hash, {})

    def test_a_post_to_come_waits_for_a_correction_and_goes_on_with_its_words(self, desk: Desk, chat: int) -> None:
        item_id = desk.published()
        share(desk, item_id, chat, at(datetime(2026, 12, 24, 9, 0)))
        save(desk, item_id, chat, text="Read this.")
        held = live(desk, item_id)["Chat", ""].state
        for actor, to in ((desk.writer, Correction.IN_REVIEW), (desk.approver, Correction.APPROVED)):
            correct(desk, item_id, actor, to)
        correct(desk, item_id, desk.admin, Correction.GOING_OUT)
        job = live(desk, item_id)["Chat", ""]

        assert (held, job.state, job.content_hash) == (
            JobState.HELD,
            JobState.QUEUED,
            desk.item(item_id).content_hash,
        )


def correct(desk: Desk, item_id: int, actor: Person, to: Correction) -> None:
    with desk.deps.sessions.begin() as session:
        corrections.step(session, desk.deps, actor, get_item(session, item_id), to)


def share(desk: Desk, item_id: int, channel_id: int, when: Slot | None = None) -> None:
    with desk.deps.sessions.begin() as session:
        version = get_item(session, item_id).version
        channel_plans.share_again(session, desk.deps, desk.admin, item_id, (channel_id, ""), at=when, version=version)

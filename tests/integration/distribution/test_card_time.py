"""Invariant 4: after any way of changing a plan, card, item and jobs say the same time (F19)."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import TERMINAL, JobState
from editorial.domain.plans import DAY, HOUR, dues
from editorial.domain.slots import shown_in, slot, zone_named
from editorial.domain.workflow import Status
from editorial.services import approvals, calendar, channel_plans, content, moving, planning, scheduling
from editorial.services.cards import Viewer
from editorial.services.channel_plans import Wanted
from editorial.services.deps import Deps
from editorial.services.plan_jobs import Past, item_slot
from editorial.services.plan_lines import lines_of
from editorial.services.revisions import draft_of
from editorial.store import history
from editorial.store.content import ContentItem, get_item
from editorial.store.distribution import DistributionJob
from tests.integration.distribution.test_channel_plans import add_channel
from tests.integration.plans import ZONE, Desk, make_desk

ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Santiago",
    "Asia/Kolkata",
)
# a week in which Berlin, a week later New York, changes its clocks, and quiet days before
DAYS = (
    date(2026, 12, 15),
    date(2027, 3, 13),
    date(2027, 3, 14),
    date(2027, 3, 27),
    date(2027, 3, 28),
    date(2027, 10, 31),
)
Act = Callable[[Session, Desk, ContentItem, int], object]


def schedule(day: date, minute: int, zone: str) -> Act:
    def act(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
        return scheduling.schedule(
            session, item.id, wall=wall, zone=zone, actor=desk.admin, version=None, now=desk.deps.now(),
            token=desk.deps.token, past=Past.LEAVE_OUT,
        )  # fmt: skip

    return act


def drag(day: date) -> Act:
    return lambda session, desk, item, _: planning.plan_day(
        session, desk.deps, desk.admin, item.id, day, version=item.version, with_slot=True
    )


def drag_to_hour(day: date, minute: int, zone: str) -> Act:
    at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    return lambda session, desk, item, _: planning.plan_day(
        session, desk.deps, desk.admin, item.id, day, version=item.version, with_slot=True, at=at, zone=ZoneInfo(zone)
    )


def shift(days: int) -> Act:
    """What a shift of several items does to each of them."""

    def act(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
        if item.target_date is None:
            return None
        there = item.target_date + timedelta(days=days)
        return planning.plan_day(session, desk.deps, desk.admin, item.id, there, version=item.version, with_slot=True)

    return act


def plan(wanted: Wanted, variant: str = "") -> Act:
    return lambda session, desk, item, chat: channel_plans.save_line(
        session, desk.deps, desk.admin, item.id, (chat, variant), wanted=wanted, version=item.version
    )


def pin(day: date, minute: int, zone: str) -> Act:
    def act(session: Session, desk: Desk, item: ContentItem, chat: int) -> object:
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
        own = slot(wall, zone_named(zone))
        return plan(Wanted(carried=True, own=own))(session, desk, item, chat)

    return act


def undo(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
    newest = history.of_entity(session, "item", item.id, limit=1)[0]
    return planning.undo(session, desk.deps, desk.admin, newest.undo_token or "none")


def cancel(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
    return scheduling.unschedule(session, item.id, actor=desk.admin, version=None, now=desk.deps.now())


def hold(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
    held = moving.move(session, desk.deps, item, Status.ON_HOLD, desk.admin, comment="Legal looks at it.")
    content.touch(session, desk.deps, item)
    return held


def resume(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
    moved = moving.move(session, desk.deps, item, item.held_from or item.status, desk.admin)
    content.touch(session, desk.deps, item)
    return moved


def edit(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
    draft = draft_of(item)
    changed = type(draft)(**{**draft.__dict__, "body": f"{draft.body} More."})
    return content.save(session, desk.deps, desk.writer, item.id, changed, version=item.version)


def approve(session: Session, desk: Desk, item: ContentItem, _: int) -> object:
    return approvals.approve(session, desk.deps, desk.approver, item.id, version=item.version)


days, minutes, zones = st.sampled_from(DAYS), st.integers(0, 287).map(lambda n: n * 5), st.sampled_from(ZONES)
offsets = st.sampled_from([0, 15, 90, 2 * HOUR, DAY, 3 * DAY, 25 * HOUR])
acts = st.one_of(
    st.builds(schedule, days, minutes, zones),
    st.builds(drag, days),
    st.builds(drag_to_hour, days, minutes, zones),
    st.builds(shift, st.integers(-30, 30)),
    st.builds(lambda minutes: plan(Wanted(carried=True, offset_minutes=minutes)), offsets),
    st.builds(lambda minutes: plan(Wanted(carried=True, offset_minutes=minutes), "reminder"), offsets),
    st.just(plan(Wanted(carried=False))),
    st.builds(pin, days, minutes, zones),
    st.just(undo),
    st.sampled_from([hold, resume]),
    st.sampled_from([edit, approve, cancel]),
)


def jobs_of(session: Session, item_id: int) -> list[DistributionJob]:
    wanted = select(DistributionJob).where(DistributionJob.item_id == item_id, DistributionJob.state.not_in(TERMINAL))
    return list(session.scalars(wanted))


def check(session: Session, desk: Desk, item_id: int) -> None:
    item, jobs = get_item(session, item_id), jobs_of(session, item_id)
    base = item_slot(item)
    assert max(Counter((job.channel_id, job.variant) for job in jobs).values(), default=1) == 1
    if base is not None:
        assert slot(base.wall, ZoneInfo(base.zone), fold=base.fold).instant == item.publish_at
        viewer = Viewer(ZoneInfo("America/New_York"), desk.deps.now())
        assert calendar.card_of(session, viewer, item_id).local == shown_in(base.instant, viewer.zone)
    if item.status is not Status.SCHEDULED:
        assert {job.state for job in jobs} <= {JobState.HELD}
        return
    assert base is not None
    assert item.target_date == base.wall.date()
    planned = {one.line.key: one.slot.instant for one in dues(lines_of(session, item), base)}
    assert {(job.channel_id, job.variant): job.due_at for job in jobs} == planned


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


@pytest.fixture
def chat(desk: Desk) -> int:
    return add_channel(desk, "Chat")


@pytest.mark.thorough
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(acts, min_size=4, max_size=14))
def test_f19_after_any_sequence_card_item_and_jobs_agree(desk: Desk, chat: int, steps: list[Act]) -> None:
    item_id = desk.approved(title=f"Item {desk.deps.token()}")
    for act in [schedule(DAYS[0], 600, ZONE), *steps]:
        try:
            with desk.deps.sessions.begin() as session:
                act(session, desk, get_item(session, item_id), chat)
        except EditorialError:  # a refusal changes nothing, which is what is looked at next
            pass
        with desk.deps.sessions() as session:
            check(session, desk, item_id)

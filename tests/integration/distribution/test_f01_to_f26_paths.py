"""F19, F23, F25, F26 through the doors that people use: whatever way a plan is changed, the calendar tells the truth,
and no way leads round a gate.

F24 stands with the probes of channels (tests/integration/notices/test_channel_probes.py), F19 and F26 of programs with
the API (tests/integration/api), any sequence of ways in test_card_time.py.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from editorial.adapters import channels as adapters
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import TERMINAL, JobState, Unclear
from editorial.domain.workflow import Status
from editorial.services import job_decisions, moving, scheduling
from editorial.services.deps import Deps
from editorial.store import distribution
from editorial.store.content import get_item
from editorial.store.distribution import DistributionJob
from tests.conftest import Clock
from tests.integration.distribution import sites
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs
from tests.integration.distribution.test_card_time import check
from tests.integration.distribution.test_turns import job_of, tick
from tests.integration.plans import SLOT, ZONE, Desk, make_desk

Walk = Callable[[Desk, int], TestResponse | None]


@pytest.fixture
def plan(deps: Deps) -> Desk:
    """People, a site and a channel behind the pages."""
    return make_desk(deps)


def send(desk: Desk, path: str, **fields: Any) -> TestResponse:
    answer = desk.as_(desk.admin).send(path, **fields)
    assert answer.status_code < 400, answer.text[:400]
    return answer


def versioned(desk: Desk, item_id: int) -> dict[str, Any]:
    return {"version": desk.item(item_id).version}


def drag(desk: Desk, item_id: int, **more: Any) -> TestResponse:
    fields = {"day": "2026-12-17", "publish_time": "moves", "confirmed": "1"} | versioned(desk, item_id) | more
    return send(desk, f"/items/{item_id}/day", **fields)


def form(desk: Desk, item_id: int, what: str = "schedule") -> TestResponse:
    when = {"publish_day": "2027-03-28", "publish_time": "03:30", "publish_zone": "Europe/Berlin"}
    answer = desk.as_(desk.admin).post(
        f"/items/{item_id}/slot", what=what, confirmed="1", **when, **versioned(desk, item_id)
    )
    assert answer.status_code < 400, answer.text[:400]
    return answer


def bulk(desk: Desk, item_id: int) -> TestResponse:
    chosen = f"{item_id}:{desk.item(item_id).version}"
    return send(desk, "/items/together", item=chosen, what="shift", days="9", publish_time="moves")


def hold_and_go_on(desk: Desk, item_id: int) -> None:
    for _ in range(2):
        with desk.deps.sessions.begin() as session:
            item = get_item(session, item_id)
            to = item.held_from or Status.ON_HOLD
            moving.move(session, desk.deps, item, to, desk.admin, comment="Legal looks at it.")
    form(desk, item_id)  # back from hold it is approved, and somebody says when


def cancel_and_plan_anew(desk: Desk, item_id: int) -> None:
    form(desk, item_id, "cancel")
    form(desk, item_id)


def send_now(desk: Desk, item_id: int) -> None:
    with desk.deps.sessions() as session:
        job = distribution.jobs_of_item(session, item_id)[0]
    desk.as_(desk.admin).post(f"/queue/jobs/{job.id}/dispatch")


WALKS: dict[str, Walk] = {
    "drag": drag,
    "drag to an hour": lambda desk, item_id: drag(desk, item_id, at="16:45"),
    "form": form,
    "bulk": bulk,
    "hold and go on": hold_and_go_on,
    "cancel and plan anew": cancel_and_plan_anew,
    "send now": send_now,
}


def live_jobs(desk: Desk, item_id: int) -> list[DistributionJob]:
    with desk.deps.sessions() as session:
        return [job for job in distribution.jobs_of_item(session, item_id) if job.state not in TERMINAL]


def agree(desk: Desk, item_id: int) -> None:
    with desk.deps.sessions() as session:
        check(session, desk, item_id)


@pytest.mark.parametrize("way", WALKS)
def test_f19_after_a_way_of_planning_the_card_says_when_the_jobs_go(plan: Desk, *, way: str) -> None:
    item_id = plan.scheduled()
    before = plan.item(item_id).publish_at
    WALKS[way](plan, item_id)
    item, jobs = plan.item(item_id), live_jobs(plan, item_id)

    assert (item.status, [job.due_at for job in jobs]) == (Status.SCHEDULED, [item.publish_at])
    assert item.publish_at != before
    agree(plan, item_id)


@pytest.mark.parametrize("way", ["drag", "drag to an hour", "bulk"])
def test_f19_taking_it_back_takes_the_jobs_back(plan: Desk, *, way: str) -> None:
    item_id = plan.scheduled()
    before = plan.item(item_id).publish_at
    answer = WALKS[way](plan, item_id)
    assert answer is not None
    send(plan, "/undos", token=answer.get_json()["undo"])

    assert (plan.item(item_id).publish_at, [job.due_at for job in live_jobs(plan, item_id)]) == (before, [before])
    agree(plan, item_id)


def test_f19_a_cancelled_plan_leaves_no_job_behind(plan: Desk) -> None:
    item_id = plan.scheduled()
    form(plan, item_id, "cancel")

    assert (plan.item(item_id).publish_at, live_jobs(plan, item_id)) == (None, [])
    agree(plan, item_id)


def test_f19_a_second_person_with_an_older_page_moves_nothing(plan: Desk) -> None:
    item_id = plan.scheduled()
    old = versioned(plan, item_id)
    drag(plan, item_id)
    before = plan.item(item_id).publish_at
    answer = plan.as_(plan.admin).send(
        f"/items/{item_id}/day", day="2026-12-30", publish_time="moves", confirmed="1", **old
    )

    assert (answer.status_code, plan.item(item_id).publish_at) == (409, before)
    agree(plan, item_id)


def test_f23_moving_a_published_piece_publishes_nothing(plan: Desk) -> None:
    item_id = plan.published()
    plan.as_(plan.admin).send(
        f"/items/{item_id}/day", day="2026-12-17", publish_time="moves", **versioned(plan, item_id)
    )

    with plan.deps.sessions() as session:
        assert distribution.jobs_of_item(session, item_id) == []


def test_f23_send_again_asks_first_and_makes_a_job_of_its_own(desk: sites.Desk, wire: Wire) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)

    def lose(*_: str) -> None:
        raise Unclear

    wire.answer = lose
    tick(desk)
    wire.answer = lambda *_: None
    with pytest.raises(EditorialError, match="twice"), desk.deps.sessions.begin() as session:
        job_decisions.send_again(session, desk.deps, job_id, desk.publisher, looked=False)
    with desk.deps.sessions.begin() as session:
        again = job_decisions.send_again(session, desk.deps, job_id, desk.publisher, looked=True).id
    tick(desk)

    assert (job_of(desk, job_id).state, job_of(desk, again).state) == (JobState.FAILED, JobState.SUCCEEDED)
    assert wire.taken == [job_of(desk, again).idem_key] != [job_of(desk, job_id).idem_key]


def test_f25_a_job_whose_channel_nothing_serves_says_so(desk: sites.Desk, clock: Clock) -> None:
    desk.schedule()
    with desk.deps.sessions.begin() as session:
        distribution.get_channel(session, desk.channel_id).kind = "carrier-pigeon"
    clock.forward(minutes=2)
    desk.tick()

    assert (desk.job.state, desk.reason.params["name"]) == (JobState.HELD, "Website")


def test_f25_an_answer_without_evidence_is_no_success(
    desk: sites.Desk, wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    stub = adapters.kind_of("stub")
    assert stub is not None
    monkeypatch.setattr(stub.adapter, "publish", lambda *_, **__: None)
    with pytest.raises(AttributeError):
        tick(desk)
    clock.forward(minutes=10)
    desk.reap()

    assert job_of(desk, job_id).state is JobState.UNKNOWN_OUTCOME


class TestGates:
    """F26: the guard stands in the step itself, not in a button."""

    @pytest.fixture
    def unready(self, plan: Desk) -> int:
        """In production, its checklist untouched."""
        item_id = plan.create()
        for step in (Status.BRIEF, Status.IN_PRODUCTION):
            plan.move(item_id, step)
        return item_id

    def test_f26_the_form_refuses_and_says_what_is_missing(self, plan: Desk, unready: int) -> None:
        fields = {"publish_day": "2026-12-15", "publish_time": "10:00", "publish_zone": ZONE, "what": "schedule"}
        answer = plan.as_(plan.admin).post(f"/items/{unready}/slot", **fields, **versioned(plan, unready))

        assert answer.status_code in {409, 422}
        assert live_jobs(plan, unready) == []

    @pytest.mark.parametrize("path", ["status", "step", "quick"])
    def test_f26_no_other_form_leads_round_it(self, plan: Desk, unready: int, *, path: str) -> None:
        fields = {"to": "scheduled", "title": "T", "owner": "", "day": "2026-12-15"}
        plan.as_(plan.admin).post(f"/items/{unready}/{path}", **fields, **versioned(plan, unready))

        assert (plan.item(unready).status, live_jobs(plan, unready)) == (Status.IN_PRODUCTION, [])

    def test_f26_the_future_is_no_way_round_it(self, plan: Desk, unready: int) -> None:
        with pytest.raises(EditorialError), plan.deps.sessions.begin() as session:
            scheduling.schedule(
                session, unready, wall=SLOT + timedelta(days=300), zone=ZONE, actor=plan.admin, version=None,
                now=plan.deps.now(), token=plan.deps.token,
            )  # fmt: skip

        assert plan.item(unready).status is Status.IN_PRODUCTION

    def test_f26_nobody_slips_another_text_under_an_approval(self, desk: sites.Desk) -> None:
        desk.schedule()
        with desk.deps.sessions() as session:
            item = get_item(session, desk.item_id)
            item.body, item.content_hash = "Other words.", "0" * 64
            with pytest.raises(IntegrityError, match="scheduled_is_approved"):
                session.flush()

    def test_f26_a_job_of_another_text_than_was_approved_is_not_sent(self, desk: sites.Desk, clock: Clock) -> None:
        desk.schedule()
        with desk.deps.sessions.begin() as session:
            distribution.get_job(session, desk.job.id).content_hash = "0" * 64
        clock.forward(minutes=2)
        desk.tick()

        assert (desk.job.state, len(desk.repository.commits())) == (JobState.HELD, 1)


class TestWorthATest:
    """The line below the table."""

    def test_what_the_clock_published_is_not_taken_back_by_an_editor_with_an_older_page(
        self, desk: sites.Desk, clock: Clock
    ) -> None:
        desk.schedule()
        old = desk.item.version
        clock.forward(minutes=2)
        desk.tick()
        with pytest.raises(EditorialError), desk.deps.sessions.begin() as session:
            scheduling.unschedule(session, desk.item_id, actor=desk.publisher, version=old, now=clock())

        assert desk.item.status is Status.PUBLISHED

    def test_saving_without_a_change_keeps_the_approval_and_the_jobs(self, plan: Desk) -> None:
        item_id = plan.scheduled()
        plan.save(item_id)

        assert (plan.item(item_id).status, len(live_jobs(plan, item_id))) == (Status.SCHEDULED, 1)

    def test_a_date_in_the_past_is_refused_with_a_sentence_that_says_why(self, plan: Desk) -> None:
        item_id = plan.approved()
        fields = {"publish_day": "2026-12-08", "publish_time": "10:00", "publish_zone": ZONE, "what": "schedule"}
        page = plan.as_(plan.admin).post(f"/items/{item_id}/slot", **fields, **versioned(plan, item_id))

        assert page.status_code in {409, 422}
        assert re.search(r"past|over|passed", page.text)
        assert "8 Dec" in page.text or "2026-12-08" in page.text

    def test_the_hour_that_was_typed_is_the_hour_of_the_jobs(self, plan: Desk) -> None:
        """“Queue slots read as UTC.”"""
        item_id = plan.scheduled(datetime(2026, 12, 15, 23, 30))

        assert [job.due_at.isoformat() for job in live_jobs(plan, item_id)] == ["2026-12-15T15:30:00+00:00"]

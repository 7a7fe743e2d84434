"""One job: its attempts, what somebody posts by hand, and clicks that come too often."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, text

from editorial.domain.jobs import JobState, Waits
from editorial.domain.messages import Message
from editorial.domain.packing import pack
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services import channels, queue_pages
from editorial.services.deps import Deps
from editorial.services.outcomes import NO_ADDRESS
from editorial.services.queue_pages import View, Wanted
from editorial.store import distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob, JobAttempt
from editorial.store.people import Person, PersonRole
from tests.integration.distribution.sites import Desk, make_desk, make_repository
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def desk(deps: Deps, tmp_path: Path) -> Desk:
    return make_desk(deps, make_repository(tmp_path))


@pytest.fixture
def publisher(app: Flask, deps: Deps, desk: Desk) -> Visitor:
    return visitor(app, deps, desk.publisher)


def add_job(desk: Desk, state: JobState, *, ago: timedelta = timedelta(0), key: str = "k", **values: object) -> int:
    """A job of the desk's item on its channel, due some time ago."""
    now = desk.deps.now()
    with desk.deps.sessions.begin() as session:
        item = session.get_one(ContentItem, desk.item_id)
        job = DistributionJob(
            item_id=item.id,
            channel_id=desk.channel_id,
            state=state,
            due_at=now - ago,
            idem_key=key,
            occurrence=key,
            content_hash=item.content_hash,
            created_at=now,
        )
        for name, value in values.items():
            setattr(job, name, value)
        session.add(job)
        session.flush()
        return job.id


@pytest.fixture
def by_hand(desk: Desk, deps: Deps) -> int:
    """A job that waits to be posted on LinkedIn by the item's owner, who may write and not publish."""
    with deps.sessions.begin() as session:
        item = session.get_one(ContentItem, desk.item_id)
        item.status, item.url = Status.PUBLISHED, "https://www.example.com/posts/gateway/"
        session.add(_owner(item))
        channel_id = channels.create(
            session,
            deps,
            kind="handoff",
            name="LinkedIn",
            site_id=item.site_id or 0,
            settings={"service": "linkedin", "instructions": "Use the team account."},
            actor_id=None,
        ).id
    return add_job(desk, JobState.AWAITING_HUMAN, channel_id=channel_id)


def _owner(item: ContentItem) -> Person:
    item.owner = Person(
        name="Otto",
        email="otto@example.com",
        language=item.language,
        zone="Asia/Shanghai",
        created_at=item.created_at,
        grants=[PersonRole(role=Role.CONTRIBUTOR)],
    )
    return item.owner


def owner_of(deps: Deps, desk: Desk) -> Person:
    with deps.sessions() as session:
        return session.scalars(select(Person).where(Person.name == "Otto")).one()


class TestAttempts:
    @pytest.fixture
    def page(self, publisher: Visitor, desk: Desk, deps: Deps) -> str:
        job_id = add_job(
            desk, JobState.FAILED, attempt=1, utm={"utm_source": "hook", "utm_id": "7"}, ended_at=deps.now()
        )
        with deps.sessions.begin() as session:
            session.add(
                JobAttempt(
                    job_id=job_id,
                    n=1,
                    worker="desk:4711",
                    started_at=deps.now(),
                    ended_at=deps.now(),
                    outcome="refused",
                    http_status=400,
                    milliseconds=312,
                    request={"method": "POST", "body": "{\n  <script>1</script>\n}"},
                    answer={"status": "400", "body": "no such room"},
                )
            )
        return publisher.get(f"/queue/jobs/{job_id}")

    def test_it_tells_who_tried_how_long_it_took_and_what_came_back(self, page: str) -> None:
        assert [word in page for word in ("desk:4711", "312 ms", "400", "no such room")] == [True] * 4

    def test_what_was_said_on_the_wire_is_plain_text(self, page: str) -> None:
        assert "method: POST\nbody:\n{\n  &lt;script&gt;1&lt;/script&gt;\n}" in page

    def test_the_campaign_parameters_of_the_job_stand_there(self, page: str) -> None:
        assert '<code>utm_source</code></dt><dd><code class="key" data-own-words>hook</code>' in page


class TestByHand:
    def test_every_part_can_be_copied(self, publisher: Visitor, by_hand: int) -> None:
        page = publisher.get(f"/queue/jobs/{by_hand}")

        assert [f'data-copy="c-{part}"' in page for part in ("text", "link", "message")] == [True] * 3
        assert f"utm_id={by_hand}" in page
        assert "Use the team account." in page
        assert ">Post it on “LinkedIn”<" in page

    def test_who_is_asked_confirms_without_the_right_to_publish(
        self, app: Flask, deps: Deps, desk: Desk, by_hand: int
    ) -> None:
        otto = visitor(app, deps, owner_of(deps, desk))

        otto.post(f"/queue/jobs/{by_hand}/posting", url="https://linkedin.example/p/1")

        with deps.sessions() as session:
            job = distribution.get_job(session, by_hand)
        assert (job.state, job.external_url) == (JobState.SUCCEEDED, "https://linkedin.example/p/1")

    def test_it_tells_until_when_and_promises_no_look_of_its_own(
        self, publisher: Visitor, deps: Deps, by_hand: int
    ) -> None:
        with deps.sessions.begin() as session:
            distribution.get_job(session, by_hand).next_try_at = deps.now() + timedelta(hours=4)
        page = publisher.get(f"/queue/jobs/{by_hand}")

        assert ("It counts as missed from " in page, "Next look" in page) == (True, False)

    def test_what_points_at_a_page_may_have_no_address_of_its_own(
        self, publisher: Visitor, desk: Desk, by_hand: int
    ) -> None:
        page = publisher.get(f"/queue/jobs/{by_hand}")

        publisher.post(f"/queue/jobs/{by_hand}/posting", url="")

        with desk.deps.sessions() as session:
            job = distribution.get_job(session, by_hand)
        assert "Leave it empty where it has none" in page
        assert (job.state, job.external_url) == (JobState.SUCCEEDED, None)

    def test_what_is_no_address_is_refused_and_stays(self, publisher: Visitor, by_hand: int) -> None:
        answer = publisher.post(f"/queue/jobs/{by_hand}/posting", url="posted it")

        assert answer.status_code == 422
        assert 'value="posted it"' in answer.text
        assert "is not the address of a page." in answer.text

    @pytest.mark.parametrize("way", ["posting", "decline"])
    def test_somebody_else_who_writes_may_not_say_so(self, app: Flask, deps: Deps, by_hand: int, way: str) -> None:
        answer = visitor(app, deps, add_person(deps, "Wanda", Role.CONTRIBUTOR)).post(
            f"/queue/jobs/{by_hand}/{way}", url="https://linkedin.example/p/1", reason="No."
        )

        assert (answer.status_code, "Somebody else is asked to post this." in answer.text) == (403, True)

    def test_a_job_that_is_not_posted_says_why(self, publisher: Visitor, by_hand: int, deps: Deps) -> None:
        publisher.post(f"/queue/jobs/{by_hand}/decline", reason="The account is closed.")

        page = publisher.get(f"/queue/jobs/{by_hand}")
        assert "Pia did not post it: The account is closed." in page
        with deps.sessions() as session:
            assert distribution.get_job(session, by_hand).state is JobState.CANCELLED

    def test_without_a_reason_it_goes_on_waiting(self, publisher: Visitor, by_hand: int, deps: Deps) -> None:
        answer = publisher.post(f"/queue/jobs/{by_hand}/decline", reason=" ")

        assert (answer.status_code, 'id="f-reason-error"' in answer.text) == (422, True)
        with deps.sessions() as session:
            assert distribution.get_job(session, by_hand).state is JobState.AWAITING_HUMAN


def test_f06_twenty_fast_clicks_make_one_job(app: Flask, deps: Deps, desk: Desk) -> None:
    desk.schedule()
    with deps.sessions.begin() as session:
        job = session.get_one(DistributionJob, desk.job.id)
        job.state, job.ended_at = JobState.FAILED, deps.now()
    fingers = [visitor(app, deps, desk.publisher) for _ in range(20)]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda one: one.post(f"/queue/jobs/{job.id}/repetition"), fingers))

    made = [again.id for again in desk.jobs if again.repeat_of == job.id]
    assert len(made) == 1
    assert {answer.headers["Location"] for answer in answers} == {f"/queue/jobs/{made[0]}"}


def test_f06_a_late_click_does_not_repeat_what_was_repeated_and_has_ended(
    publisher: Visitor, deps: Deps, desk: Desk
) -> None:
    job_id = add_job(desk, JobState.FAILED, key="first", ended_at=deps.now())
    again = add_job(desk, JobState.FAILED, key="second", ended_at=deps.now(), repeat_of=job_id)

    answer = publisher.post(f"/queue/jobs/{job_id}/repetition")

    assert answer.headers["Location"] == f"/queue/jobs/{again}"
    assert len(desk.jobs) == 2


class TestTheQueue:
    def test_it_counts_what_needs_somebody(self, publisher: Visitor, desk: Desk, deps: Deps) -> None:
        add_job(desk, JobState.UNKNOWN_OUTCOME, key="u", attempt=1)
        add_job(desk, JobState.MISSED, key="m1", ended_at=deps.now())
        add_job(desk, JobState.MISSED, key="m2", ended_at=deps.now())

        page = publisher.get("/queue")

        assert "<b>1</b> <span>Outcome unknown</span>" in page
        assert "<b>2</b> <span>Missed</span>" in page
        assert "Held back</span></a>" not in page

    def test_it_counts_what_only_a_person_can_find(self, publisher: Visitor, desk: Desk, deps: Deps) -> None:
        add_job(desk, JobState.ACCEPTED, key="a", external_id="theirs", external_url="https://www.example.com/a/")
        add_job(desk, JobState.ACCEPTED, key="b", external_id="other", last_error=pack(Message(NO_ADDRESS)))

        page, needed = publisher.get("/queue"), publisher.get("/queue?view=needs&state=no_address")

        assert "<b>1</b> <span>Where is it?</span>" in page
        assert needed.count('class="job"') == 1
        assert "did not say where it can be read" in needed

    def test_a_job_that_waits_says_why_and_when_it_goes(self, publisher: Visitor, desk: Desk, deps: Deps) -> None:
        add_job(desk, JobState.QUEUED, waits_for=Waits.RATE, next_try_at=deps.now() + timedelta(minutes=5))

        page = publisher.get("/queue")

        assert "waits for its turn on this account" in page
        assert "Next look: Wed 9 Dec, 10:05." in page

    def test_what_was_due_yesterday_and_still_goes_out_comes_first(
        self, publisher: Visitor, desk: Desk, deps: Deps
    ) -> None:
        add_job(desk, JobState.RETRY_WAIT, ago=timedelta(days=1), next_try_at=deps.now() + timedelta(minutes=1))

        assert "Tuesday" in publisher.get("/queue").split("Today")[0]

    @pytest.mark.parametrize("filtered", [("site", 1, 1), ("site", 99, 0), ("person", 99, 0)])
    def test_sites_and_people_are_filters(self, publisher: Visitor, desk: Desk, filtered: tuple[str, int, int]) -> None:
        name, value, shown = filtered
        add_job(desk, JobState.QUEUED)

        assert publisher.get(f"/queue?{name}={value}").count('class="job"') == shown

    def test_only_what_has_ended_stands_among_the_last_days(self, publisher: Visitor, desk: Desk, deps: Deps) -> None:
        add_job(desk, JobState.CANCELLED, key="over", ago=timedelta(days=2), ended_at=deps.now())
        add_job(desk, JobState.RETRY_WAIT, key="goes on", ago=timedelta(days=2))

        assert publisher.get("/queue?view=lately").count('class="job"') == 1


@pytest.mark.parametrize("view", list(View))
def test_a_page_of_thousands_of_jobs_reads_an_index(desk: Desk, deps: Deps, view: View) -> None:
    now = deps.now()
    with deps.sessions.begin() as session:
        session.execute(
            insert(DistributionJob),
            [
                {
                    "item_id": desk.item_id,
                    "channel_id": desk.channel_id,
                    "state": JobState.SUCCEEDED if n % 2 else JobState.QUEUED,
                    "due_at": now + timedelta(hours=n - 8000 if n % 2 else n),
                    "idem_key": f"many-{n}",
                    "external_id": f"many-{n}",
                    "occurrence": f"many-{n}",
                    "content_hash": "x",
                    "created_at": now,
                    "version": 1,
                }
                for n in range(6000)
            ],
        )
        if session.get_bind().dialect.name == "postgresql":  # which does so by itself; SQLite never does
            session.execute(text("ANALYZE"))
    asked: list[tuple[str, Any]] = []
    with deps.sessions() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.append((sql, values)))
        queue_pages.agenda(session, Wanted(view=view), now=now, zone=ZoneInfo("Asia/Shanghai"))
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plans = [
            "\n".join(str(line) for line in connection.exec_driver_sql(f"{explain} {sql}", values))
            for sql, values in list(asked)
        ]

    read_whole = re.compile("SCAN distribution_job(?! USING)|Seq Scan on distribution_job")
    found = [plan for plan in plans if read_whole.search(plan)]
    assert found == []


def test_a_card_tells_how_each_channel_fares_and_why(publisher: Visitor, desk: Desk, deps: Deps) -> None:
    desk.schedule()
    with deps.sessions.begin() as session:
        job = session.get_one(DistributionJob, desk.job.id)
        job.state, job.last_error = JobState.HELD, pack(Message("The channel is switched off."))

    week, month = (publisher.get(f"/calendar/{part}") for part in ("weeks/2026-12-09", "2026-12"))

    says = "Website: Held back. The channel is switched off."
    assert f'<span class="card-chan" title="{says}">' in week
    assert f'<span class="sr">{says} </span>' in week
    assert f' title="{says}"' in month

"""The queue's pages, and what a person decides on them."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.jobs import JobState, Unclear
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.packing import pack
from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob
from editorial.store.history import HistoryEvent
from tests.conftest import Clock
from tests.integration.distribution.sites import TITLE, Desk, add_item, make_desk, make_repository
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


def put(desk: Desk, state: JobState, **values: object) -> int:
    """Schedule the item and put its job into a state."""
    desk.schedule()
    with desk.deps.sessions.begin() as session:
        job = session.get_one(DistributionJob, desk.job.id)
        job.state = state
        for name, value in values.items():
            setattr(job, name, value)
        return job.id


def lost(desk: Desk, clock: Clock) -> int:
    """A job whose answer got lost."""
    job_id = put(desk, JobState.UNKNOWN_OUTCOME, attempt=1, last_error=pack(Unclear().says))
    clock.forward(minutes=3)
    return job_id


def test_an_empty_queue_says_so_and_shows_the_way_on(app: Flask, deps: Deps) -> None:
    page = visitor(app, deps, add_person(deps)).get("/queue")

    assert "Nothing goes out in the next 7 days." in page
    assert "Connect a channel" in page


def test_a_scheduled_item_stands_on_its_day_in_the_readers_zone(app: Flask, deps: Deps, desk: Desk) -> None:
    desk.schedule(wait=timedelta(hours=15))  # Wed 9 Dec 10:00 in Shanghai + 15 h

    page = visitor(app, deps, add_person(deps, zone="Asia/Shanghai")).get("/queue")

    assert "Thursday" in page
    assert "01:00" in page


def test_the_items_own_zone_is_named_where_it_is_not_the_readers(app: Flask, deps: Deps, desk: Desk) -> None:
    desk.schedule(wait=timedelta(hours=2))

    page = visitor(app, deps, add_person(deps, zone="Europe/Berlin")).get("/queue")

    assert "05:00" in page
    assert "Wed 9 Dec, 12:00 in Shanghai" in page


def test_the_queue_speaks_chinese(app: Flask, deps: Deps, desk: Desk) -> None:
    desk.schedule()

    page = visitor(app, deps, add_person(deps, "林梅", language=Language.ZH)).get("/queue")

    assert "未来 7 天有 1 个任务。时间为上海时间。" in page


def test_a_long_queue_is_paged_by_key(app: Flask, deps: Deps, desk: Desk) -> None:
    with deps.sessions.begin() as session:
        item = session.get_one(ContentItem, desk.item_id)
        for n in range(105):
            other = add_item(deps, session, item.site_id or 0, desk.publisher, slug=f"piece-{n}")
            session.flush()
            session.add(
                DistributionJob(
                    item_id=other.id,
                    channel_id=desk.channel_id,
                    due_at=deps.now() + timedelta(hours=1),
                    idem_key=f"key-{n}",
                    content_hash=other.content_hash,
                    created_at=deps.now(),
                )
            )
    reader = visitor(app, deps, add_person(deps))
    first = reader.get("/queue")
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")

    second = reader.get(following)

    assert (first.count('class="job"'), second.count('class="job"')) == (100, 5)


@pytest.mark.parametrize("place", ["x", "2026-01-01T00:00:00~1", "2026-01-01T00:00:00+00:00~99999999999999"])
def test_a_broken_place_in_the_list_is_refused_in_words(app: Flask, deps: Deps, place: str) -> None:
    page = visitor(app, deps, add_person(deps)).get("/queue", query_string={"after": place}, status=422)

    assert "Begin at the first page." in page


def test_a_filter_says_how_much_it_hides(app: Flask, deps: Deps, desk: Desk) -> None:
    desk.schedule()

    page = visitor(app, deps, add_person(deps)).get("/queue?state=live")

    assert "Your filters hide 1 job." in page


def test_an_unknown_outcome_asks_for_a_decision_on_the_queue(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    page = publisher.get("/queue")

    assert "was sent, but the answer got lost" in page
    assert f'href="/queue/jobs/{job_id}">Decide' in page


def test_the_decision_names_where_to_look_and_the_key(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    page = publisher.get(f"/queue/jobs/{job_id}")

    assert 'href="https://www.example.com/posts/gateway/"' in page
    assert desk.job.idem_key in page


def test_a_reader_sees_the_question_but_no_buttons(app: Flask, deps: Deps, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    page = visitor(app, deps, add_person(deps, "Vera", Role.VIEWER)).get(f"/queue/jobs/{job_id}")

    assert "Somebody who may publish has to decide." in page
    assert '<form method="post" action="/queue' not in page


@pytest.mark.parametrize("way", ["cancellation", "dispatch", "confirmation", "repetition"])
def test_only_a_publisher_may_decide(app: Flask, deps: Deps, desk: Desk, way: str) -> None:
    job_id = put(desk, JobState.QUEUED)
    editor = visitor(app, deps, add_person(deps, "Ed", Role.EDITOR))

    answer = editor.post(f"/queue/jobs/{job_id}/{way}")

    assert (answer.status_code, desk.job.state) == (403, JobState.QUEUED)


@pytest.mark.parametrize("way", ["cancellation", "dispatch", "confirmation", "repetition"])
def test_a_decision_without_its_token_changes_nothing(publisher: Visitor, desk: Desk, way: str) -> None:
    job_id = put(desk, JobState.QUEUED)

    answer = publisher.client.post(f"/queue/jobs/{job_id}/{way}", data={"looked": "on"})

    assert (answer.status_code, desk.job.state) == (400, JobState.QUEUED)


def test_seen_live_ends_the_job_and_publishes_the_item(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    publisher.post(f"/queue/jobs/{job_id}/confirmation", url="https://www.example.com/elsewhere/")

    assert desk.job.state is JobState.SUCCEEDED
    assert (desk.item.status, desk.item.url) == (Status.PUBLISHED, "https://www.example.com/elsewhere/")


def test_without_an_address_the_channels_own_is_taken(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    publisher.post(f"/queue/jobs/{job_id}/confirmation", url="")

    assert desk.item.url == "https://www.example.com/posts/gateway/"


def test_a_page_that_the_live_check_never_finds_is_confirmed_by_somebody_who_sees_it(
    publisher: Visitor, desk: Desk, clock: Clock
) -> None:
    waits = Message("It was handed over, but %(url)s does not show it yet.", {"url": "https://www.example.com/x/"})
    job_id = put(desk, JobState.ACCEPTED, attempt=1, external_id="c1", last_error=pack(waits))

    asked = publisher.get(f"/queue/jobs/{job_id}")
    publisher.post(f"/queue/jobs/{job_id}/confirmation", url="https://www.example.com/elsewhere/")

    assert "Yes, it went out" in asked
    assert (desk.job.state, desk.job.external_id) == (JobState.SUCCEEDED, "c1")
    assert (desk.item.status, desk.item.url) == (Status.PUBLISHED, "https://www.example.com/elsewhere/")


def test_what_was_handed_over_a_moment_ago_asks_nobody(publisher: Visitor, desk: Desk) -> None:
    job_id = put(desk, JobState.ACCEPTED, attempt=1, external_id="c1")

    assert "Yes, it went out" not in publisher.get(f"/queue/jobs/{job_id}")


def test_a_bad_address_is_kept_and_explained(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    answer = publisher.post(f"/queue/jobs/{job_id}/confirmation", url="javascript:alert(1)")

    assert answer.status_code == 422
    assert 'value="javascript:alert(1)"' in answer.text
    assert "It begins with https:// and can be opened in a browser." in answer.text
    assert desk.job.state is JobState.UNKNOWN_OUTCOME


def test_who_decided_is_written_down(publisher: Visitor, desk: Desk, deps: Deps, clock: Clock) -> None:
    job_id = lost(desk, clock)

    publisher.post(f"/queue/jobs/{job_id}/confirmation", url="")

    with deps.sessions() as session:
        event = session.scalars(select(HistoryEvent).where(HistoryEvent.action == "job.resolved_live")).one()
    assert (event.actor_id, event.entity_id, event.before["state"]) == (desk.publisher.id, job_id, "unknown_outcome")


def test_sending_again_asks_whether_somebody_looked(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    answer = publisher.post(f"/queue/jobs/{job_id}/repetition")

    assert answer.status_code == 422
    assert "Look first, then tick the box." in answer.text
    assert desk.job.id == job_id


def test_sent_again_is_a_new_job_that_goes_out_once(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    answer = publisher.post(f"/queue/jobs/{job_id}/repetition", looked="on")
    desk.tick()

    assert answer.headers["Location"] == f"/queue/jobs/{desk.job.id}"
    assert (desk.job.repeat_of, desk.job.state) == (job_id, JobState.SUCCEEDED)
    assert len(desk.repository.commits()) == 2


def test_two_clicks_send_again_once(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    job_id = lost(desk, clock)

    answers = [publisher.post(f"/queue/jobs/{job_id}/repetition", looked="on") for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [f"/queue/jobs/{desk.job.id}"] * 2
    assert len(desk.jobs) == 2


def test_a_failed_job_of_an_item_that_fell_back_is_planned_and_sent_anew(
    publisher: Visitor, desk: Desk, deps: Deps
) -> None:
    job_id = put(desk, JobState.FAILED, ended_at=deps.now())
    with deps.sessions.begin() as session:
        item = session.get_one(ContentItem, desk.item_id)
        item.status, item.publish_failed = Status.APPROVED, True

    publisher.post(f"/queue/jobs/{job_id}/repetition")
    desk.tick()

    assert (desk.job.repeat_of, desk.item.status) == (job_id, Status.PUBLISHED)


def test_text_changed_after_its_approval_is_not_sent_again(
    publisher: Visitor, desk: Desk, deps: Deps, clock: Clock
) -> None:
    job_id = lost(desk, clock)
    with deps.sessions.begin() as session:
        item = session.get_one(ContentItem, desk.item_id)
        item.status, item.approved_hash = Status.IN_REVIEW, None

    answer = publisher.post(f"/queue/jobs/{job_id}/repetition", looked="on")

    assert "The text was changed after its approval." in answer.text
    assert desk.job.state is JobState.UNKNOWN_OUTCOME


def test_send_it_now_goes_out_with_the_next_tick(publisher: Visitor, desk: Desk) -> None:
    desk.schedule(wait=timedelta(days=2))

    publisher.post(f"/queue/jobs/{desk.job.id}/dispatch")
    desk.tick()

    assert (desk.job.state, desk.item.status) == (JobState.SUCCEEDED, Status.PUBLISHED)


def test_a_cancelled_job_gives_its_item_back(publisher: Visitor, desk: Desk) -> None:
    job_id = put(desk, JobState.QUEUED)

    publisher.post(f"/queue/jobs/{job_id}/cancellation")

    assert (desk.job.state, desk.item.status) == (JobState.CANCELLED, Status.APPROVED)


def test_what_is_live_cannot_be_cancelled(publisher: Visitor, desk: Desk, deps: Deps) -> None:
    job_id = put(desk, JobState.SUCCEEDED, external_id="c1", ended_at=deps.now())

    answer = publisher.post(f"/queue/jobs/{job_id}/cancellation")

    assert answer.status_code == 409
    assert "cannot become" in answer.text


def test_the_page_of_a_job_tells_every_attempt(publisher: Visitor, desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=3)
    desk.tick()

    page = publisher.get(f"/queue/jobs/{desk.job.id}")

    assert "Attempt 1 of 5 began." in page
    assert "The channel took it." in page


def test_the_reason_of_an_attempt_is_read_in_the_readers_language(
    app: Flask, deps: Deps, desk: Desk, clock: Clock
) -> None:
    desk.repository.hook("pre-receive", "echo no drafts please; exit 1")
    desk.schedule()
    clock.forward(minutes=3)
    desk.tick()

    page = visitor(app, deps, add_person(deps, "林梅", language=Language.ZH)).get(f"/queue/jobs/{desk.job.id}")

    assert page.count("仓库拒绝了推送") == 2  # beside the state, and in what happened
    assert "no drafts please" in page
    assert "The repository refused" not in page


def test_a_title_cannot_smuggle_markup_into_the_queue(publisher: Visitor, desk: Desk, deps: Deps) -> None:
    desk.schedule()
    with deps.sessions.begin() as session:
        session.get_one(ContentItem, desk.item_id).title = "<script>alert(1)</script>"

    page = publisher.get("/queue")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_no_such_job_is_a_404(publisher: Visitor) -> None:
    publisher.get("/queue/jobs/987654", status=404)


def test_the_title_stands_on_the_page(publisher: Visitor, desk: Desk) -> None:
    desk.schedule()

    assert TITLE in publisher.get(f"/queue/jobs/{desk.job.id}")


@pytest.mark.parametrize("address", [f"/queue/jobs/{2**31}", f"/queue/jobs/{10**20}"])
def test_a_number_that_no_row_can_have_is_a_404(publisher: Visitor, address: str) -> None:
    publisher.get(address, status=404)


def test_a_number_that_no_row_can_have_filters_nothing(publisher: Visitor) -> None:
    publisher.get(f"/queue?channel={10**20}")


def test_two_jobs_of_one_item_on_a_channel_are_told_apart_by_their_variant(publisher: Visitor, desk: Desk) -> None:
    job_id = put(desk, JobState.QUEUED, variant="reminder")

    assert "· reminder" in publisher.get("/queue")
    assert "· reminder" in publisher.get(f"/queue/jobs/{job_id}")

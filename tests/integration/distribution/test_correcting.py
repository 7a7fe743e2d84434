"""A published piece is corrected: the approved text goes out as a second commit, and the piece is out all the time."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from editorial.domain.jobs import Action, JobState
from editorial.domain.people import Role
from editorial.domain.workflow import Correction, Status
from editorial.services import content, corrections, revisions
from editorial.services.deps import Deps
from editorial.store.content import get_item
from editorial.store.people import Person
from tests.conftest import Clock
from tests.hugo_site import hugo_site
from tests.integration.distribution.sites import TITLE, Desk, Repository, make_desk, make_repository
from tests.web import add_person

RIGHT = "The right number is 21,500."


def edit(desk: Desk, body: str) -> None:
    """What a save of the item's form does."""
    with desk.deps.sessions.begin() as session:
        item = get_item(session, desk.item_id)
        draft = revisions.draft_of(item)
        changed = content.Draft(**(vars(draft) | {"body": body}))
        content.save(session, desk.deps, desk.publisher, item.id, changed, version=item.version)


def step(desk: Desk, to: Correction, actor: Person) -> None:
    """What a button of the correction does."""
    with desk.deps.sessions.begin() as session:
        item = get_item(session, desk.item_id)
        corrections.step(session, desk.deps, actor, item, to)
        content.touch(session, desk.deps, item)


def go_out(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()


@pytest.fixture
def approver(desk: Desk) -> Person:
    """Somebody who approves and may send."""
    return add_person(desk.deps, "Sara Olsen", Role.APPROVER, Role.PUBLISHER)


def test_a_corrected_piece_stays_published_until_its_update_is_pushed(
    desk: Desk, clock: Clock, approver: Person
) -> None:
    go_out(desk, clock)
    edit(desk, RIGHT)
    seen = [desk.item.status]
    step(desk, Correction.IN_REVIEW, desk.publisher)
    seen.append(desk.item.status)
    before = desk.repository.file("content/posts/gateway.md")
    step(desk, Correction.APPROVED, approver)
    seen.append(desk.item.status)
    desk.tick()
    seen.append(desk.item.status)

    assert seen == [Status.PUBLISHED] * 4
    assert RIGHT.encode() not in (before or b"")
    assert RIGHT.encode() in (desk.repository.file("content/posts/gateway.md") or b"")


def test_an_update_is_a_commit_of_its_own_with_its_own_key(desk: Desk, clock: Clock, approver: Person) -> None:
    go_out(desk, clock)
    first = desk.job
    edit(desk, RIGHT)
    step(desk, Correction.IN_REVIEW, desk.publisher)
    step(desk, Correction.APPROVED, approver)
    desk.tick()
    update = desk.job

    assert (update.action, update.state, update.repeat_of) == (Action.UPDATE, JobState.SUCCEEDED, first.id)
    assert [len(desk.repository.with_key(job.idem_key)) for job in (first, update)] == [1, 1]
    assert len(desk.repository.commits()) == 3  # the seed, the piece, its correction
    assert desk.item.live_hash == update.content_hash == desk.item.content_hash


def test_the_page_that_readers_see_changes(deps: Deps, clock: Clock, tmp_path: Path) -> None:
    with hugo_site(tmp_path / "site") as site:
        desk = make_desk(deps, Repository(site.folder / "site.git"), url_pattern=site.url + "/posts/{slug}/")
        approver = add_person(deps, "Sara Olsen", Role.APPROVER, Role.PUBLISHER)
        page = site.folder / "public" / "posts" / "gateway" / "index.html"
        go_out(desk, clock)
        site.build()
        before = page.read_text()
        edit(desk, RIGHT)
        step(desk, Correction.IN_REVIEW, desk.publisher)
        step(desk, Correction.APPROVED, approver)
        desk.tick()
        site.build()

        assert "Body." in before
        assert RIGHT in page.read_text()


def test_a_correction_is_live_when_its_new_words_are_seen_not_its_old_title(
    deps: Deps, tmp_path: Path, clock: Clock, httpserver: HTTPServer
) -> None:
    pattern = httpserver.url_for("/posts/{slug}/").replace("localhost", "127.0.0.1")
    desk = make_desk(deps, make_repository(tmp_path), live_check=True, url_pattern=pattern)
    approver = add_person(desk.deps, "Sara Olsen", Role.APPROVER, Role.PUBLISHER)
    page = f"<title>{TITLE}</title>"
    go_out(desk, clock)
    httpserver.expect_request("/posts/gateway/").respond_with_handler(lambda _: Response(page, mimetype="text/html"))
    clock.forward(seconds=10)
    desk.reap()
    edit(desk, RIGHT)
    step(desk, Correction.IN_REVIEW, desk.publisher)
    step(desk, Correction.APPROVED, approver)
    desk.tick()
    clock.forward(minutes=1)
    desk.reap()
    before = desk.job.state
    page += f"<p>{RIGHT}</p>"
    clock.forward(minutes=5)
    desk.reap()

    assert (before, desk.job.state) == (JobState.ACCEPTED, JobState.SUCCEEDED)

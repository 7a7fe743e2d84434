"""The ring: a finding becomes a task, the repair is proven by the next audit, and the task closes itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.audit.facts import PageFacts
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.locales import Language
from editorial.domain.packing import unpack
from editorial.domain.tasks import Closing, TaskState
from editorial.domain.urls import n2
from editorial.domain.workflow import Status
from editorial.services import task_pages, tasks
from editorial.services.auditing import run_audit, start_audit, start_page_audit
from editorial.services.deps import Deps
from editorial.services.task_making import draft_of, save
from editorial.services.task_pages import BadTaskPlace, WantedTasks, When, Whose
from editorial.services.tasks import BadTask
from editorial.store.audit import AuditTrigger, Finding
from editorial.store.content import ContentItem, Site
from editorial.store.notices import Notice
from editorial.store.people import Person
from editorial.store.tasks import Task
from tests.conftest import Clock
from tests.integration.audit.conftest import Web, links, make_site, page, parts
from tests.integration.web.audited import BASE, add_site, audit, good, untitled
from tests.web import add_person, add_workspace


@pytest.fixture
def mei(deps: Deps) -> Person:
    add_workspace(deps)
    return add_person(deps, "Mei Lin")


@pytest.fixture
def ed(deps: Deps, mei: Person) -> Person:
    return add_person(deps, "Ed")


@pytest.fixture
def site(deps: Deps, mei: Person) -> int:
    return add_site(deps)


def add_item(deps: Deps, owner: Person, site_id: int, url: str) -> int:
    """A piece whose page has this address."""
    with deps.sessions.begin() as session:
        item = ContentItem(
            type_id=3,
            title="How we price",
            language=Language.EN,
            owner_id=owner.id,
            site_id=site_id,
            url=url,
            url_n2=n2(url),
            content_hash="0" * 64,
            created_at=deps.now(),
            updated_at=deps.now(),
        )
        session.add(item)
        session.flush()
        return item.id


def finding(deps: Deps, rule: str = "title-missing") -> int:
    with deps.sessions() as session:
        return session.scalars(select(Finding.id).where(Finding.rule == rule).order_by(Finding.id).limit(1)).one()


def make(deps: Deps, actor: Person, finding_id: int) -> int:
    with deps.sessions.begin() as session:
        return tasks.make_for_finding(session, deps, actor, finding_id).id


def task(deps: Deps, task_id: int) -> Task:
    with deps.sessions() as session:
        return session.get_one(Task, task_id)


def change(
    session: Session,
    deps: Deps,
    actor: Person,
    task_id: int,
    *,
    version: int,
    assignee_id: int | None,
    due_on: date | None,
) -> None:
    draft = replace(draft_of(session.get_one(Task, task_id)), assignee_id=assignee_id, due_on=due_on)
    save(session, deps, actor, task_id, draft, version=version)


def told(deps: Deps, person: Person) -> list[str]:
    with deps.sessions() as session:
        wanted = select(Notice).where(Notice.person_id == person.id).order_by(Notice.id)
        return [one.kind for one in session.scalars(wanted)]


def seen(deps: Deps, clock: Clock, site: int, pages: Sequence[PageFacts]) -> None:
    clock.forward(days=7)
    audit(deps, site, pages)
    tasks.settle(deps)


def test_a_task_goes_to_the_owner_of_the_piece_with_a_day(deps: Deps, site: int, mei: Person, ed: Person) -> None:
    item = add_item(deps, mei, site, f"{BASE}pricing")
    audit(deps, site, [untitled("pricing")])

    made = task(deps, make(deps, ed, finding(deps)))

    assert (made.item_id, made.assignee_id, made.due_on) == (item, mei.id, date(2026, 12, 16))  # an error: a week
    assert told(deps, mei) == ["task-assigned"]


def test_a_task_about_a_page_of_nobody_goes_to_who_asks(deps: Deps, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("pricing")])

    made = task(deps, make(deps, ed, finding(deps)))

    assert (made.item_id, made.assignee_id) == (None, ed.id)
    assert told(deps, ed) == []  # nobody is told what they did themselves


def test_asking_twice_makes_one_task(deps: Deps, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("pricing")])

    assert make(deps, ed, finding(deps)) == make(deps, ed, finding(deps))


def test_what_is_fixed_needs_no_task(deps: Deps, clock: Clock, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("pricing")])
    seen(deps, clock, site, [good("pricing")])

    with pytest.raises(BadTask):
        make(deps, ed, finding(deps))


def test_the_audit_that_proves_the_repair_closes_the_task(
    deps: Deps, clock: Clock, site: int, mei: Person, ed: Person
) -> None:
    add_item(deps, mei, site, f"{BASE}pricing")
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))
    seen(deps, clock, site, [untitled("pricing")])
    before = task(deps, made)

    seen(deps, clock, site, [good("pricing")])

    after = task(deps, made)
    assert (before.state, after.state) == (TaskState.OPEN, TaskState.DONE)
    assert (after.closed_how, after.closed_by, after.proven_at) == (Closing.PROOF, None, deps.now())
    assert told(deps, mei) == ["task-assigned", "task-proven"]
    assert tasks.settle(deps) == {}  # told once


def test_a_page_that_was_not_fetched_proves_nothing(deps: Deps, clock: Clock, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))

    seen(deps, clock, site, [good("about")])

    assert task(deps, made).state is TaskState.OPEN


def test_a_task_opens_again_when_the_finding_returns(
    deps: Deps, clock: Clock, site: int, mei: Person, ed: Person
) -> None:
    add_item(deps, mei, site, f"{BASE}pricing")
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))
    seen(deps, clock, site, [good("pricing")])

    seen(deps, clock, site, [untitled("pricing")])

    again = task(deps, made)
    assert (again.state, again.returned_at, again.closed_at) == (TaskState.OPEN, deps.now(), None)
    assert told(deps, mei) == ["task-assigned", "task-proven", "task-returned"]
    seen(deps, clock, site, [good("pricing")])
    assert task(deps, made).state is TaskState.DONE


def test_a_task_closed_by_hand_stays_closed_and_says_what_is_still_seen(
    deps: Deps, clock: Clock, site: int, ed: Person
) -> None:
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))
    with deps.sessions.begin() as session:
        tasks.close(session, deps, ed, made)

    seen(deps, clock, site, [untitled("pricing")])

    with deps.sessions() as session:
        shown = task_pages.of_finding(session, finding(deps), date(2026, 12, 9))
    assert [(one.task.state, one.still_seen) for one in shown] == [(TaskState.DONE, True)]


def test_a_task_closed_by_hand_learns_of_its_proof(deps: Deps, clock: Clock, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))
    with deps.sessions.begin() as session:
        tasks.close(session, deps, ed, made)

    seen(deps, clock, site, [good("pricing")])

    assert (task(deps, made).closed_how, task(deps, made).proven_at) == (Closing.HAND, deps.now())


def test_a_proven_task_that_somebody_opens_again_waits_for_another_proof(
    deps: Deps, clock: Clock, site: int, ed: Person
) -> None:
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))
    seen(deps, clock, site, [good("pricing")])
    with deps.sessions.begin() as session:
        tasks.reopen(session, deps, ed, made)

    seen(deps, clock, site, [good("pricing")])
    waits = task(deps, made).state
    seen(deps, clock, site, [untitled("pricing")])
    seen(deps, clock, site, [good("pricing")])

    assert waits is TaskState.OPEN
    assert (task(deps, made).closed_how, task(deps, made).proven_at) == (Closing.PROOF, deps.now())


def test_a_task_is_given_away_with_a_day(deps: Deps, site: int, mei: Person, ed: Person) -> None:
    audit(deps, site, [untitled("pricing")])
    made = make(deps, ed, finding(deps))

    with deps.sessions.begin() as session:
        change(session, deps, ed, made, version=1, assignee_id=mei.id, due_on=date(2026, 12, 24))

    assert (task(deps, made).assignee_id, task(deps, made).due_on) == (mei.id, date(2026, 12, 24))
    assert told(deps, mei) == ["task-assigned"]
    with pytest.raises(StaleVersion), deps.sessions.begin() as session:
        change(session, deps, ed, made, version=1, assignee_id=None, due_on=None)
    with pytest.raises(EditorialError), deps.sessions.begin() as session:
        change(session, deps, ed, made, version=2, assignee_id=98765, due_on=None)


def test_the_board_pages_by_day_and_knows_what_is_late(deps: Deps, clock: Clock, site: int, ed: Person) -> None:
    audit(deps, site, [untitled(f"p{number:03}") for number in range(120)])
    with deps.sessions.begin() as session:
        for finding_id in session.scalars(select(Finding.id)).all():
            tasks.make_for_finding(session, deps, ed, finding_id)
    later, found, after = date(2027, 1, 1), [], ""
    for _ in range(3):
        with deps.sessions() as session:
            shown = task_pages.board(session, WantedTasks(ed.id, Whose.MINE, When.LATE), later, after=after)
        found += [one.task.id for one in shown.tasks]
        after = shown.after or ""

    assert (len(set(found)), after) == (shown.total, "")
    assert all(one.late for one in shown.tasks)
    with deps.sessions() as session, pytest.raises(BadTaskPlace):
        task_pages.board(session, WantedTasks(ed.id), later, after="x.y")


@pytest.mark.thorough
def test_the_ring_closes_with_two_real_crawls(web: Web, deps: Deps, mei: Person, ed: Person) -> None:
    """Finding, page, piece, owner, task, repair, proof; the page names its address by rel=canonical only."""
    web.pages["/"] = page("Home", links("/pricing?lang=en"))
    canonical = f'<link rel="canonical" href="{web.url}/pricing">'
    web.pages["/pricing?lang=en"] = page("", head=canonical)
    web.pages["/pricing"] = page("", head=canonical)
    crawled = make_site(deps.sessions, web.url + "/")
    item = add_item(deps, mei, crawled.id, web.url + "/pricing")
    crawl(deps, crawled)
    with deps.sessions() as session:
        assert set(session.scalars(select(Finding.content_item_id).where(Finding.rule == "title-missing"))) == {item}
    made = make(deps, ed, finding(deps))

    for path in ("/pricing", "/pricing?lang=en"):
        web.pages[path] = page("Pricing", head=canonical)
    crawl(deps, crawled)
    done = tasks.settle(deps)

    assert done == {"proven": 1, "returned": 0}
    assert (task(deps, made).state, task(deps, made).closed_how) == (TaskState.DONE, Closing.PROOF)
    assert told(deps, mei) == ["task-assigned", "task-proven"]


@pytest.mark.thorough
def test_the_owner_is_told_what_the_audit_of_the_published_page_found(web: Web, deps: Deps, mei: Person) -> None:
    web.pages["/pricing"] = page("")
    crawled = make_site(deps.sessions, web.url + "/")
    add_item(deps, mei, crawled.id, web.url + "/pricing")
    with deps.sessions.begin() as session:
        start_page_audit(session, crawled.id, web.url + "/pricing", deps.now())
    run_audit(parts(deps.sessions, now=deps.now))

    first, second = tasks.tell_of_published(deps), tasks.tell_of_published(deps)

    assert (first, second) == (1, 0)
    with deps.sessions() as session:
        notice = session.scalars(select(Notice)).one()
        assert unpack(notice.message).params == {"count": 1, "title": "How we price"}


@pytest.mark.thorough
def test_a_published_page_that_no_link_leads_to_is_crawled_and_told(web: Web, deps: Deps, mei: Person) -> None:
    web.pages["/"], web.pages["/pricing"] = page("Home"), page("Pricing")
    crawled = make_site(deps.sessions, web.url + "/")
    item_id = add_item(deps, mei, crawled.id, web.url + "/pricing")
    with deps.sessions.begin() as session:
        session.get_one(ContentItem, item_id).status = Status.REFRESH_DUE
    crawl(deps, crawled)

    with deps.sessions() as session:
        orphan = session.scalars(select(Finding).where(Finding.rule == "page-orphan")).one()
    assert (orphan.url, orphan.content_item_id) == (web.url + "/pricing", item_id)


def crawl(deps: Deps, crawled: Site) -> None:
    with deps.sessions.begin() as session:
        start_audit(session, session.get_one(Site, crawled.id), AuditTrigger.PERSON, datetime.now(UTC))
    assert run_audit(parts(deps.sessions, now=lambda: max(deps.now(), datetime.now(UTC))))

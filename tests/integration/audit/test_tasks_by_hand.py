"""Tasks that people make themselves, and one task for many findings of one rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from editorial.domain.errors import EditorialError, NotFound, StaleVersion
from editorial.domain.locales import Language
from editorial.domain.packing import unpack
from editorial.domain.tasks import Closing, TaskKind, TaskState
from editorial.services import muting, task_making, task_pages, tasks
from editorial.services.deps import Deps
from editorial.services.task_making import TaskDraft
from editorial.services.task_pages import WantedTasks, When, Whose
from editorial.services.tasks import BadTask
from editorial.store import history
from editorial.store import tasks as store
from editorial.store.audit import Finding
from editorial.store.notices import Notice
from editorial.store.people import Person
from editorial.store.tasks import Task
from tests.conftest import Clock
from tests.integration.audit.test_tasks import add_item, seen, task, told
from tests.integration.web.audited import BASE, add_site, audit, good, untitled
from tests.web import add_person, add_workspace

TODAY = date(2026, 12, 9)


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


def make(deps: Deps, actor: Person, draft: TaskDraft) -> int:
    with deps.sessions.begin() as session:
        return task_making.make(session, deps, actor, draft).id


def share(deps: Deps, actor: Person, finding_ids: Sequence[int]) -> int:
    with deps.sessions.begin() as session:
        return task_making.make_together(session, deps, actor, finding_ids).id


def findings(deps: Deps) -> list[int]:
    with deps.sessions() as session:
        wanted = select(Finding.id).where(Finding.rule == "title-missing").order_by(Finding.id)
        return list(session.scalars(wanted))


def happened(deps: Deps, task_id: int) -> list[str]:
    with deps.sessions() as session:
        return [one.action for one in history.of_entity(session, "task", task_id)][::-1]


# -- by hand ------------------------------------------------------------------------------------------------------


def test_a_task_by_hand_is_given_to_somebody_who_is_told(deps: Deps, mei: Person, ed: Person) -> None:
    draft = TaskDraft("Ask Anna for a quote", TaskKind.INTERVIEW, "By phone.", mei.id, date(2026, 12, 18))

    made = task(deps, make(deps, ed, draft))

    assert task_making.draft_of(made) == draft
    assert (made.created_by, happened(deps, made.id), told(deps, mei)) == (ed.id, ["task.made"], ["task-assigned"])
    with deps.sessions() as session:
        assert session.scalars(select(Notice.link)).one() == f"/tasks/{made.id}"


def test_a_page_leads_to_its_site_and_its_item(deps: Deps, mei: Person, ed: Person, site: int) -> None:
    item = add_item(deps, mei, site, f"{BASE}pricing")

    made = task(deps, make(deps, ed, TaskDraft("New photo", url=f"{BASE}pricing?utm_source=mail")))

    assert (made.site_id, made.item_id, made.url) == (site, item, f"{BASE}pricing?utm_source=mail")


def test_a_path_is_one_of_the_chosen_site(deps: Deps, ed: Person, site: int) -> None:
    assert task(deps, make(deps, ed, TaskDraft("New photo", site_id=site, url="/about"))).url == f"{BASE}about"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (TaskDraft(""), "title"),
        (TaskDraft("A", note="x" * 5001), "note"),
        (TaskDraft("A", assignee_id=98765), "assignee"),
        (TaskDraft("A", item_id=98765), "item"),
        (TaskDraft("A", site_id=98765), "site"),
        (TaskDraft("A", url="/about"), "url"),
        (TaskDraft("A", url="javascript:alert(1)"), "url"),
        (TaskDraft("A", due_on=date(1, 1, 1)), "due_on"),
    ],
)
def test_what_no_task_can_be_is_refused_at_its_field(deps: Deps, ed: Person, draft: TaskDraft, field: str) -> None:
    with pytest.raises(EditorialError) as refused:
        make(deps, ed, draft)

    assert refused.value.field == field


def test_a_change_is_kept_in_the_history_and_a_stale_one_refused(deps: Deps, mei: Person, ed: Person) -> None:
    made = make(deps, ed, TaskDraft("Ask Anna"))
    with deps.sessions.begin() as session:
        draft = task_making.draft_of(session.get_one(Task, made))
        task_making.save(session, deps, ed, made, replace(draft, assignee_id=mei.id, title="Ask Ann"), version=1)

    with pytest.raises(StaleVersion), deps.sessions.begin() as session:
        task_making.save(session, deps, mei, made, TaskDraft("Mine"), version=1)

    assert task(deps, made).title == "Ask Ann"
    assert told(deps, mei) == ["task-assigned"]
    with deps.sessions() as session:
        (event, _) = history.of_entity(session, "task", made)
        assert (event.before["title"], event.after["title"]) == ("Ask Anna", "Ask Ann")
        assert task_pages.task_page(session, made, TODAY).trail[0].says.params == {"name": "Mei Lin"}


def test_saving_nothing_new_leaves_no_trace(deps: Deps, ed: Person) -> None:
    made = make(deps, ed, TaskDraft("Ask Anna"))
    with deps.sessions.begin() as session:
        task_making.save(session, deps, ed, made, TaskDraft("Ask Anna"), version=1)

    assert (task(deps, made).version, happened(deps, made)) == (1, ["task.made"])


def test_a_task_is_done_opened_again_and_called_off(deps: Deps, mei: Person, ed: Person) -> None:
    made = make(deps, ed, TaskDraft("Ask Anna", assignee_id=mei.id))
    with deps.sessions.begin() as session:
        tasks.close(session, deps, mei, made)
    with deps.sessions.begin() as session:
        tasks.reopen(session, deps, ed, made)
    with deps.sessions.begin() as session:
        tasks.call_off(session, deps, ed, made)
    with pytest.raises(BadTask), deps.sessions.begin() as session:
        tasks.call_off(session, deps, ed, made)

    after = task(deps, made)
    assert (after.state, after.called_off, after.closed_how) == (TaskState.DONE, True, Closing.HAND)
    assert happened(deps, made) == ["task.made", "task.closed", "task.reopened", "task.called_off"]
    assert told(deps, mei) == ["task-assigned", "task-reopened", "task-called-off"]


def test_somebody_who_left_keeps_a_task_but_is_given_no_new_one(deps: Deps, mei: Person, ed: Person) -> None:
    made = make(deps, ed, TaskDraft("Ask Anna", assignee_id=mei.id))
    with deps.sessions.begin() as session:
        session.get_one(Person, mei.id).active = False
    with deps.sessions.begin() as session:
        task_making.save(session, deps, ed, made, TaskDraft("Ask Ann", assignee_id=mei.id), version=1)

    with pytest.raises(BadTask):
        make(deps, ed, TaskDraft("Ask Bo", assignee_id=mei.id))


def test_the_board_keeps_apart_sites_rules_and_what_is_nobodys(deps: Deps, mei: Person, ed: Person, site: int) -> None:
    audit(deps, site, [untitled("a")])
    fix = share(deps, ed, findings(deps))
    plain = make(deps, ed, TaskDraft("Ask Anna", due_on=date(2026, 12, 1)))

    def shown(**wanted: object) -> list[int]:
        with deps.sessions() as session:
            found = task_pages.board(session, WantedTasks(mei.id, **wanted), TODAY)  # type: ignore[arg-type]
            return [one.task.id for one in found.tasks]

    assert shown() == [plain, fix]
    assert shown(site_id=site) == shown(rule="title-missing") == shown(finding_id=findings(deps)[0]) == [fix]
    assert shown(whose=Whose.NOBODY) == shown(when=When.LATE) == [plain]
    assert shown(whose=Whose.MINE) == []
    assert shown(assignee_id=ed.id) == [fix]
    assert shown(when=When.ALL) == [plain, fix]
    with deps.sessions() as session:
        counted = task_pages.counts(session, WantedTasks(ed.id), TODAY)
        assert store.open_tasks_of(session, ed.id) == 1
    assert [counted[Whose.MINE, When.OPEN], counted[Whose.ALL, When.OPEN], counted[Whose.ALL, When.LATE]] == [1, 2, 1]


# -- many findings ------------------------------------------------------------------------------------------------


def test_one_task_for_many_findings_closes_when_none_is_seen_any_more(
    deps: Deps, clock: Clock, site: int, mei: Person, ed: Person
) -> None:
    add_item(deps, mei, site, f"{BASE}a")
    add_item(deps, mei, site, f"{BASE}b")
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, ed, findings(deps))
    given = task(deps, made)

    seen(deps, clock, site, [good("a"), untitled("b")])
    half = task(deps, made)
    with deps.sessions() as session:
        (view,) = task_pages.of_finding(session, findings(deps)[1], TODAY)
    seen(deps, clock, site, [good("a"), good("b")])

    assert (given.assignee_id, given.rule, given.due_on) == (mei.id, "title-missing", date(2026, 12, 16))
    assert (half.state, view.shared) == (TaskState.OPEN, (2, 1))
    assert (task(deps, made).state, task(deps, made).closed_how) == (TaskState.DONE, Closing.PROOF)
    assert told(deps, mei) == ["task-assigned", "task-proven"]
    assert tasks.settle(deps) == {}


def test_notices_of_a_shared_task_count_its_pages_in_both_languages(
    deps: Deps, clock: Clock, site: int, mei: Person, ed: Person
) -> None:
    for path in ("a", "b"):
        add_item(deps, mei, site, f"{BASE}{path}")
    audit(deps, site, [untitled("a"), untitled("b")])
    share(deps, ed, findings(deps))
    seen(deps, clock, site, [good("a"), good("b")])
    with deps.sessions() as session:
        messages = [unpack(one.message) for one in session.scalars(select(Notice).order_by(Notice.id))]

    assert [deps.catalogs["en"].say(one) for one in messages] == [
        "Ed gave you a task until Wed 16 Dec: Title missing on 2 pages.",
        "The audit has proven the repair of 2 pages: Title missing. Their task is closed.",
    ]
    chinese = [deps.catalogs[Language.ZH.value].say(one) for one in messages]
    assert "2 个页面：缺少标题" in chinese[0]
    assert "2 个页面修复" in chinese[1]


def test_it_opens_again_when_one_of_them_returns(deps: Deps, clock: Clock, site: int, mei: Person, ed: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, ed, findings(deps))
    seen(deps, clock, site, [good("a"), good("b")])

    seen(deps, clock, site, [untitled("a"), good("b")])

    assert (task(deps, made).state, task(deps, made).returned_at) == (TaskState.OPEN, deps.now())
    assert told(deps, ed) == ["task-proven", "task-returned"]
    seen(deps, clock, site, [good("a"), good("b")])
    assert task(deps, made).state is TaskState.DONE


def test_a_page_of_several_that_was_not_fetched_holds_the_task_open(
    deps: Deps, clock: Clock, site: int, ed: Person
) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, ed, findings(deps))

    seen(deps, clock, site, [good("a")])

    assert task(deps, made).state is TaskState.OPEN


def test_what_is_muted_does_not_hold_up_the_others(deps: Deps, clock: Clock, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, ed, findings(deps))
    with deps.sessions.begin() as session:
        muting.mute(session, deps, ed, findings(deps)[0], reason="A frame.", until=None)
    before = tasks.settle(deps)

    seen(deps, clock, site, [untitled("a"), good("b")])

    assert (before, task(deps, made).state) == ({}, TaskState.DONE)


def test_what_was_called_off_no_audit_opens_again(deps: Deps, clock: Clock, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, ed, findings(deps))
    with deps.sessions.begin() as session:
        tasks.call_off(session, deps, ed, made)
    seen(deps, clock, site, [good("a"), good("b")])

    seen(deps, clock, site, [untitled("a"), good("b")])

    assert (task(deps, made).called_off, task(deps, made).proven_at) == (True, None)
    assert share(deps, ed, findings(deps)[:1]) != made  # its finding is free for another task


def test_a_finding_has_one_open_task_at_most(deps: Deps, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b"), untitled("c")])
    first, second, third = findings(deps)
    shared = share(deps, ed, [first, second])
    with deps.sessions.begin() as session:
        same = tasks.make_for_finding(session, deps, ed, second).id
    rest = share(deps, ed, [first, second, third])
    with deps.sessions() as session:
        about = [one.id for one in store.findings_of(session, session.get_one(Task, rest))]

    assert (same, about) == (shared, [third])
    with pytest.raises(BadTask):
        share(deps, ed, [first, second])


def test_reopening_a_shared_task_waits_for_the_one_that_took_its_finding(deps: Deps, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, ed, findings(deps))
    with deps.sessions.begin() as session:
        tasks.close(session, deps, ed, made)
    share(deps, ed, findings(deps)[:1])

    with pytest.raises(BadTask), deps.sessions.begin() as session:
        tasks.reopen(session, deps, ed, made)


def test_findings_that_do_not_belong_together_are_refused(deps: Deps, site: int, ed: Person) -> None:
    audit(deps, site, [untitled("a"), replace(good("b"), html_lang="")])
    with deps.sessions() as session:
        every = list(session.scalars(select(Finding.id)))

    assert len(every) == 2
    for wrong in (every, [], list(range(1, 300))):
        with pytest.raises(BadTask):
            share(deps, ed, wrong)
    with pytest.raises(NotFound):
        share(deps, ed, [98765])


def test_a_shared_task_stands_at_each_of_its_items(deps: Deps, site: int, mei: Person, ed: Person) -> None:
    items = [add_item(deps, mei, site, f"{BASE}a"), add_item(deps, ed, site, f"{BASE}b")]
    audit(deps, site, [untitled("a"), untitled("b")])
    made = share(deps, mei, findings(deps))

    with deps.sessions() as session:
        marks = task_pages.marks_of_items(session, items, items)
        shown = [[one.task.id for one in task_pages.of_item(session, item, TODAY)] for item in items]
    assert marks.tasks == marks.findings == dict.fromkeys(items, 1)
    assert shown == [[made], [made]]
    assert task(deps, made).assignee_id == mei.id  # the pieces are of two people: who asks

"""Tasks by hand: about an item, a page, nothing but their title, or many findings of one rule at once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from editorial.domain.errors import NotFound, StaleVersion
from editorial.domain.findings import OPEN
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.slots import FIRST_YEAR, LAST_YEAR, DayOutOfRange, shown_in
from editorial.domain.tasks import TaskKind, due_day
from editorial.domain.urls import in_scope, n1, n2, scope_of
from editorial.services import tasks
from editorial.services.deps import Deps
from editorial.services.tasks import BadTask
from editorial.store import content
from editorial.store import tasks as store
from editorial.store.audit import Finding
from editorial.store.content import ContentItem, Site
from editorial.store.people import Person
from editorial.store.tasks import Task

LONGEST_TITLE, LONGEST_NOTE, LONGEST_URL = 200, 5000, 2000  # characters
MOST_TOGETHER = 200
"""Findings that share a task: more are a project."""
MOST_OF_TEMPLATE = 5000
"""Those of one rule whose pages one template makes: one repair, however many pages."""
_SEVERITIES = ("blocker", "error", "warning", "notice")


@dataclass(frozen=True)
class TaskDraft:
    """What a task is to be. One about a finding needs no title, and takes item, site and page from it."""

    title: str = ""
    kind: TaskKind = TaskKind.OTHER
    note: str = ""
    assignee_id: int | None = None
    due_on: date | None = None
    item_id: int | None = None
    site_id: int | None = None
    url: str = ""
    """A whole address, or a path on the site."""


@dataclass(frozen=True)
class TemplateKey:
    """A rule on the pages that one template of a site makes."""

    site_id: int
    rule: str
    template: str

    @property
    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """What their findings fulfil."""
        return Finding.site_id == self.site_id, Finding.rule == self.rule, Finding.template == self.template


def draft_of(task: Task) -> TaskDraft:
    """The task as it is."""
    return TaskDraft(
        title=task.title,
        kind=task.kind,
        note=task.note,
        assignee_id=task.assignee_id,
        due_on=task.due_on,
        item_id=task.item_id,
        site_id=task.site_id,
        url=task.url,
    )


def make(session: Session, deps: Deps, actor: Person, draft: TaskDraft) -> Task:
    """A task by hand. A page that is an item's belongs to the item, and a page of a site of ours to the site.

    Raises:
        BadTask: no title, no such person, item or site, or an address that is none. DayOutOfRange.
    """
    task = Task(kind=draft.kind)
    _put(session, task, _checked(session, draft, before=None, needs_title=True))
    return tasks.record_made(session, deps, actor, task)


def save(session: Session, deps: Deps, actor: Person, task_id: int, draft: TaskDraft, *, version: int) -> Task:
    """Change a task. The caller commits.

    Raises:
        StaleVersion: somebody changed it meanwhile. BadTask, DayOutOfRange: as for a new one.
    """
    task = store.get_task(session, task_id)
    if task.version != version:
        raise StaleVersion(
            Message(N_("Somebody else changed this task in the meantime.")),
            hint=Message(N_("Nothing is lost. Look at both, and save again.")),
        )
    before = draft_of(task)
    if task.finding_id is not None and (draft.item_id, draft.site_id, draft.url) != (
        before.item_id,
        before.site_id,
        before.url,
    ):
        raise BadTask(
            Message(N_("A task about a finding stays with the finding's page.")),
            hint=Message(N_("Make another task for another page.")),
            field="url",
        )
    checked = _checked(session, draft, before=before, needs_title=task.finding_id is None)
    if checked == before:
        return task
    _put(session, task, checked)
    session.flush()
    old, new = asdict(before), asdict(checked)
    changed = [name for name in old if old[name] != new[name]]
    tasks.record(
        session,
        deps,
        actor,
        task,
        "task.changed",
        before={name: _plain(old[name]) for name in changed},
        after={name: _plain(new[name]) for name in changed},
    )
    if "assignee_id" in changed:
        tasks.tell_assigned(session, deps, actor, task)
    return task


def make_together(
    session: Session,
    deps: Deps,
    actor: Person,
    finding_ids: Sequence[int],
    *,
    assignee_id: int | None = None,
    due_on: date | None = None,
    note: str = "",
    most: int = MOST_TOGETHER,
) -> Task:
    """One task about several open findings of one rule on one site. Those that have a task already are left out.

    Args:
        assignee_id: None: the owner of their pieces if it is one person, else who asks.
        due_on: None: the day by which the worst of them should be mended.

    Raises:
        BadTask: none or too many findings, several rules or sites, or each has a task or is closed. NotFound.
    """
    wanted = sorted(set(finding_ids))
    if not 0 < len(wanted) <= most:
        raise BadTask(
            Message.counted(
                NP_(
                    "A task is about one finding to %(count)s finding.",
                    "A task is about one finding to %(count)s findings.",
                ),
                most,
            ),
            hint=Message(N_("Choose some of them.")),
            field="findings",
        )
    locked = select(Finding).where(Finding.id.in_(wanted)).order_by(Finding.id).with_for_update()
    found = session.scalars(locked).all()
    if len(found) < len(wanted):
        raise NotFound
    if len({(one.site_id, one.rule) for one in found}) > 1:
        raise BadTask(
            Message(N_("Findings that share a task are of one rule and one site.")),
            hint=Message(N_("Make a task for each rule.")),
            field="findings",
        )
    untold = store.free_of_tasks(session, wanted)
    free = [one for one in found if one.state in OPEN and one.id in untold]
    if not free:
        raise BadTask(
            Message(N_("Each of these findings is closed, muted or has a task already.")),
            hint=Message(N_("Look at the findings again.")),
            field="findings",
        )
    return _make_shared(session, deps, actor, free, assignee_id=assignee_id, due_on=due_on, note=note)


def make_for_template(
    session: Session,
    deps: Deps,
    actor: Person,
    key: TemplateKey,
    *,
    assignee_id: int | None = None,
    due_on: date | None = None,
    note: str = "",
) -> Task:
    """One task about all open findings of a rule on the pages of one template. Those that have a task are left out.

    Raises:
        BadTask: there is none. Else as `make_together`.
    """
    ids = session.scalars(
        select(Finding.id)
        .where(*key.conditions, Finding.state.in_(OPEN), store.IS_FREE)
        .order_by(Finding.id)
        .limit(MOST_OF_TEMPLATE)
    ).all()
    return make_together(
        session, deps, actor, ids, assignee_id=assignee_id, due_on=due_on, note=note, most=MOST_OF_TEMPLATE
    )


def _make_shared(
    session: Session,
    deps: Deps,
    actor: Person,
    free: Sequence[Finding],
    *,
    assignee_id: int | None,
    due_on: date | None,
    note: str,
) -> Task:
    worst = min(free, key=lambda one: (_SEVERITIES.index(one.severity), one.id))
    items = {one.content_item_id for one in free}
    site = content.get_site(session, worst.site_id)
    today = shown_in(deps.now(), ZoneInfo(site.zone)).date()
    draft = TaskDraft(
        kind=TaskKind.FIX,
        note=note,
        assignee_id=assignee_id if assignee_id is not None else _owner(session, items, actor),
        due_on=due_on or due_day(worst.severity, today),
        item_id=items.pop() if len(items) == 1 else None,
        site_id=site.id,
    )
    task = Task(kind=TaskKind.FIX, finding_id=worst.id, rule=worst.rule)
    _put(session, task, _checked(session, draft, before=None, needs_title=False))
    return tasks.record_made(session, deps, actor, task, [one.id for one in free] if len(free) > 1 else ())


def _owner(session: Session, items: set[int | None], actor: Person) -> int:
    owners = {
        row.owner_id for row in session.execute(select(ContentItem.owner_id).where(ContentItem.id.in_(items - {None})))
    }
    owner = session.get(Person, owners.pop() or 0) if len(owners) == 1 and None not in items else None
    return owner.id if owner is not None and owner.active else actor.id


def _checked(session: Session, draft: TaskDraft, *, before: TaskDraft | None, needs_title: bool) -> TaskDraft:
    """The draft with its page found, or a refusal. What stays as it was is not looked at again."""
    if needs_title and not draft.title:
        raise BadTask(
            Message(N_("The task has no title.")),
            hint=Message(N_("Say in a few words what is to be done.")),
            field="title",
        )
    for name, value, most in (("title", draft.title, LONGEST_TITLE), ("note", draft.note, LONGEST_NOTE)):
        if len(value) > most:
            raise BadTask(
                Message(N_("This is longer than %(most)s characters."), {"most": most}),
                hint=Message(N_("Shorten it.")),
                field=name,
            )
    if draft.due_on is not None and not FIRST_YEAR <= draft.due_on.year <= LAST_YEAR:
        raise DayOutOfRange(field="due_on")
    if draft.assignee_id is not None and (before is None or draft.assignee_id != before.assignee_id):
        person = session.get(Person, draft.assignee_id)
        if person is None or not person.active:
            raise BadTask(
                Message(N_("This person is not on the team.")), hint=Message(N_("Choose another.")), field="assignee"
            )
    if before is not None and (draft.item_id, draft.site_id, draft.url) == (before.item_id, before.site_id, before.url):
        return draft
    return _placed(session, draft)


def _placed(session: Session, draft: TaskDraft) -> TaskDraft:
    """The draft with the whole address of its page, the site and the item it belongs to."""
    item = session.get(ContentItem, draft.item_id) if draft.item_id is not None else None
    if draft.item_id is not None and item is None:
        raise BadTask(
            Message(N_("There is no such item.")), hint=Message(N_("Choose one of the calendar.")), field="item"
        )
    site = session.get(Site, draft.site_id) if draft.site_id is not None else None
    if draft.site_id is not None and site is None:
        raise BadTask(
            Message(N_("There is no such site.")), hint=Message(N_("Choose one from the list.")), field="site"
        )
    url = _address(draft.url, site)
    if url and site is None:
        site = next((one for one in content.active_sites(session) if _is_of(url, one)), None)
    if url and item is None:
        mine = select(ContentItem).where(ContentItem.url_n2 == n2(url)).order_by(ContentItem.id.desc())
        item = session.scalars(mine.limit(1)).one_or_none()
    site_id = site.id if site is not None else item.site_id if item is not None else None
    return TaskDraft(
        draft.title,
        draft.kind,
        draft.note,
        draft.assignee_id,
        draft.due_on,
        item.id if item is not None else None,
        site_id,
        url,
    )


def _address(typed: str, site: Site | None) -> str:
    if not typed:
        return ""
    url = n1(typed, n1(site.base_url) if site is not None else None)
    if url is None or len(url) > LONGEST_URL:
        raise BadTask(
            Message(N_("“%(url)s” is not the address of a page."), {"url": typed[:200]}),
            hint=Message(N_("Give a whole address that begins with http:// or https://, or a site and a path.")),
            field="url",
        )
    return url


def _is_of(url: str, site: Site) -> bool:
    base = n1(site.base_url)
    return base is not None and in_scope(url, scope_of(base))


def _put(session: Session, task: Task, draft: TaskDraft) -> None:
    for name, value in asdict(draft).items():
        setattr(task, name, value)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, TaskKind) else value

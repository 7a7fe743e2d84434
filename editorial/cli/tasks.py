"""`editorial tasks` and `editorial task`: what is to be done, and doing away with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from editorial.cli.actor import actor, person_named, today
from editorial.cli.assembly import Assembly
from editorial.cli.jobs import as_json, parts
from editorial.cli.language import refused, say, speaks
from editorial.cli.printing import silenced
from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.domain.tasks import TaskKind
from editorial.services import task_lists, task_making, task_pages
from editorial.services import tasks as service
from editorial.services.deps import Deps
from editorial.services.task_making import TaskDraft
from editorial.services.task_pages import WantedTasks, When, Whose
from editorial.store.base import reading
from editorial.store.people import Person
from editorial.store.tasks import Task

MOST = 1000  # tasks of one call
NEW = "new"
Decide = Callable[[Session, Deps, Person, int], Task]
DECISIONS: dict[str, Decide] = {
    "done": service.close,
    "reopen": service.reopen,
    "call-off": service.call_off,
}


@dataclass(frozen=True)
class Wish:
    """What a new task is to be. `about`: title, kind, note, item_id, site_id and page, as they were typed."""

    owner: str
    due_on: date | None
    finding_ids: tuple[int, ...]
    about: dict[str, Any]


@click.command("tasks")
@click.option("--state", type=click.Choice([one.value for one in When]), default="open", show_default=True)
@click.option("--owner", default="", metavar="EMAIL", help="Whom they are given to; “nobody” for those of nobody.")
@click.option("--site", "site_id", type=click.IntRange(1, 2**31 - 1), help="Number of a site.")
@click.option("--item", "item_id", type=click.IntRange(1, 2**31 - 1), help="Number of an item.")
@click.option("--finding", "finding_id", type=click.IntRange(1, 2**31 - 1), help="Number of a finding.")
@click.option("--rule", default="", help="Id of a rule, such as title-missing.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def tasks(
    assembly: Assembly,
    *,
    state: str,
    owner: str,
    site_id: int | None,
    item_id: int | None,
    finding_id: int | None,
    rule: str,
    style: str,
) -> None:
    """List tasks: open ones by their day, others the newest first."""
    deps = parts(assembly)
    try:
        with reading(deps.sessions) as session:
            wanted = WantedTasks(
                0,
                Whose.NOBODY if owner == "nobody" else Whose.ALL,
                When(state),
                site_id,
                rule,
                item_id,
                finding_id,
                _person(session, owner) if owner != "nobody" else None,
            )
            board = task_pages.board(session, wanted, today(session, deps), page=MOST)
            found = task_lists.facts(session, board.tasks, say)
    except EditorialError as error:
        raise refused(error) from error
    if style == "json":
        click.echo(as_json(found))
    else:
        for one in found:
            click.echo(silenced(_line(one)))
        click.echo(say(Message.counted(NP_("%(count)s task.", "%(count)s tasks."), len(found))), err=True)
    if board.after is not None:
        click.echo(say(Message(N_("There are more. Ask for one site, or for one rule."))), err=True)


@click.command("task")
@click.argument("number", metavar=f"NUMBER|{NEW}")
@click.argument("decision", type=click.Choice(list(DECISIONS)), required=False)
@click.option("--as", "email", default="", metavar="EMAIL", help="Who decides; their rights apply.")
@click.option("--title", default="", help="With new: what is to be done.")
@click.option("--kind", type=click.Choice([one.value for one in TaskKind]), default="other", show_default=True)
@click.option("--owner", default="", metavar="EMAIL", help="With new: whom it is given to.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="With new: the day by which it should be done.")
@click.option("--note", default="", help="With new: more about it.")
@click.option("--item", "item_id", type=click.IntRange(1, 2**31 - 1), help="With new: number of the item it is about.")
@click.option("--site", "site_id", type=click.IntRange(1, 2**31 - 1), help="With new: number of the site it is about.")
@click.option("--page", default="", help="With new: address of the page it is about.")
@click.option(
    "--finding",
    "finding_ids",
    type=click.IntRange(1, 2**31 - 1),
    multiple=True,
    help="With new, again and again: open findings of one rule; the audit that proves their repair closes it.",
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def task(
    assembly: Assembly,
    /,
    *,
    number: str,
    decision: str | None,
    email: str,
    owner: str,
    due: datetime | None,
    finding_ids: tuple[int, ...],
    style: str,
    **about: Any,
) -> None:
    """Show one task, make one, or decide about it.

    new makes one, by hand or about findings; done closes it; reopen opens it again; call-off closes what nobody has to
    do any more.
    """
    deps = parts(assembly)
    wish = Wish(owner, due.date() if due is not None else None, finding_ids, about)
    try:
        task_id = _written(deps, number, decision, email, wish)
        with reading(deps.sessions) as session:
            page = task_pages.task_page(session, task_id, today(session, deps))
            (told,) = task_lists.facts(session, [page.view], say)
            trail = [f"{one.at:%Y-%m-%d %H:%M} UTC  {one.who or '–'}  {say(one.says)}" for one in page.trail]
    except EditorialError as error:
        raise refused(error) from error
    if style == "json":
        click.echo(as_json(told))
        return
    lines = [_line(told), *([told["url"]] if told["url"] else []), *told["note"].splitlines(), *trail]
    click.echo("\n".join(map(silenced, lines)))


def _written(deps: Deps, number: str, decision: str | None, email: str, wish: Wish) -> int:
    """Do what is asked in one transaction; returns the number of the task."""
    if number != NEW and decision is None:
        return _number(number)
    with deps.sessions.begin() as session:
        who = actor(session, email, Permission.WRITE_CONTENT)
        task_id = _make(session, deps, who, wish) if number == NEW else _number(number)
        if decision is not None:
            DECISIONS[decision](session, deps, who, task_id)
    return task_id


def _make(session: Session, deps: Deps, who: Person, wish: Wish) -> int:
    owner_id, about = _person(session, wish.owner), wish.about
    note = about["note"].strip()
    if wish.finding_ids:
        made = task_making.make_together(
            session, deps, who, wish.finding_ids, assignee_id=owner_id, due_on=wish.due_on, note=note
        )
        return made.id
    draft = TaskDraft(
        title=" ".join(about["title"].split()),
        kind=TaskKind(about["kind"]),
        note=note,
        assignee_id=owner_id,
        due_on=wish.due_on,
        item_id=about["item_id"],
        site_id=about["site_id"],
        url=about["page"].strip(),
    )
    return task_making.make(session, deps, who, draft).id


def _person(session: Session, email: str) -> int | None:
    if not email:
        return None
    return person_named(session, email, hint=Message(N_("Say the address that they sign in with."))).id


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise NotFound(
            Message(N_("“%(number)s” is no task."), {"number": typed[:40]}),
            hint=Message(N_("Give the number of a task, or “new”.")),
        )
    return int(typed)


def _line(one: dict[str, Any]) -> str:
    state = say(_STATES[_state(one)])
    due = f"{one['due_on']:%Y-%m-%d}" if one["due_on"] is not None else "–" * 10
    count = f" ({len(one['finding_ids'])})" if len(one["finding_ids"]) > 1 else ""
    return f"{one['id']:>6}  {due}  {state}  {one['title']}{count}" + (f"  {one['url']}" if one["url"] else "")


def _state(one: dict[str, Any]) -> str:
    if one["called_off"]:
        return "off"
    if one["closed_at"] is not None:
        return str(one["closed_how"])
    return "late" if one["late"] else "open"


_STATES = {
    "open": Message(N_("open")),
    "late": Message(N_("overdue")),
    "hand": Message(N_("done")),
    "proof": Message(N_("proven")),
    "off": Message(N_("called off")),
}

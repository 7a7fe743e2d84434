"""`editorial findings` and `editorial finding`: what audits found, and what is done about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from editorial.audit.rule import Severity
from editorial.audit.rulebook import BY_ID
from editorial.cli.actor import actor, person_named, the_site
from editorial.cli.assembly import Assembly
from editorial.cli.jobs import as_json, parts
from editorial.cli.language import refused, say, speaks
from editorial.cli.printing import silenced
from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.services import finding_download, finding_lists, finding_pages, muting, tasks
from editorial.services.deps import Deps
from editorial.services.finding_filters import Order, Standing, Wanted
from editorial.services.finding_pages import Row
from editorial.services.muting import MuteScope
from editorial.services.rule_pages import CATEGORIES
from editorial.store.base import reading
from editorial.store.people import Person

NOBODY = "nobody"


@click.command("findings")
@click.option(
    "--site", "site_id", type=click.IntRange(1, 2**31 - 1), help="Number of a site; the only one unless you say."
)
@click.option("--state", type=click.Choice([one.value for one in Standing]), default="open", show_default=True)
@click.option("--severity", type=click.Choice([one.value for one in Severity]))
@click.option("--rule", default="", help="Id of a rule, such as title-missing.")
@click.option("--page", default="", help="Whole address of a page.")
@click.option("--owner", default="", metavar="EMAIL", help="Of the piece; “nobody” for pages of nobody.")
@click.option("--text", default="", help="Part of an address, a rule or a title.")
@click.option("--category", type=click.Choice(list(CATEGORIES)), help="What rules are about.")
@click.option("--path", default="", help="Where the path of the address begins, such as /blog/.")
@click.option("--template", default="", help="Key of a page template, such as “/blog/*”.")
@click.option("--order", type=click.Choice([one.value for one in Order]), default="worst", show_default=True)
@click.option("--format", "style", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@speaks
@click.pass_obj
def findings(
    assembly: Assembly,
    *,
    site_id: int | None,
    state: str,
    severity: str | None,
    rule: str,
    page: str,
    owner: str,
    text: str,
    category: str | None,
    path: str,
    template: str,
    order: str,
    style: str,
) -> None:
    """List what audits of a site found, the worst first."""
    deps = parts(assembly)
    try:
        _expect_rule(rule)
        with reading(deps.sessions) as session:
            wanted = Wanted(
                the_site(session, site_id).id,
                standing=Standing(state),
                severity=Severity(severity) if severity else None,
                owner_id=_owner(session, owner),
                rule=rule,
                page=page,
                text=text,
                category=category or "",
                path=path,
                template=template,
                order=Order(order),
            )
            _PRINT[style](session, wanted)
    except EditorialError as error:
        raise refused(error) from error


def _expect_rule(rule: str) -> None:
    """Refuse a word that is no rule: an empty list would read as if all were well."""
    if rule and rule not in BY_ID:
        raise NotFound(
            Message(N_("There is no rule “%(rule)s”."), {"rule": rule[:80]}),
            hint=Message(N_("“editorial rules” lists every rule with its id.")),
        )


@dataclass(frozen=True)
class Said:
    """What a decision may need to know."""

    reason: str
    scope: MuteScope
    until: date | None


Decide = Callable[[Session, Deps, Person, int, Said], object]
DECISIONS: dict[str, Decide] = {
    "task": lambda session, deps, who, number, _: tasks.make_for_finding(session, deps, who, number),
    "mute": lambda session, deps, who, number, said: muting.mute(
        session, deps, who, number, scope=said.scope, reason=said.reason, until=said.until
    ),
    "unmute": lambda session, deps, who, number, _: muting.unmute(session, deps, who, number),
}


@click.command("finding")
@click.argument("finding_id", type=click.IntRange(1, 2**31 - 1))
@click.argument("decision", type=click.Choice(list(DECISIONS)), required=False)
@click.option("--as", "email", default="", metavar="EMAIL", help="Who decides; their rights apply.")
@click.option("--reason", default="", help="With mute: why it may stay as it is.")
@click.option(
    "--scope",
    type=click.Choice([one.value for one in MuteScope]),
    default=MuteScope.FINDING.value,
    show_default=True,
    help="With mute: the finding alone, its rule on its page, or its rule on the whole site.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With mute: the day it comes back; when what was seen changes, unless you say.",
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def finding(
    assembly: Assembly,
    *,
    finding_id: int,
    decision: str | None,
    email: str,
    reason: str,
    scope: str,
    until: datetime | None,
    style: str,
) -> None:
    """Show one finding with its evidence, or decide about it.

    task makes a task for the owner of its piece; mute leaves it be, for a reason and not for ever; unmute brings it
    back.
    """
    deps = parts(assembly)
    try:
        if decision is not None:
            said = Said(reason, MuteScope(scope), until.date() if until is not None else None)
            with deps.sessions.begin() as session:
                who = actor(session, email, Permission.WRITE_CONTENT)
                DECISIONS[decision](session, deps, who, finding_id, said)
        with reading(deps.sessions) as session:
            told = finding_lists.detail(session, finding_id, say)
    except EditorialError as error:
        raise refused(error) from error
    click.echo(as_json(told) if style == "json" else "\n".join(map(silenced, _lines(told))))


def _owner(session: Session, email: str) -> int | None:
    if not email:
        return None
    if email == NOBODY:
        return 0
    return person_named(session, email, hint=Message(N_("Say the address that they sign in with."))).id


def _as_text(session: Session, wanted: Wanted) -> None:
    count = 0
    for row in finding_pages.every(session, wanted):
        one, count = _facts(row), count + 1
        click.echo(f"{one['id']:>6}  {one['severity']:<7}  {one['state']:<10}  {one['title']}  {one['url']}")
    click.echo(say(Message.counted(NP_("%(count)s finding.", "%(count)s findings."), count)), err=True)


def _as_json(session: Session, wanted: Wanted) -> None:
    click.echo(as_json([_facts(row) for row in finding_pages.every(session, wanted)]))


def _as_csv(session: Session, wanted: Wanted) -> None:
    for line in finding_download.lines(session, wanted, say):
        click.echo(line, nl=False)


_PRINT: dict[str, Callable[[Session, Wanted], None]] = {"text": _as_text, "json": _as_json, "csv": _as_csv}


def _facts(row: Row) -> dict[str, Any]:
    return finding_lists.facts(
        row.finding, say, item_id=row.item_id, owner_id=row.owner.id if row.owner is not None else None
    )


def _lines(one: dict[str, Any]) -> list[str]:
    lines = [
        f"{one['id']}  {one['severity']}  {one['state']}  {one['title']}",
        one["url"],
        one["message"],
        one["fix"],
        *(f"  {piece}" for piece in one["evidence"]),
        one["source"],
    ]
    lines += [f"{event['at']:%Y-%m-%d %H:%M} UTC  {event['event']}" for event in one["history"]]
    if one["mute"] is not None:
        until = one["mute"]["until"]
        says = (
            Message(N_("Muted until %(when)s: %(reason)s"), {"when": until, "reason": one["mute"]["reason"]})
            if until is not None
            else Message(N_("Muted until it changes: %(reason)s"), {"reason": one["mute"]["reason"]})
        )
        lines.append(say(says))
    if one["task_ids"]:
        lines.append(say(Message(N_("Tasks: %(numbers)s"), {"numbers": ", ".join(map(str, one["task_ids"]))})))
    return lines

"""`editorial jobs` and `editorial job`: what goes out, what became of it, and the decisions about it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy.orm import Session

from editorial.cli.actor import actor
from editorial.cli.assembly import Assembly
from editorial.cli.language import refused, say, speaks
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import JobState
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.services import job_decisions, job_lists, job_pages
from editorial.services.deps import Deps
from editorial.services.job_lists import WantedJobs
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person

MOST = 1000  # jobs of one call


def parts(assembly: Assembly) -> Deps:
    """The parts, whose connections end with the command."""
    deps = assembly.make_deps(assembly.config())
    click.get_current_context().call_on_close(deps.sessions.kw["bind"].dispose)
    return deps


def as_json(found: object) -> str:
    """JSON with instants as ISO 8601 in UTC."""
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


@click.command("jobs")
@click.option("--state", "states", type=click.Choice([state.value for state in JobState]), multiple=True)
@click.option("--channel", "channel_id", type=click.IntRange(1, 2**31 - 1), help="Number of a channel.")
@click.option("--item", "item_id", type=click.IntRange(1, 2**31 - 1), help="Number of an item.")
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="How many, back and ahead.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def jobs(
    assembly: Assembly,
    *,
    states: tuple[str, ...],
    channel_id: int | None,
    item_id: int | None,
    days: int,
    style: str,
) -> None:
    """List the jobs that were or will be due in the days around now."""
    deps = parts(assembly)
    now, around = deps.now(), timedelta(days=days)
    wanted = WantedJobs(frozenset(map(JobState, states)), channel_id, item_id, now - around, now + around)
    with reading(deps.sessions) as session:
        found, more = job_lists.list_jobs(session, wanted, page=MOST)
    if style == "json":
        click.echo(as_json([job_lists.facts(job, say) for job in found]))
    else:
        for job in found:
            click.echo(_line(job))
        click.echo(say(Message.counted(NP_("%(count)s job.", "%(count)s jobs."), len(found))), err=True)
    if more:
        click.echo(say(Message(N_("There are more. Ask for fewer days, or for one channel."))), err=True)


@dataclass(frozen=True)
class Said:
    """What a decision may need to know."""

    url: str
    reason: str
    looked: bool


Decide = Callable[[Session, Deps, int, Person, Said], DistributionJob]
DECISIONS: dict[str, Decide] = {
    "cancel": lambda session, deps, job_id, actor, _: job_decisions.cancel(session, deps, job_id, actor),
    "send-now": lambda session, deps, job_id, actor, _: job_decisions.send_now(session, deps, job_id, actor),
    "send-again": lambda session, deps, job_id, actor, said: job_decisions.send_again(
        session, deps, job_id, actor, looked=said.looked
    ),
    "confirm": lambda session, deps, job_id, actor, said: job_decisions.resolve_live(
        session, deps, job_id, actor, url=said.url
    ),
    "decline": lambda session, deps, job_id, actor, said: job_decisions.decline(
        session, deps, job_id, actor, said.reason
    ),
}


@click.command("job")
@click.argument("job_id", type=click.IntRange(1, 2**31 - 1))
@click.argument("decision", type=click.Choice(list(DECISIONS)), required=False)
@click.option("--as", "email", default="", metavar="EMAIL", help="Who decides; their rights apply.")
@click.option("--url", default="", help="With confirm: where it can be read; where its channel says, unless you do.")
@click.option("--reason", default="", help="With decline: why it is not posted.")
@click.option("--looked", is_flag=True, help="With send-again: you looked, and it is not there.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def job(
    assembly: Assembly,
    *,
    job_id: int,
    decision: str | None,
    email: str,
    url: str,
    reason: str,
    looked: bool,
    style: str,
) -> None:
    """Show one job with every attempt, or decide about it.

    cancel takes it back; send-now lets it go at once; send-again makes a new job of it; confirm says that it is live;
    decline says that it will not be posted by hand.
    """
    deps = parts(assembly)
    try:
        if decision is not None:
            job_id = _decide(deps, job_id, DECISIONS[decision], email, Said(url, reason, looked))
        with reading(deps.sessions) as session:
            found = distribution.get_job(session, job_id)
            told = job_lists.facts(found, say)
            tried = [job_lists.attempt_facts(one, say) for one in found.attempts]
            lines = [_line(found), say(job_pages.next_step(found))]
    except EditorialError as error:
        raise refused(error) from error
    if style == "json":
        click.echo(as_json({**told, "attempts": tried}))
        return
    lines += [told["reason"]] if told["reason"] else []
    lines += [line for one in tried for line in _attempt(one)]
    click.echo("\n".join(lines))


def _decide(deps: Deps, job_id: int, decide: Decide, email: str, said: Said) -> int:
    """Do it in one transaction; returns the number of the job to be shown, which is another one after a repetition."""
    with deps.sessions.begin() as session:
        return decide(session, deps, job_id, actor(session, email, Permission.PUBLISH), said).id


def _line(job: DistributionJob) -> str:
    where = f"{job.channel.name} · {job.variant}" if job.variant else job.channel.name
    return f"{job.id:>6}  {_moment(job.due_at)}  {say(job.state.label)}  {where}  {job.item.title}"


def _attempt(one: dict[str, Any]) -> list[str]:
    took = f"  {one['milliseconds']} ms" if one["milliseconds"] is not None else ""
    status = f"  HTTP {one['http_status']}" if one["http_status"] is not None else ""
    lines = [f"  {one['n']}  {_moment(one['started_at'])}  {one['outcome'] or '…'}{status}{took}"]
    lines += [f"     {one['reason']}"] if one["reason"] else []
    for mark, said in ((">", one["request"]), ("<", one["answer"])):
        lines += [f"     {mark} {name}: {value}" for name, value in (said or {}).items()]
    return lines


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _plain(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)

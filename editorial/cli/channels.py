"""`editorial channels`: how the channels fare."""

import click

from editorial.cli.assembly import Assembly
from editorial.cli.jobs import as_json, parts
from editorial.cli.language import say, speaks
from editorial.domain.jobs import Health
from editorial.domain.messages import N_, Message
from editorial.services import channel_pages, channel_probes
from editorial.services.channel_pages import Row
from editorial.store.base import reading

_HEALTH = {
    Health.UNKNOWN: Message(N_("not asked yet")),
    Health.OK: Message(N_("works")),
    Health.BROKEN: Message(N_("broken")),
}
_OFF = Message(N_("switched off"))


@click.command("channels")
@click.option(
    "--check", is_flag=True, help="Ask every channel that is on whether it works. Exit status 1 if one fails."
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def channels(assembly: Assembly, *, check: bool, style: str) -> None:
    """List the channels with their health and the jobs that wait for them.

    A check lets jobs that were held for a channel go out, if it works.
    """
    deps = parts(assembly)
    if check:
        with reading(deps.sessions) as session:
            asked = [row.channel.id for row in channel_pages.rows(session) if row.channel.enabled]
        for channel_id in asked:
            channel_probes.ask_now(deps, channel_id)
    with reading(deps.sessions) as session:
        found = channel_pages.rows(session)
    if style == "json":
        click.echo(as_json([_facts(row) for row in found]))
    else:
        for row in found:
            click.echo(_line(row))
        if not found:
            click.echo(say(Message(N_("No channel is connected yet."))), err=True)
    if check and any(row.channel.enabled and row.channel.health is Health.BROKEN for row in found):
        raise SystemExit(1)


def _facts(row: Row) -> dict[str, object]:
    one = row.channel
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "site_id": one.site_id,
        "enabled": one.enabled,
        "health": one.health,
        "reason": say(row.reason) if row.reason else None,
        "checked_at": one.checked_at,
        "waiting_jobs": row.live_jobs,
    }


def _line(row: Row) -> str:
    one = row.channel
    fares = say(_HEALTH[one.health] if one.enabled else _OFF)
    reason = f"  {say(row.reason)}" if row.reason and one.enabled else ""
    return f"{one.id:>6}  {fares}  {one.name} ({say(row.kind_name)})  {row.live_jobs}{reason}"

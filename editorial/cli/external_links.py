"""`editorial external-links`: what a site links to outside, whether it is there, and asking again."""

import click

from editorial.cli.actor import actor, the_site
from editorial.cli.assembly import Assembly
from editorial.cli.jobs import as_json, parts
from editorial.cli.language import refused, say, speaks
from editorial.cli.printing import silenced
from editorial.domain.errors import EditorialError
from editorial.domain.external import LinkState
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.services import external_download, external_pages
from editorial.services.external_pages import Line, Wanted
from editorial.store.base import reading


@click.command("external-links")
@click.option(
    "--site", "site_id", type=click.IntRange(1, 2**31 - 1), help="Number of a site; the only one unless you say."
)
@click.option("--state", type=click.Choice([one.value for one in LinkState]))
@click.option("--text", default="", help="Part of an address.")
@click.option("--links", is_flag=True, help="With --format csv: one row a link, with its page and its words.")
@click.option(
    "--ask", "target_id", type=click.IntRange(1, 2**31 - 1), help="Have the target of this number asked again."
)
@click.option("--as", "email", default="", metavar="EMAIL", help="With --ask: who wants to know; their rights apply.")
@click.option("--format", "style", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@speaks
@click.pass_obj
def external_links(
    assembly: Assembly,
    *,
    site_id: int | None,
    state: str | None,
    text: str,
    links: bool,
    target_id: int | None,
    email: str,
    style: str,
) -> None:
    """List what a site links to outside, by target, the worst first.

    Each target is asked once a week, after an audit. Broken is what was not there on two days.
    """
    deps = parts(assembly)
    try:
        if target_id is not None:
            with deps.sessions.begin() as session:
                who = actor(session, email, Permission.MANAGE_AUDITS)
                asked = external_pages.ask_again(session, deps, who.id, the_site(session, site_id).id, target_id)
            click.echo(say(Message(N_("%(host)s is asked again within a minute."), {"host": asked.host})))
            return
        with reading(deps.sessions) as session:
            wanted = Wanted(the_site(session, site_id).id, LinkState(state) if state else None, text)
            if style == "csv":
                for row in (external_download.links if links else external_download.targets)(session, wanted, say):
                    click.echo(row, nl=False)
                return
            lines = list(external_pages.every(session, wanted))
    except EditorialError as error:
        raise refused(error) from error
    if style == "json":
        click.echo(as_json([external_pages.facts(line, say) for line in lines]))
        return
    for line in lines:
        click.echo(silenced(_text(line)))
    click.echo(say(Message.counted(NP_("%(count)s target.", "%(count)s targets."), len(lines))), err=True)


def _text(line: Line) -> str:
    said = external_pages.facts(line, say)
    pages = say(Message.counted(NP_("%(count)s page", "%(count)s pages"), line.pages))
    return f"{line.id:>6}  {say(line.label)}  {said['says'] or '-'}  {pages}  {line.url}"

"""`editorial templates`: the page templates of a site, and what is wrong with many of their pages at once."""

import click

from editorial.cli.actor import the_site
from editorial.cli.assembly import Assembly
from editorial.cli.jobs import as_json, parts
from editorial.cli.language import refused, say, speaks
from editorial.cli.printing import silenced
from editorial.domain.errors import EditorialError
from editorial.domain.messages import NP_, Message
from editorial.services import findings, template_pages
from editorial.services.template_pages import TemplateView
from editorial.store.base import reading


@click.command("templates")
@click.option(
    "--site", "site_id", type=click.IntRange(1, 2**31 - 1), help="Number of a site; the only one unless you say."
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@speaks
@click.pass_obj
def templates(assembly: Assembly, *, site_id: int | None, style: str) -> None:
    """List the page templates that the last audit of a site told apart, the largest first.

    Below each stand the rules that several of its pages fail: what one template makes is often repaired once.
    """
    deps = parts(assembly)
    try:
        with reading(deps.sessions) as session:
            found = template_pages.overview(session, the_site(session, site_id).id)
    except EditorialError as error:
        raise refused(error) from error
    if style == "json":
        click.echo(as_json([template_pages.facts(one, say) for one in found.shown]))
        return
    for one in found.shown:
        for line in _lines(one):
            click.echo(silenced(line))
    count = NP_("%(count)s template.", "%(count)s templates.")
    click.echo(say(Message.counted(count, found.total)), err=True)


def _lines(one: TemplateView) -> list[str]:
    name = one.name if isinstance(one.name, str) else say(one.name)
    pages = say(Message.counted(NP_("%(count)s page", "%(count)s pages"), one.pages))
    words = (
        "" if one.words is None else "  " + say(Message.counted(NP_("%(count)s word", "%(count)s words"), one.words))
    )
    rules = [f"    {say(findings.title_of(rule))}  [{rule}]  {count}" for rule, count in one.rules]
    return [f"{name}  {pages}{words}", *rules]

"""`editorial robots`: may a crawler fetch an address, and which line of robots.txt says so."""

import sys
from collections.abc import Sequence
from typing import Any

import click
import orjson

from editorial.audit.crawl.files import robots_notes
from editorial.audit.crawl.origins import Origins
from editorial.cli import sources
from editorial.cli.language import refused, say, speaks
from editorial.cli.printing import silenced
from editorial.cli.sources import Source
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.robots import MAX_BYTES, MAX_LINE, Robots, Verdict, parse, product_token
from editorial.domain.urls import n1, origin_of

FORBIDDEN, COULD_NOT_READ = 1, 3  # exit statuses; 2 is click's, for bad usage
NOWHERE = "https://host.invalid"
"""Stands for the origin of a file, whose lines speak of paths alone."""
_ODD = {
    "syntax": N_("no line of robots.txt: it has no effect"),
    "orphan": N_("a rule before any User-agent: it has no effect"),
    "value": N_("a path that begins with neither / nor *: it matches nothing"),
    "dollar": N_("a $ that is not at the end counts as a plain character"),
    "html": N_("this is a web page, no robots.txt"),
    "encoding": N_("this is no UTF-8 text"),
    "size": N_("what comes after 500 KiB is not read"),
    "blocks": N_("this line closes the whole site to %(agent)s"),
}


@click.command("robots")
@click.argument("source", metavar="FILE_OR_URL")
@click.argument("urls", metavar="URL...", nargs=-1)
@click.option("--agent", required=True, metavar="TOKEN", help="Product token of the crawler, such as Googlebot.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-private", is_flag=True, help=sources.PRIVATE_HELP)
@speaks
def robots(*, source: str, urls: Sequence[str], agent: str, style: str, allow_private: bool) -> None:
    """Say for each URL whether the crawler may fetch it, and by which line. A path such as /a/b is enough.

    FILE_OR_URL is a robots.txt on disk, its address, the address of a site, or - for standard input. Read by RFC 9309.

    Exit status: 0 it may fetch them all, 1 not all, 2 bad usage, 3 the file could not be read.
    """
    try:
        read = sources.read(_robots_of(source), most=MAX_BYTES, allow=sources.opened(everything=allow_private))
    except EditorialError as error:
        click.echo(refused(error).message, err=True)
        sys.exit(COULD_NOT_READ)
    known = Origins(agent)
    origin = origin_of(read.url) if read.url else NOWHERE
    # A crawl goes past an address that our guard refuses, because every page of it ends there as well.
    refused_by_us = read.error == "address"
    rules = known.learn(origin, read.status, read.error, read.content, led=read.led or refused_by_us)
    verdicts = [(url, _verdict(rules, product_token(agent), url, origin)) for url in urls]
    if style == "json":
        click.echo(orjson.dumps(_facts(read, agent, rules, verdicts), option=orjson.OPT_INDENT_2))
    else:
        _print(read, rules, agent, verdicts)
    if read.error is not None:  # whatever that means for crawlers: nobody saw a file
        sys.exit(COULD_NOT_READ)
    if any(verdict is not None and not verdict.allowed for _, verdict in verdicts):
        sys.exit(FORBIDDEN)
    if known.unreachable:
        sys.exit(COULD_NOT_READ)


def _robots_of(source: str) -> str:
    """The robots.txt of a site, if its address alone was typed."""
    url = sources.address(source)
    return f"{origin_of(url)}/robots.txt" if url is not None and url == f"{origin_of(url)}/" else source


def _verdict(rules: Robots, token: str, url: str, origin: str) -> Verdict | None:
    """None for what is no address."""
    full = n1(url, f"{origin}/", longest=2 * MAX_LINE)
    return rules.decide(token, full) if full is not None else None


def _oddities(read: Source) -> list[tuple[int, str, str, str]]:
    """Line, kind, what it means, and the line itself."""
    if read.status != 200 or read.error is not None:
        return []
    notes = robots_notes(origin_of(read.url) if read.url else NOWHERE, read.content, parse(read.content))
    told = ((note, Message(_ODD[note.kind], {"agent": note.subject})) for note in notes if note.kind in _ODD)
    return [(note.line, note.kind, say(message), note.text) for note, message in told]


def _facts(read: Source, agent: str, rules: Robots, verdicts: Sequence[tuple[str, Verdict | None]]) -> dict[str, Any]:
    return {
        "source": read.url,
        "status": read.status,
        "error": read.error,
        "agent": agent,
        "token": product_token(agent),
        "crawl_delay": rules.crawl_delay(agent),
        "sitemaps": list(rules.sitemaps),
        "urls": [
            {
                "url": url,
                "allowed": verdict.allowed if verdict else None,
                "line": verdict.line_number if verdict else None,
                "text": (verdict.line_text or None) if verdict else None,
            }
            for url, verdict in verdicts
        ],
        "notes": [
            {"line": line or None, "kind": kind, "message": message, "text": text or None}
            for line, kind, message, text in _oddities(read)
        ],
    }


def _print(read: Source, rules: Robots, agent: str, verdicts: Sequence[tuple[str, Verdict | None]]) -> None:
    if read.trouble is not None:
        click.echo(say(read.trouble), err=True)
        meant = _ALL_OPEN if rules.decide(agent, f"{NOWHERE}/").allowed else _ALL_CLOSED
        click.echo(say(Message(meant)), err=True)
    for url, verdict in verdicts:
        if verdict is None:
            click.echo(say(Message(N_("%(url)s is no address."), {"url": url})))
            continue
        word = say(Message(N_("allowed") if verdict.allowed else N_("disallowed")))
        if verdict.line_number:
            where = Message(N_("line %(number)s: %(text)s"), {"number": verdict.line_number, "text": verdict.line_text})
        else:
            where = Message(N_("no line speaks of it"))
        click.echo(f"{word}\t{url}\t{silenced(say(where))}")
    if not verdicts:
        groups = sum(len(group.lines) for group in rules.groups)
        click.echo(say(Message.counted(NP_("%(count)s rule is read.", "%(count)s rules are read."), groups)))
    for line, _, meaning, text in _oddities(read):
        place = say(Message(N_("line %(number)s: %(text)s"), {"number": line, "text": text})) if line else ""
        click.echo(f"{meaning}\t{silenced(place)}".rstrip(), err=True)


_ALL_OPEN = N_("So nothing is forbidden.")
_ALL_CLOSED = N_("So everything is forbidden until it can be read.")

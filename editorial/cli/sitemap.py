"""`editorial sitemap`: what a sitemap names, and what is wrong with it."""

import sys
from collections.abc import Iterator
from typing import Any

import click
import orjson

from editorial.audit.crawl.files import Note
from editorial.audit.crawl.sitemaps import MAX_SITEMAP, Entry, Sitemap, read_sitemap
from editorial.cli import sources
from editorial.cli.language import refused, say, speaks
from editorial.cli.printing import silenced
from editorial.domain.addresses import AllowList
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message

FAULTY, COULD_NOT_READ = 1, 3  # exit statuses; 2 is click's, for bad usage
MOST_FILES = 500
"""Sitemaps of an index that are followed."""
SAYS = {
    "html": N_("This is a web page, no sitemap."),
    "gzip": N_("It is packed with gzip and broken."),
    "unreadable": N_("This is no sitemap in any form."),
    "size": N_("It is larger than 50 MB unpacked; the rest is not read."),
    "entries": N_("It names more than 50,000 addresses; the rest is not read."),
    "nested": N_("An index may not name another index."),
    "malformed": N_("From here on it is no well-formed XML."),
    "encoding": N_("Some bytes are none in its encoding."),
    "entities": N_("It declares entities of its own; nothing behind them is read."),
    "empty": N_("It names no address."),
    "loc": N_("This is no absolute address."),
    "loc-missing": N_("An entry without its address."),
    "loc-long": N_("This address is longer than 2,048 characters."),
    "lastmod": N_("This is no date that sitemaps know: write 2026-11-22."),
    "changefreq": N_("Sitemaps do not know this word."),
    "priority": N_("A priority lies between 0.0 and 1.0."),
    "images": N_("More than 1,000 images for one address."),
    "unread": N_("It could not be read."),
}


@click.command("sitemap")
@click.argument("source", metavar="FILE_OR_URL")
@click.option("--follow", is_flag=True, help="Read the sitemaps that an index names, too.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--allow-private", is_flag=True, help=sources.PRIVATE_HELP)
@speaks
def sitemap(*, source: str, follow: bool, style: str, allow_private: bool) -> None:
    """List the addresses of a sitemap: XML, an index, RSS, Atom or a list of addresses, packed or not.

    FILE_OR_URL is a file, an address, or - for standard input. Errors go to standard error.

    Exit status: 0 no error, 1 some, 2 bad usage, 3 it could not be read.
    """
    allow = sources.opened(everything=allow_private)
    try:
        files = list(_files(source, allow, follow=follow))
    except EditorialError as error:
        click.echo(refused(error).message, err=True)
        sys.exit(COULD_NOT_READ)
    if style == "json":
        first, *others = (_facts(*file) for file in files)
        click.echo(orjson.dumps(first | ({"files": others} if follow else {}), option=orjson.OPT_INDENT_2))
    else:
        for file in files:
            _print(*file)
    if files[0][2] is None:
        sys.exit(COULD_NOT_READ)
    if any(read is None or read.notes for _, _, read in files):
        sys.exit(FAULTY)


File = tuple[str, sources.Source, Sitemap | None]


def _files(name: str, allow: AllowList, *, follow: bool) -> Iterator[File]:
    """The sitemap, and those it names; None where nothing was read."""
    first = _file(name, allow, nested=False)
    yield first
    read = first[2]
    if follow and read is not None and read.is_index:
        for entry in read.entries[:MOST_FILES]:
            yield _file(entry.url, allow, nested=True)


def _file(name: str, allow: AllowList, *, nested: bool) -> File:
    source = sources.read(name, most=MAX_SITEMAP, allow=allow)
    return name, source, None if source.trouble else read_sitemap(source.content, nested=nested)


def _facts(name: str, source: sources.Source, read: Sitemap | None) -> dict[str, Any]:
    entries = read.entries if read else ()
    is_index = read is not None and read.is_index
    return {
        "source": name,
        "status": source.status,
        "error": source.error,
        "form": read.form if read else None,
        "urls": [] if is_index else [_entry(entry) for entry in entries],
        "sitemaps": [_sitemap(entry) for entry in entries] if is_index else [],
        "errors": [_error(note) for note in (read.notes if read else (Note("unread"),))],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "url": entry.url,
        "loc": entry.loc or entry.url,
        "lastmod": entry.lastmod or None,
        "changefreq": entry.changefreq or None,
        "priority": entry.priority or None,
        "alternates": [{"hreflang": code, "url": target} for code, target in entry.alternates],
        "images": list(entry.images),
    }


def _sitemap(entry: Entry) -> dict[str, Any]:
    return {"url": entry.url, "loc": entry.loc or entry.url, "lastmod": entry.lastmod or None}


def _error(note: Note) -> dict[str, Any]:
    return {
        "kind": note.kind,
        "line": note.line or None,
        "message": say(Message(SAYS[note.kind])),
        "text": note.text or None,
    }


def _print(name: str, source: sources.Source, read: Sitemap | None) -> None:
    if source.trouble is not None or read is None:
        click.echo(say(source.trouble or Message(SAYS["unread"])), err=True)
        return
    for entry in read.entries:
        click.echo(entry.url)
    for note in read.notes:
        said = _error(note)
        where = f":{note.line}" if note.line else ""
        click.echo(f"{name}{where}: {said['message']}" + (f" {silenced(note.text)}" if note.text else ""), err=True)
    counted = NP_("%(count)s address.", "%(count)s addresses.")
    if read.is_index:
        counted = NP_("%(count)s sitemap.", "%(count)s sitemaps.")
    click.echo(f"{name}: {say(Message.counted(counted, len(read.entries)))}", err=True)

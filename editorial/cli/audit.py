"""`editorial audit`: judge a site, a list of pages, a folder or one file. Needs no server and no set-up."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click
import structlog
from click.core import ParameterSource
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters.catalog import Catalog
from editorial.audit.crawl import records
from editorial.audit.crawl.records import StopReason
from editorial.audit.folder import Folder, FolderLost
from editorial.audit.predicates import CanonState, canon_state
from editorial.audit.rule import Severity
from editorial.audit.summary import Judged
from editorial.cli import lists, outside, sources, structure_lines
from editorial.cli.audit_gaps import gaps_of, of_list
from editorial.cli.audit_report import STYLES, Wanted, written
from editorial.cli.crawl_limits import crawl_limits
from editorial.cli.language import say, speaks, spoken
from editorial.cli.printing import COULD_NOT_RUN, ending_well, put
from editorial.domain.addresses import AllowList
from editorial.domain.crawl_options import CrawlOptions
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.urls import n1, path_of
from editorial.services import audit_output, auditing, structure
from editorial.services.audit_storage import Report
from editorial.services.stop_reasons import why_it_stopped
from editorial.store.audit import Audit, AuditPage, AuditState
from editorial.store.base import reading
from editorial.store.relations import LOOKS_OUTSIDE

FOUND = 1  # an exit status; 2 is click's, for bad usage
NEVER = "never"
MOST_UNSEEN = 20  # pages of a crawl without an answer that are named one by one
MORE_UNSEEN = NP_("%(count)s page more gave no answer.", "%(count)s pages more gave no answer.")
SET_ASIDE = NP_(
    "%(count)s page was set aside by most rules: its canonical names another address. "
    "If that is the page's own, give the address of the folder with --url.",
    "%(count)s pages were set aside by most rules: their canonicals name other addresses. "
    "If those are the pages' own, give the address of the folder with --url.",
)


@click.command("audit")
@click.argument("target")
@click.option("--url", "base", help="Address the folder or file will have; links are resolved against it.")
@click.option(
    "--format",
    "style",
    type=click.Choice(STYLES),
    default="text",
    show_default=True,
    help="json: one object a line, a page each. html: one page that needs nothing else. csv: one row a finding."
    " sarif: for code hosts.",
)
@click.option("--facts", is_flag=True, help="With --format json: what was seen of each page, too.")
@click.option(
    "--outcomes",
    type=click.Choice(["fail", "all"]),
    default="fail",
    show_default=True,
    help="all: also what passed, did not apply or could not be judged.",
)
@click.option("--list", "as_list", is_flag=True, help="TARGET is a sitemap or a list, whatever its name says.")
@click.option("--follow", is_flag=True, help="Of an index of sitemaps: audit the pages of the sitemaps it names.")
@click.option(
    "--follow-links", is_flag=True, help="Of a sitemap or a list: also the pages of its hosts that are linked."
)
@click.option("--max-pages", type=click.IntRange(1, 1_000_000), default=5000, show_default=True)
@crawl_limits
@click.option("--rate", type=click.FloatRange(0.01, 100_000), default=2.0, show_default=True, help="Requests a second.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Connections at once.")
@click.option(
    "--external",
    is_flag=True,
    help="Also ask what the pages link to on other sites whether it is there, slowly and by their robots.txt.",
)
@click.option(
    "--fail-on",
    type=click.Choice([*(str(severity) for severity in Severity), NEVER]),
    default=str(Severity.ERROR),
    show_default=True,
    help="Exit with status 1 when a finding is at least this bad.",
)
@speaks
@click.option(
    "--allow-private",
    is_flag=True,
    help="Let the crawl reach private network addresses; EDITORIAL_ALLOW_PRIVATE opens some of them for good.",
)
def audit(
    *,
    target: str,
    base: str | None,
    style: str,
    facts: bool,
    outcomes: str,
    as_list: bool,
    follow: bool,
    follow_links: bool,
    max_pages: int,
    crawl: CrawlOptions,
    rate: float,
    concurrency: int,
    external: bool,
    fail_on: str,
    allow_private: bool,
) -> None:
    """Judge TARGET: the address of a site, a folder of built pages, or one HTML file.

    Of a sitemap or a list of addresses (a file, an address that ends in .xml, .txt or .csv, or - for standard input)
    exactly these pages are judged.

    Exit status: 0 nothing as bad as --fail-on, 1 something is, 2 bad usage, 3 the audit could not run, or not all of
    the list could be read.
    """
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(40),  # errors only: the output belongs to the report
    )
    catalog = spoken()
    wanted = Wanted(style, target, facts=facts, every_outcome=outcomes == "all")
    if facts and style != "json":
        click.echo(catalog.say(Message(N_("--facts counts with --format json alone."))), err=True)
    options: dict[str, object] = {"max_pages": max_pages, "rate": rate, "connections": concurrency}
    options |= crawl.as_json() | ({LOOKS_OUTSIDE: True} if external else {})
    allow = sources.opened(everything=allow_private)
    with ending_well():
        try:
            if as_list or lists.is_list(target):
                listed = lists.read(target, allow, follow=follow)
                options["follow_links"] = follow_links
                typed = click.get_current_context().get_parameter_source("max_pages") is not ParameterSource.DEFAULT
                options["max_pages"] = max_pages if typed else max(max_pages, len(listed.addresses))
                status = _audited_list(listed, options, allow, wanted=wanted, fail_on=fail_on)
            else:
                status = _audited(target, _folder(target, base), options, allow, wanted=wanted, fail_on=fail_on)
        except (FolderLost, lists.ListUnread) as error:
            _fail(catalog, error, COULD_NOT_RUN)
        except EditorialError as error:
            _fail(catalog, error)
    sys.exit(status)


def _audited(
    target: str, folder: Folder | None, options: dict[str, object], allow: AllowList, *, wanted: Wanted, fail_on: str
) -> int:
    """Audit, and print what was found. Returns the exit status."""
    catalog, start = spoken(), target
    if folder is not None:
        wanted = replace(wanted, folder=folder)
        start = folder.base
        if folder.told:
            taken = N_("%(url)s is taken as the address, because the canonicals of the pages say so.")
            click.echo(catalog.say(Message(taken, {"url": start})), err=True)
        root = start[: start.partition("?")[0].rindex("/") + 1]
        options = options | {"path_prefix": path_of(root), "follow_links": not Path(target).is_file()}
    with outside.parts_for(options, allow) as parts:
        with parts.sessions.begin() as session:
            queued = auditing.start_audit_of(session, start, parts.now(), options).id
        with _progress_bar(catalog) as report:
            auditing.run_audit(parts, queued, report, folder=folder)
        with reading(parts.sessions) as session:
            found = session.get_one(Audit, queued)
            unseen = _unanswered(session, found)
            gaps = gaps_of(found, (), unseen, unfit=False, say=catalog.say)
            status = _report(session, found, catalog, replace(wanted, gaps=gaps), fail_on=fail_on)
    told = gaps.pages if found.state is not AuditState.FAILED else ()  # its end says of the first page why
    shown = told[:MOST_UNSEEN] if folder is None else told
    for gap in shown:
        click.echo(gap.line(catalog.say), err=True)
    if len(told) > len(shown):
        click.echo(catalog.say(Message.counted(MORE_UNSEEN, len(told) - len(shown))), err=True)
    return status


def _audited_list(
    listed: lists.Listed, options: dict[str, object], allow: AllowList, *, wanted: Wanted, fail_on: str
) -> int:
    """Audit the pages of a list, and print what was found. Returns the exit status."""
    catalog = spoken()
    for told in listed.told:
        click.echo(of_list(told).line(catalog.say), err=True)
    with outside.parts_for(options, allow) as parts:
        with parts.sessions.begin() as session:
            queued = auditing.start_audit_of(session, listed.addresses[0], parts.now(), options, whole_site=False).id
        with _progress_bar(catalog) as report:
            auditing.run_audit(parts, queued, report, listed=listed.addresses)
        with reading(parts.sessions) as session:
            audit = session.get_one(Audit, queued)
            unseen = _unanswered(session, audit)
            unfit = bool(listed.told or unseen)
            gaps = gaps_of(audit, listed.told, unseen, unfit=unfit, say=catalog.say)
            status = _report(session, audit, catalog, replace(wanted, gaps=gaps), fail_on=fail_on)
    for gap in gaps.pages:
        click.echo(gap.line(catalog.say), err=True)
    return COULD_NOT_RUN if unfit else status


def _unanswered(session: Session, audit: Audit) -> list[tuple[str, str]]:
    """Pages that gave no answer, and the codes of the reasons. robots.txt is no such reason: it is a finding."""
    closed = AuditPage.error.is_not(None), AuditPage.error != "robots"
    wanted = select(AuditPage.final_url, AuditPage.error).where(AuditPage.audit_id == audit.id, *closed)
    return [(url, str(error)) for url, error in session.execute(wanted.order_by(AuditPage.no))]


def _folder(target: str, base: str | None) -> Folder | None:
    """The folder or file that was named, or None for an address.

    Raises:
        NothingToAudit: the folder holds no page. click.UsageError: it is neither.
    """
    if target.partition("://")[0].lower() in ("http", "https"):
        if base is not None:
            raise click.UsageError(say(Message(N_("--url goes with a folder or a file only."))))
        return None
    if not target:  # a variable that nobody set; as a path it would be the folder we are in
        raise click.UsageError(say(Message(N_("TARGET is empty. Name an address, a folder or a file."))))
    path = Path(target)
    if not sources.is_there(path):
        neither = N_("%(target)s is neither a file here nor an address that begins with http:// or https://.")
        raise click.UsageError(say(Message(neither, {"target": target})))
    if base is not None and n1(base) is None:
        raise click.UsageError(say(Message(N_("--url %(url)s is no address."), {"url": base})))
    return Folder(path, base)


@contextmanager
def _progress_bar(catalog: Catalog) -> Iterator[Report]:
    """A bar on standard error if that is a terminal; nothing otherwise."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(catalog.say(Message(N_("Auditing"))), total=None)

        def report(progress: records.Progress) -> None:
            bar.update(task, completed=progress.fetched, total=max(progress.known, 1))

        yield report


def _report(session: Session, audit: Audit, catalog: Catalog, wanted: Wanted, *, fail_on: str) -> int:
    """Print what was found. Returns the exit status."""
    if audit.state is AuditState.FAILED and audit.stop_reason != StopReason.COMPLETE:  # of a list no page may answer
        click.echo(catalog.say(why_it_stopped(audit)), err=True)
        return COULD_NOT_RUN
    aside: list[str] = []
    pages = _noting_aside(audit_output.judged_pages(session, audit), aside)
    if wanted.style == "text" and (summary := structure.summary_of(session, audit.id)) is not None:
        for line in structure_lines.lines_of(summary, catalog.say):
            put(f"{line}\n")
    for piece in written(pages, audit, catalog, wanted):
        put(piece)
    if wanted.folder is not None and aside:
        click.echo(catalog.say(Message.counted(SET_ASIDE, len(aside))), err=True)
    for gap in wanted.gaps.crawl:
        click.echo(gap.line(catalog.say), err=True)
    if fail_on == NEVER:
        return 0
    failures: dict[str, int] = audit.counts.get("failures", {})
    return FOUND if any(Severity(each).at_least(Severity(fail_on)) for each in failures) else 0


def _noting_aside(pages: Iterator[Judged], aside: list[str]) -> Iterator[Judged]:
    """The same pages; the addresses of those that are canonicalised to another are left in `aside`."""
    for page in pages:
        if canon_state(page.facts) is CanonState.OTHER:
            aside.append(page.facts.final_url)
        yield page


def _fail(catalog: Catalog, error: EditorialError, status: int = 2) -> NoReturn:
    click.echo(catalog.say(error.says), err=True)
    click.echo(catalog.say(error.hint), err=True)
    sys.exit(status)

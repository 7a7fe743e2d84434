"""`editorial judge`: judge answers that were stored elsewhere, one JSON object a line. No network, no server."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import IO

import click
import orjson
import structlog

from editorial.audit.alone import judge_stored
from editorial.audit.report import page_dict
from editorial.audit.rule import Result, Severity
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import Unreadable, lines, read
from editorial.audit.stored_site import Broken, StoredSite
from editorial.audit.summary import Judged
from editorial.cli.audit import COULD_NOT_RUN, FOUND, NEVER
from editorial.cli.language import speaks, spoken
from editorial.cli.scratch import scratch
from editorial.services import audit_output, auditing
from editorial.store.audit import Audit
from editorial.store.base import reading

Answer = Broken | tuple[Judged, str | int | None]
"""A line that cannot be read, or the page of one and what the line calls itself."""

log = structlog.get_logger(__name__)


@click.command("judge")
@click.argument("responses", type=click.File("rb"))
@click.option("--facts/--no-facts", default=True, show_default=True, help="What was seen of each page, too.")
@click.option("--outcomes", type=click.Choice(["fail", "all"]), default="all", show_default=True)
@click.option("--site", is_flag=True, help="Take all lines for one site: duplicates, links and canonicals across them.")
@click.option(
    "--fail-on",
    type=click.Choice([*(str(severity) for severity in Severity), NEVER]),
    default=str(Severity.ERROR),
    show_default=True,
    help="Exit with status 1 when a finding is at least this bad.",
)
@speaks
def judge(*, responses: IO[bytes], facts: bool, outcomes: str, site: bool, fail_on: str) -> None:
    """Judge RESPONSES, a file of stored answers, one JSON object a line (- for standard input).

    A line holds id, url, status, headers (pairs), html or body_b64, and robots_txt (status, content) where it is known.
    Prints one JSON object a line, in the same order; of a line that cannot be read, its id, number and what is wrong.

    Exit status: 0 nothing as bad as --fail-on, 1 something is, 2 bad usage, 3 a line could not be read.
    """
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(40),  # errors only
    )
    catalog = spoken()
    broken = found = False
    for answer in _as_a_site(responses) if site else _one_by_one(responses):
        if isinstance(answer, Broken):
            broken = True
            id_ = answer.error.id if answer.error.id is not None else answer.line
            click.echo(orjson.dumps({"id": id_, "line": answer.line, "error": catalog.say(answer.error.says)}))
            continue
        page, given = answer
        said = page_dict(page, BY_ID, catalog.say, every_outcome=outcomes == "all", facts=facts)
        click.echo(orjson.dumps(said | {"id": given} if given is not None else said))
        found = found or _is_found(page, fail_on)
    sys.exit(COULD_NOT_RUN if broken else FOUND if found else 0)


def _one_by_one(source: IO[bytes]) -> Iterator[Answer]:
    received = _now()
    for number, line in lines(source):
        try:
            stored = read(line, received=received)
        except Unreadable as error:
            yield Broken(number, error)
        else:
            yield judge_stored(stored, _raised), stored.id


def _as_a_site(source: IO[bytes]) -> Iterator[Answer]:
    """All lines as one crawl, by address; those that cannot be read come first."""
    with tempfile.TemporaryFile(prefix="editorial-judge-") as kept:
        shutil.copyfileobj(source, kept)
        site = StoredSite(kept, received=_now())
        yield from site.broken
        if not site.addresses:
            return
        with scratch() as parts:
            with parts.sessions.begin() as session:
                options = {"max_pages": len(site.addresses) + 1}
                audit_id = auditing.start_audit_of(session, site.addresses[0], parts.now(), options).id
            auditing.run_audit(parts, audit_id, folder=site)
            with reading(parts.sessions) as session:
                for page in audit_output.judged_pages(session, session.get_one(Audit, audit_id)):
                    yield page, site.id_of(page.facts.url)


def _now() -> str:
    return format_datetime(datetime.now(UTC), usegmt=True)


def _raised(rule: str, error: Exception) -> None:
    log.error("rule.raised", rule=rule, error=repr(error))


def _is_found(page: Judged, fail_on: str) -> bool:
    if fail_on == NEVER:
        return False
    least = Severity(fail_on)
    return any(each.result is Result.FAIL and each.severity.at_least(least) for each in page.outcomes)

"""`editorial judge`: judge answers that were stored elsewhere, one JSON object a line. No network, no server."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import IO

import click
import orjson
import structlog

from editorial.adapters.catalog import Catalog
from editorial.audit.crawl.pool import PoolExhausted, WorkerPool
from editorial.audit.crawl.worker import PAGE_CPU
from editorial.audit.report import broken_dict, page_dict
from editorial.audit.rule import Result, Severity
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import LONGEST, TOO_DEAR, TOO_LONG
from editorial.audit.stored_lines import Answered, Lines, judged_lines
from editorial.audit.stored_site import StoredSite
from editorial.cli.audit import FOUND, NEVER
from editorial.cli.language import speaks, spoken
from editorial.cli.printing import COULD_NOT_RUN, ending_well, put
from editorial.cli.scratch import scratch
from editorial.domain.messages import N_, Message
from editorial.services import audit_output, auditing
from editorial.store.audit import Audit
from editorial.store.base import reading

WORKER_COMMAND = (sys.executable, "-m", "editorial.background.judge_worker")
MACHINE = N_("The programs that judge pages end again and again. Look at the memory and the limits of this machine.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Printed:
    """One line to print, without its line end, and what it counts for."""

    text: bytes
    worst: Severity | None = None
    """Of the rules that failed."""
    broken: bool = False
    """The line that it answers is no stored answer."""


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
    judging = _as_a_site if site else _line_by_line
    broken = found = False
    with ending_well():
        try:
            for printed in judging(responses, spoken(), every_outcome=outcomes == "all", facts=facts):
                put(printed.text + b"\n")
                broken = broken or printed.broken
                found = found or _is_found(printed.worst, fail_on)
        except PoolExhausted:
            click.echo(spoken().say(Message(MACHINE)), err=True)
            sys.exit(COULD_NOT_RUN)
    sys.exit(COULD_NOT_RUN if broken else FOUND if found else 0)


def _line_by_line(source: IO[bytes], catalog: Catalog, *, every_outcome: bool, facts: bool) -> Iterator[Printed]:
    settings = {
        "lang": catalog.name,
        "facts": facts,
        "every_outcome": every_outcome,
        "received": _now(),
        "page_cpu": PAGE_CPU,
    }
    with WorkerPool(WORKER_COMMAND, 1, settings) as pool:
        for answered in judged_lines(Lines(source), pool, most=os.cpu_count() or 1):
            yield _printed(answered, catalog)


def _printed(answered: Answered, catalog: Catalog) -> Printed:
    if not answered.message:
        says = Message(TOO_LONG, {"megabytes": LONGEST // 1_000_000}) if answered.too_long else Message(TOO_DEAR)
        return Printed(orjson.dumps(broken_dict(answered.line, None, says, catalog.say)), broken=True)
    for rule, error in answered.message["raised"]:
        log.error("rule.raised", line=answered.line, rule=rule, error=error)
    worst = answered.message.get("worst")
    return Printed(answered.blob, Severity(worst) if worst else None, broken=answered.message.get("broken", False))


def _as_a_site(source: IO[bytes], catalog: Catalog, *, every_outcome: bool, facts: bool) -> Iterator[Printed]:
    """All lines as one crawl, by address; those that cannot be read come first."""
    with tempfile.TemporaryFile(prefix="editorial-judge-") as kept:
        shutil.copyfileobj(source, kept)
        site = StoredSite(kept, received=_now())
        for line in site.broken:
            said = broken_dict(line.line, line.error.id, line.error.says, catalog.say)
            yield Printed(orjson.dumps(said), broken=True)
        if not site.addresses:
            return
        with scratch() as parts:
            with parts.sessions.begin() as session:
                options = {"max_pages": len(site.addresses) + 1}
                audit_id = auditing.start_audit_of(session, site.addresses[0], parts.now(), options).id
            auditing.run_audit(parts, audit_id, folder=site)
            with reading(parts.sessions) as session:
                for page in audit_output.judged_pages(session, session.get_one(Audit, audit_id)):
                    shown = page_dict(page, BY_ID, catalog.say, every_outcome=every_outcome, facts=facts)
                    given = site.id_of(page.facts.url)
                    failed = [each.severity for each in page.outcomes if each.result is Result.FAIL]
                    worst = min(failed, key=lambda severity: severity.rank, default=None)
                    yield Printed(orjson.dumps(shown | {"id": given} if given is not None else shown), worst)


def _now() -> str:
    return format_datetime(datetime.now(UTC), usegmt=True)


def _is_found(worst: Severity | None, fail_on: str) -> bool:
    return fail_on != NEVER and worst is not None and worst.at_least(Severity(fail_on))

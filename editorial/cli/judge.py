"""`editorial judge`: judge answers that were stored elsewhere, one JSON object a line. No network, no server."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import IO

import click
import orjson
import structlog

from editorial.adapters.catalog import Catalog
from editorial.audit.alone import judge_stored
from editorial.audit.report import page_dict
from editorial.audit.rule import Result, Severity
from editorial.audit.rulebook import BY_ID
from editorial.audit.stored import Unreadable, lines, read
from editorial.audit.summary import Judged
from editorial.cli.audit import COULD_NOT_RUN, FOUND, NEVER
from editorial.cli.language import speaks, spoken


@click.command("judge")
@click.argument("responses", type=click.File("rb"))
@click.option("--facts/--no-facts", default=True, show_default=True, help="What was seen of each page, too.")
@click.option("--outcomes", type=click.Choice(["fail", "all"]), default="all", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice([*(str(severity) for severity in Severity), NEVER]),
    default=str(Severity.ERROR),
    show_default=True,
    help="Exit with status 1 when a finding is at least this bad.",
)
@speaks
def judge(*, responses: IO[bytes], facts: bool, outcomes: str, fail_on: str) -> None:
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
    for answer in _judged(responses, catalog):
        if isinstance(answer, dict):
            broken = True
            click.echo(orjson.dumps(answer))
            continue
        page, id_ = answer
        said = page_dict(page, BY_ID, catalog.say, every_outcome=outcomes == "all", facts=facts)
        click.echo(orjson.dumps(said | {"id": id_} if id_ is not None else said))
        found = found or _is_found(page, fail_on)
    sys.exit(COULD_NOT_RUN if broken else FOUND if found else 0)


def _judged(
    source: IO[bytes], catalog: Catalog
) -> Iterator[tuple[Judged, str | int | None] | dict[str, str | int | None]]:
    """Page and id of each line, or what is wrong with it."""
    received = format_datetime(datetime.now(UTC), usegmt=True)
    for number, line in lines(source):
        try:
            stored = read(line, received=received)
        except Unreadable as error:
            yield {"id": error.id if error.id is not None else number, "line": number, "error": catalog.say(error.says)}
            continue
        yield judge_stored(stored), stored.id


def _is_found(page: Judged, fail_on: str) -> bool:
    if fail_on == NEVER:
        return False
    least = Severity(fail_on)
    return any(each.result is Result.FAIL and each.severity.at_least(least) for each in page.outcomes)

"""Findings as a table for spreadsheets: one row a failure.

UTF-8 with a byte-order mark, without which Excel reads Chinese as noise; rows end in CR LF (RFC 4180). A cell that a
spreadsheet would take for a formula begins with an apostrophe: a page's words must not run on the reader's machine.
Source of the latter: owasp.org/www-community/attacks/CSV_Injection.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from editorial.audit.report import SILENCED, Translate, sentence
from editorial.audit.rule import Outcome, Result, Rule
from editorial.audit.summary import Judged
from editorial.audit.templates import key_alone
from editorial.domain.messages import Message

COLUMNS = ("url", "status", "rule", "title", "severity", "outcome", "message", "evidence", "fix", "template")
BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = tuple[str, ...]


def csv_report(
    pages: Iterable[Judged], rules: Mapping[str, Rule], translate: Translate, *, every_outcome: bool = False
) -> Iterator[str]:
    """The table, a row a piece, its line ends included.

    Args:
        every_outcome: also a row for each rule that passed, did not apply or could not say.
    """
    yield BOM + _line(COLUMNS)
    for page in pages:
        for outcome in page.outcomes:
            if outcome.result is Result.FAIL or every_outcome:
                for row in _rows(page, outcome, rules[outcome.rule], translate):
                    yield _line(tuple(map(safe, row)))


def _rows(page: Judged, outcome: Outcome, rule: Rule, translate: Translate) -> Iterator[Row]:
    facts = page.facts
    template = key_alone(facts.final_url, facts.layout) if facts.layout else ""
    start = (facts.final_url, str(facts.status), rule.id, translate(Message(rule.title)))
    fix = translate(Message(rule.fix, rule.defaults()))
    if not outcome.failures:
        said = sentence(outcome, rule)
        message = translate(said) if said is not None else ""
        yield (*start, outcome.severity.value, outcome.result.value, message, "", "", template)
    for failure in outcome.failures:
        severity = (failure.severity or outcome.severity).value
        message = translate(rule.sentence(failure))
        yield (*start, severity, outcome.result.value, message, "\n".join(failure.evidence), fix, template)


def written_row(cells: Iterable[str]) -> str:
    """One row of a table of any kind, safe to open, its line end included."""
    return _line(tuple(map(safe, cells)))


def safe(cell: str) -> str:
    """A cell that no spreadsheet runs; control characters but line breaks are replaced."""
    cell = "\n".join(line.translate(SILENCED) for line in cell.split("\n"))
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _line(row: Row) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(row)
    return written.getvalue()

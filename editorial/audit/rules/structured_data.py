"""Structured data."""

from collections.abc import Iterator

from editorial.audit.facts import JsonLd, PageFacts
from editorial.audit.predicates import is_html_page, noindex_engines
from editorial.audit.rule import ALL_ENGINES, Failure, Params, Severity, page_rule
from editorial.domain.messages import N_


def _may_show(page: PageFacts) -> bool:
    return is_html_page(page) and bool(page.jsonld) and len(noindex_engines(page)) < len(ALL_ENGINES)


@page_rule(
    version=1,
    category="structured-data",
    severity=Severity.ERROR,
    title=N_("Broken JSON-LD"),
    says=N_("A JSON-LD block is no valid JSON: line %(line)s, column %(column)s."),
    why=N_("Search engines ignore the whole block, and with it the rich result."),
    fix=N_("Correct the JSON. Frequent causes: a comma too many, HTML entities, a line break within a text."),
    source="https://developers.google.com/search/docs/appearance/structured-data/intro-structured-data",
    applies=_may_show,
)
def jsonld_invalid(page: PageFacts, _: Params) -> Iterator[Failure]:
    """The place is counted within the block."""
    for number, block in enumerate(page.jsonld):
        if block.error:
            yield Failure(f"block-{number}", {"line": block.line, "column": block.column}, (block.error, _line(block)))


def _line(block: JsonLd) -> str:
    lines = block.raw.split("\n")
    line = lines[block.line - 1] if block.line <= len(lines) else ""
    start = max(0, block.column - 60)
    return line[start : start + 120]

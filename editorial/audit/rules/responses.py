"""How the page came: its size."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Engine, Failure, Need, Param, Params, Severity, page_rule
from editorial.domain.messages import N_


@page_rule(
    version=1,
    category="responses",
    severity=Severity.ERROR,
    title=N_("HTML too large"),
    says=N_("The HTML is %(kilobytes)s KB; Googlebot reads the first %(max_kb)s."),
    why=N_("What stands after that is not indexed: text, links, structured data."),
    fix=N_("Move inline images, styles and data into files of their own."),
    source="https://developers.google.com/search/docs/crawling-indexing/googlebot",
    applies=is_html_page,
    needs=frozenset({Need.HEADERS}),
    engines=frozenset({Engine.GOOGLE}),
    params={"warn_kb": Param(1000, at_least=200, at_most=10_000), "max_kb": Param(2000, at_least=500, at_most=15_000)},
)
def html_too_large(page: PageFacts, params: Params) -> Iterator[Failure]:
    """Uncompressed, with the headers. Judged on a page we cut short as well: it is too large in any case."""
    kilobytes = (page.body_bytes + page.header_bytes) // 1000
    if kilobytes > params["warn_kb"]:
        severity = None if kilobytes > params["max_kb"] else Severity.WARNING
        yield Failure("size", {"kilobytes": kilobytes, "max_kb": params["max_kb"]}, (), severity)

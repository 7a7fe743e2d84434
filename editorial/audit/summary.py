"""What an audit found, rule by rule, the worst first: the matter of the reports for people."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from editorial.audit.facts import PageFacts
from editorial.audit.rule import Outcome, Result, Rule, Severity
from editorial.audit.templates import ENOUGH, key_alone
from editorial.domain.urls import n2


class Place(NamedTuple):
    """Where a page stands among the others of its site; without them nothing is known of it."""

    depth: int | None = None
    rank: int | None = None
    links_in: int | None = None


UNPLACED = Place()


@dataclass(frozen=True)
class Judged:
    """One page with everything said about it."""

    facts: PageFacts
    outcomes: tuple[Outcome, ...]
    id: str = ""
    is_file: bool = False
    """robots.txt or a sitemap: judged, and no page."""
    place: Place = UNPLACED


@dataclass
class RuleFound:
    """A rule that failed on `count` pages; `pages` are the addresses and outcomes of the first of them.

    `templates` counts the pages by what makes them (`templates.key_alone`).
    """

    rule: Rule
    worst: Severity
    count: int = 0
    pages: list[tuple[str, Outcome]] = field(default_factory=list)
    templates: Counter[str] = field(default_factory=Counter)

    def of_one_template(self) -> list[tuple[str, int]]:
        """Templates that make many of the pages, and how many; the most first."""
        most = sorted(self.templates.items(), key=lambda each: (-each[1], each[0]))
        return [(key, count) for key, count in most if count >= ENOUGH]

    @property
    def more(self) -> int:
        """How many pages are counted and not listed."""
        return self.count - len(self.pages)


@dataclass
class Summary:
    """`pages`, `redirects` and `unclear` count what was judged, what led elsewhere, and what could not be judged."""

    pages: int = 0
    redirects: int = 0
    unclear: int = 0
    severities: Counter[Severity] = field(default_factory=Counter)
    """Failed outcomes by severity."""
    found: list[RuleFound] = field(default_factory=list)
    tally: dict[str, Counter[Result]] = field(default_factory=lambda: defaultdict(Counter))
    """Of each rule, how often it answered what."""


def summarise(
    pages: Iterable[Judged], rules: Mapping[str, Rule], *, most: int, of_template: int | None = None
) -> Summary:
    """Go through the pages once.

    Args:
        most: pages that are kept of one rule; the others are counted, so that memory does not grow with the site.
        of_template: pages that are kept of one rule and one template, where that is less.
    """
    summary = Summary()
    found: dict[str, RuleFound] = {}
    for page in pages:
        _count(summary, page)
        for outcome in page.outcomes:
            summary.tally[outcome.rule][outcome.result] += 1
            if outcome.result is not Result.FAIL:
                continue
            summary.severities[outcome.severity] += 1
            rule = found.setdefault(outcome.rule, RuleFound(rules[outcome.rule], outcome.severity))
            rule.worst = min(rule.worst, outcome.severity, key=lambda severity: severity.rank)
            rule.count += 1
            key = key_alone(page.facts.final_url, page.facts.layout) if page.facts.layout else ""
            rule.templates[key] += bool(key)
            if len(rule.pages) < most and (not key or of_template is None or rule.templates[key] <= of_template):
                rule.pages.append((page.facts.final_url, outcome))
    summary.found = sorted(found.values(), key=lambda each: (each.worst.rank, -each.count, each.rule.id))
    return summary


def _count(summary: Summary, page: Judged) -> None:
    """A page that is there by its own address is judged by it; its other spellings are not counted."""
    facts = page.facts
    if page.is_file:
        return
    if facts.redirects or 300 <= facts.status < 400:
        summary.redirects += 1
    elif facts.error is not None or (
        page.outcomes and all(outcome.result is Result.INCONCLUSIVE for outcome in page.outcomes)
    ):
        summary.unclear += 1
    elif n2(facts.url) == n2(facts.final_url):
        summary.pages += 1

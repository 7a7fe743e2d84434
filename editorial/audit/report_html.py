"""What stands in the HTML report of an audit, in one reader's language. `adapters/report_page.py` writes it down."""

from collections.abc import Iterable, Mapping
from typing import Any

from editorial.audit.report import SEVERITY_NAMES, SILENCED, Translate, readable, sentence, severity_counts, totals
from editorial.audit.rule import Outcome, Result, Rule
from editorial.audit.summary import Judged, RuleFound, Summary, summarise
from editorial.domain.messages import N_, NP_, Message

MOST_PAGES = 500  # of one rule
MOST_EVIDENCE = 5  # of one page
RESULT_NAMES: Mapping[Result, str] = {
    Result.FAIL: N_("Failed"),
    Result.PASS: N_("Passed"),
    Result.NOT_APPLICABLE: N_("Does not apply"),
    Result.INCONCLUSIVE: N_("Cannot say"),
}


def html_values(
    pages: Iterable[Judged], rules: Mapping[str, Rule], translate: Translate, *, every_outcome: bool = False
) -> dict[str, Any]:
    """Values of the template.

    Args:
        every_outcome: also a table of how often each rule passed, did not apply or could not say.
    """
    summary = summarise(pages, rules, most=MOST_PAGES)
    said = [translate(each) for each in totals(summary)]
    if summary.severities:
        said.append(translate(Message(N_("Found: %(counts)s."), {"counts": severity_counts(summary, translate)})))
    return {
        "totals": said,
        "rules": [_rule(found, translate) for found in summary.found],
        "results": [translate(Message(name)) for name in RESULT_NAMES.values()],
        "tally": _tally(summary, rules, translate) if every_outcome else [],
    }


def _rule(found: RuleFound, translate: Translate) -> dict[str, Any]:
    rule = found.rule
    more = Message.counted(NP_("and %(count)s page more", "and %(count)s pages more"), found.more)
    return {
        "id": rule.id,
        "severity": found.worst.value,
        "severity_name": translate(Message(SEVERITY_NAMES[found.worst])),
        "title": translate(Message(rule.title)),
        "why": translate(Message(rule.why)),
        "fix": translate(Message(rule.fix, rule.defaults())),
        "source": rule.source,
        "count": found.count,
        "more": translate(more) if found.more else "",
        "pages": [_page(url, outcome, rule, translate) for url, outcome in found.pages],
    }


def _page(url: str, outcome: Outcome, rule: Rule, translate: Translate) -> dict[str, Any]:
    said = sentence(outcome, rule)
    evidence = [shown for failure in outcome.failures for shown in failure.evidence]
    return {
        "url": url.translate(SILENCED),
        "shown": readable(url).translate(SILENCED),
        "linked": url.startswith(("http://", "https://")),
        "said": (translate(said) if said is not None else "").translate(SILENCED),
        "evidence": [shown.translate(SILENCED) for shown in evidence[:MOST_EVIDENCE]],
    }


def _tally(summary: Summary, rules: Mapping[str, Rule], translate: Translate) -> list[dict[str, Any]]:
    return [
        {"title": translate(Message(rules[rule].title)), "counts": [tally[each] for each in RESULT_NAMES]}
        for rule, tally in summary.tally.items()
    ]

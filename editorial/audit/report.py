"""What an audit says, as JSON and as text. Stored findings hold no prose; it is written here, for one reader.

The JSON shape is a contract (docs/audit-output.md): `id`, `url`, `status`, `facts`, `outcomes`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from editorial.audit.facts import PageFacts
from editorial.audit.facts_report import facts_dict
from editorial.audit.rule import Outcome, Result, Rule, Severity
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.urls import n2

Translate = Callable[[Message], str]

SILENCED = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd")
"""Control characters: a page's words must not steer the terminal that shows them."""
MOST_PAGES = 20  # of one rule in the text report
MOST_EVIDENCE = 3  # of one failure there

SEVERITY_NAMES: Mapping[Severity, str] = {
    Severity.BLOCKER: N_("Blocker"),
    Severity.ERROR: N_("Error"),
    Severity.WARNING: N_("Warning"),
    Severity.NOTICE: N_("Notice"),
}
SEVERITY_COUNTS: Mapping[Severity, tuple[str, str]] = {
    Severity.BLOCKER: NP_("%(count)s blocker", "%(count)s blockers"),
    Severity.ERROR: NP_("%(count)s error", "%(count)s errors"),
    Severity.WARNING: NP_("%(count)s warning", "%(count)s warnings"),
    Severity.NOTICE: NP_("%(count)s notice", "%(count)s notices"),
}


@dataclass(frozen=True)
class Judged:
    """One page with everything said about it."""

    facts: PageFacts
    outcomes: tuple[Outcome, ...]
    id: str = ""


def sentence(outcome: Outcome, rule: Rule) -> Message | None:
    """What a person reads of an outcome: the first failure and how many more, or why it is inconclusive."""
    if outcome.result is not Result.FAIL or not outcome.failures:
        return outcome.reason
    first = rule.sentence(outcome.failures[0])
    others = len(outcome.failures) + outcome.more - 1
    if not others:
        return first
    return Message.counted(
        NP_("%(sentence)s %(count)s more like it.", "%(sentence)s %(count)s more like it."), others, sentence=first
    )


def outcome_dict(outcome: Outcome, rule: Rule, translate: Translate) -> dict[str, Any]:
    """One entry of `outcomes`."""
    said = sentence(outcome, rule)
    return {
        "rule": outcome.rule,
        "outcome": outcome.result.value,
        "severity": outcome.severity.value,
        "message": translate(said) if said is not None else "",
        "evidence": [shown for failure in outcome.failures for shown in failure.evidence],
    }


def page_dict(
    page: Judged, rules: Mapping[str, Rule], translate: Translate, *, every_outcome: bool = False, facts: bool = True
) -> dict[str, Any]:
    """One page in the documented shape. Without `every_outcome` failures alone; without `facts` null in their place."""
    kept = [found for found in page.outcomes if every_outcome or found.result is Result.FAIL]
    return {
        "id": page.id or page.facts.url,
        "url": page.facts.final_url,
        "status": page.facts.status,
        "facts": facts_dict(page.facts) if facts else None,
        "outcomes": [outcome_dict(found, rules[found.rule], translate) for found in kept],
    }


def page_json(*args: Any, **options: Any) -> str:
    """`page_dict` on one line."""
    return orjson.dumps(page_dict(*args, **options)).decode()


def text_report(pages: Iterable[Judged], rules: Mapping[str, Rule], translate: Translate) -> Iterator[str]:
    """Lines for a terminal: rules with failures, the worst first, the pages of each below it; counts at the end."""
    found: dict[str, list[tuple[str, Outcome]]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    for page in pages:
        kinds[_kind(page)] += 1
        for outcome in page.outcomes:
            if outcome.result is Result.FAIL:
                found[outcome.rule].append((page.facts.final_url, outcome))
    for rule_id in sorted(
        found, key=lambda name: (min(o.severity.rank for _, o in found[name]), -len(found[name]), name)
    ):
        yield from (line.translate(SILENCED) for line in _rule_lines(rules[rule_id], found[rule_id], translate))
    yield translate(Message.counted(NP_("%(count)s page judged.", "%(count)s pages judged."), kinds["page"]))
    if kinds["redirect"]:
        followed = NP_("%(count)s redirect followed.", "%(count)s redirects followed.")
        yield translate(Message.counted(followed, kinds["redirect"]))
    if kinds["unclear"]:
        unclear = NP_("%(count)s page could not be judged.", "%(count)s pages could not be judged.")
        yield translate(Message.counted(unclear, kinds["unclear"]))
    yield _severities([outcome for each in found.values() for _, outcome in each], translate)


def _kind(page: Judged) -> str:
    """`page`, `redirect`, `unclear` (it gave no answer) or `spelling` (a page that is there by its own address)."""
    facts = page.facts
    if facts.redirects or 300 <= facts.status < 400:
        return "redirect"
    if page.outcomes and all(outcome.result is Result.INCONCLUSIVE for outcome in page.outcomes):
        return "unclear"
    return "page" if n2(facts.url) == n2(facts.final_url) else "spelling"


def _severities(failed: Iterable[Outcome], translate: Translate) -> str:
    """How much was found of each severity, the worst first."""
    counts = Counter(outcome.severity for outcome in failed)
    if not counts:
        return translate(Message(N_("Nothing was found.")))
    worst_first = sorted(counts, key=lambda severity: severity.rank)
    said = [translate(Message.counted(SEVERITY_COUNTS[severity], counts[severity])) for severity in worst_first]
    return translate(Message(N_("Found: %(counts)s."), {"counts": ", ".join(said)}))


def _rule_lines(rule: Rule, failed: Sequence[tuple[str, Outcome]], translate: Translate) -> Iterator[str]:
    worst = min((outcome.severity for _, outcome in failed), key=lambda severity: severity.rank)
    pages = translate(Message.counted(NP_("%(count)s page", "%(count)s pages"), len(failed)))
    yield f"{translate(Message(SEVERITY_NAMES[worst]))}  {translate(Message(rule.title))}  [{rule.id}]  {pages}"
    yield f"    {translate(Message(rule.fix, rule.defaults()))}"
    for url, outcome in failed[:MOST_PAGES]:
        said = sentence(outcome, rule)
        yield f"  {url}"
        yield f"      {translate(said) if said is not None else ''}"
        for failure in outcome.failures[:MOST_EVIDENCE]:
            yield from (f"      {shown}" for shown in failure.evidence)
    if len(failed) > MOST_PAGES:
        more = len(failed) - MOST_PAGES
        yield "  " + translate(Message.counted(NP_("and %(count)s page more", "and %(count)s pages more"), more))
    yield ""

"""What an audit says, as JSON and as text. Stored findings hold no prose; it is written here, for one reader.

The JSON shape is a contract (docs/audit-output.md): `id`, `url`, `status`, `facts`, `outcomes`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from editorial.audit.facts_report import facts_dict
from editorial.audit.rule import Outcome, Result, Rule, Severity
from editorial.audit.summary import Judged, RuleFound, Summary, summarise
from editorial.audit.templates import pattern_in
from editorial.domain.messages import N_, NP_, Message

Translate = Callable[[Message], str]

SILENCED = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "\ufffd")
"""Control characters: a page's words must not steer the terminal that shows them."""
COMMA = Message(N_(", "))  # between the parts of a list; Chinese has a sign of its own for it
MOST_PAGES = 20  # of one rule in the text report
MOST_OF_TEMPLATE = 4  # of those that one template makes
MOST_TEMPLATES = 5  # named of one rule
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
RESULT_COUNTS: Mapping[Result, tuple[str, str]] = {
    Result.FAIL: NP_("failed on %(count)s page", "failed on %(count)s pages"),
    Result.PASS: NP_("passed on %(count)s page", "passed on %(count)s pages"),
    Result.NOT_APPLICABLE: NP_("did not apply to %(count)s page", "did not apply to %(count)s pages"),
    Result.INCONCLUSIVE: NP_("could not judge %(count)s page", "could not judge %(count)s pages"),
}


ONE_TEMPLATE = NP_(
    "%(count)s page at %(pattern)s is of one template.",
    "%(count)s pages at %(pattern)s are of one template: one repair may mend them all.",
)
_ESCAPED = re.compile("(?:%[89A-F][0-9A-F])+")


def readable(url: str) -> str:
    """An address as people read it: letters and digits beyond ASCII as themselves, everything else as it is."""
    return _ESCAPED.sub(_letters, url)


def _letters(escaped: re.Match[str]) -> str:
    try:
        text = bytes.fromhex(escaped[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return escaped[0]
    return text if text.isalnum() else escaped[0]  # no sign that hides or turns what stands around it


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
        **({"error": page.facts.error} if page.facts.error is not None and not facts else {}),
        "facts": facts_dict(page.facts) | page.place._asdict() if facts else None,
        "outcomes": [outcome_dict(found, rules[found.rule], translate) for found in kept],
    }


def broken_dict(line: int, id_: str | int | float | None, says: Message, translate: Translate) -> dict[str, Any]:
    """What `judge` prints of a line (numbered from 1) that is no stored answer; its number where it has no id."""
    return {"id": line if id_ is None else id_, "line": line, "error": translate(says)}


def page_json(*args: Any, more: Mapping[str, Any] = MappingProxyType({}), **options: Any) -> str:
    """`page_dict` on one line, and what else is to stand there."""
    return orjson.dumps({**page_dict(*args, **options), **more}).decode()


def text_report(
    pages: Iterable[Judged], rules: Mapping[str, Rule], translate: Translate, *, every_outcome: bool = False
) -> Iterator[str]:
    """Lines for a terminal: rules with failures, the worst first, the pages of each below it; counts at the end.

    Args:
        every_outcome: also say of each rule how often it passed, did not apply or could not say.
    """
    summary = summarise(pages, rules, most=MOST_PAGES, of_template=MOST_OF_TEMPLATE)
    for found in summary.found:
        yield from (line.translate(SILENCED) for line in _rule_lines(found, translate))
    if every_outcome:
        yield from _tally_lines(summary, translate)
    yield from (translate(said) for said in totals(summary))
    if summary.severities:
        yield translate(Message(N_("Found: %(counts)s."), {"counts": severity_counts(summary, translate)}))


def totals(summary: Summary) -> Iterator[Message]:
    """How much was judged, and how much was found of each severity, the worst first."""
    yield Message.counted(NP_("%(count)s page judged.", "%(count)s pages judged."), summary.pages)
    if summary.redirects:
        yield Message.counted(NP_("%(count)s redirect followed.", "%(count)s redirects followed."), summary.redirects)
    if summary.unclear:
        unclear = NP_("%(count)s page could not be judged.", "%(count)s pages could not be judged.")
        yield Message.counted(unclear, summary.unclear)
    if not summary.severities:
        yield Message(N_("Nothing was found."))


def severity_counts(summary: Summary, translate: Translate) -> str:
    """`2 errors, 1 notice`, the worst first."""
    worst_first = sorted(summary.severities, key=lambda severity: severity.rank)
    said = (Message.counted(SEVERITY_COUNTS[each], summary.severities[each]) for each in worst_first)
    return translate(COMMA).join(map(translate, said))


def _tally_lines(summary: Summary, translate: Translate) -> Iterator[str]:
    for rule, tally in summary.tally.items():
        counts = translate(COMMA).join(
            translate(Message.counted(RESULT_COUNTS[each], tally[each])) for each in Result if tally[each]
        )
        yield f"{rule}  {counts}"
    yield ""


def _rule_lines(found: RuleFound, translate: Translate) -> Iterator[str]:
    rule = found.rule
    pages = translate(Message.counted(NP_("%(count)s page", "%(count)s pages"), found.count))
    yield f"{translate(Message(SEVERITY_NAMES[found.worst]))}  {translate(Message(rule.title))}  [{rule.id}]  {pages}"
    yield f"    {translate(Message(rule.fix, rule.defaults()))}"
    for key, count in found.of_one_template()[:MOST_TEMPLATES]:
        yield "  " + translate(Message.counted(ONE_TEMPLATE, count, pattern=readable(pattern_in(key))))
    for url, outcome in found.pages:
        said = sentence(outcome, rule)
        yield f"  {readable(url)}"
        yield f"      {translate(said) if said is not None else ''}"
        for failure in outcome.failures[:MOST_EVIDENCE]:
            yield from (f"      {shown}" for shown in failure.evidence)
    if found.more:
        yield "  " + translate(Message.counted(NP_("and %(count)s page more", "and %(count)s pages more"), found.more))
    yield ""

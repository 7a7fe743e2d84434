"""Judge facts by the rules: four outcomes, a score, and a fingerprint for what lives across audits.

Why the score is what it is: docs/decisions/0004-audit-score.md.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from editorial.audit.facts import PageFacts
from editorial.audit.rule import LACKS, CannotSay, Failure, Need, Outcome, PageRule, Params, Result, Rule, Severity
from editorial.domain.messages import N_, Message

MOST_FAILURES = 100  # of one rule on one page; the rest is counted in Outcome.more

RAISED = N_("The rule could not judge this page because of an error in the rule itself.")
NO_ANSWER = N_("The page could not be fetched.")
UNREAD = N_("The page came and could not be read: it took too much time or memory, or ended in a fault of ours.")
OURS = frozenset({"overrun", "crash"})  # `facts.ERROR_CODES` of answers that came
CHALLENGED = N_("A bot check or firewall answered instead of the page.")
REFUSED = N_("The server refused to show us the page.")
BROKEN = N_("The server answered with an error of its own.")

POINTS: Mapping[Severity, int] = {Severity.BLOCKER: 25, Severity.ERROR: 10, Severity.WARNING: 4, Severity.NOTICE: 0}
CATEGORY_CAP = 30  # points; one neglected category does not sink a page alone
INDEX_CAP = 40  # the most a page can score that a defect keeps out of the index
APART = frozenset({"forms", "ai-search"})  # categories with dials of their own, never mixed into this score

REFUSALS = frozenset({401, 403, 407, 408, 429})  # answers that say nothing of the page

Raised = Callable[[str, Exception], None]


def judge(
    page: PageFacts,
    available: frozenset[Need],
    *,
    rules: Iterable[PageRule],
    params: Mapping[str, Params] | None = None,
    raised: Raised | None = None,
) -> tuple[Outcome, ...]:
    """What every page rule says about one page, in the order of the rules.

    Args:
        available: what is complete around the page (robots, crawl, history, plan, render). Body and headers are
            known from the page itself and need not be named.
        rules: usually `rules.PAGE_RULES`.
        params: thresholds changed for this site, by rule id.
        raised: told the id of a rule that raised, and its error, for the log; its outcome is inconclusive.
    """
    complete = available | complete_in(page)
    hidden = _hidden(page)
    return tuple(
        [
            rule.nothing
            if rule.of_named and page.known.bare_hop
            else _judge_one(
                rule, page, complete, hidden, changed=params.get(rule.id) if params else None, raised=raised
            )
            for rule in rules
        ]
    )


def complete_in(page: PageFacts) -> frozenset[Need]:
    """What the page itself brings: its headers once it answered, its body unless cut short."""
    if page.error or not page.status:
        return frozenset()
    return frozenset({Need.HEADERS}) if page.truncated else frozenset({Need.HEADERS, Need.BODY})


def _judge_one(
    rule: PageRule,
    page: PageFacts,
    complete: frozenset[Need],
    hidden: str,
    *,
    changed: Params | None,
    raised: Raised | None,
) -> Outcome:
    if hidden and not rule.needs.isdisjoint(_OF_THE_ANSWER if page.error else _OF_THE_BODY):
        return inconclusive(rule, hidden)
    try:
        if not rule.applies(page):
            return inconclusive(rule, _unseen(page)) if page.error else rule.nothing
        if not rule.needs <= complete:
            return inconclusive(rule, LACKS[min(rule.needs - complete)])
        failures = tuple(rule.check(page, {**rule.usual, **changed} if changed else rule.usual))
        return settled(rule, failures) if failures else rule.passed
    except CannotSay as unsure:
        return inconclusive(rule, unsure.reason)
    except Exception as error:  # noqa: BLE001 -- one broken rule must not cost the page its other outcomes
        if raised is not None:
            raised(rule.id, error)
        return inconclusive(rule, RAISED)


_OF_THE_BODY = frozenset({Need.BODY})
_OF_THE_ANSWER = frozenset({Need.HEADERS, Need.BODY})


def _hidden(page: PageFacts) -> str:
    """Why the page itself cannot be seen by rules that need it, or empty. Its defects then are nobody's guess."""
    if page.error:
        return _unseen(page)
    if page.challenge:
        return CHALLENGED
    if page.status in REFUSALS:
        return REFUSED
    return BROKEN if page.status >= 500 else ""


def _unseen(page: PageFacts) -> str:
    return UNREAD if page.error in OURS else NO_ANSWER


def inconclusive(rule: Rule, reason: str) -> Outcome:
    """The outcome of a rule that cannot say, and why."""
    return _unknown(rule.id, rule.version, rule.severity, reason)


@lru_cache(maxsize=4096)
def _unknown(rule: str, version: int, severity: Severity, reason: str) -> Outcome:
    return Outcome(rule, version, Result.INCONCLUSIVE, severity, reason=Message(reason))


def settled(rule: Rule, failures: tuple[Failure, ...]) -> Outcome:
    """Pass, or fail at the worst of the failures."""
    if not failures:
        return rule.passed
    worst = min((failure.severity or rule.severity for failure in failures), key=lambda severity: severity.rank)
    kept, more = failures[:MOST_FAILURES], max(0, len(failures) - MOST_FAILURES)
    return Outcome(rule.id, rule.version, Result.FAIL, worst, kept, None, more)


def fingerprint(rule: str, n2: str, key: str) -> str:
    """32 hex digits that stay the same while the same thing is wrong at the same place."""
    return hashlib.blake2b(f"{rule}\0{n2}\0{key}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def page_score(failed: Iterable[tuple[Rule, Severity]]) -> int:
    """0 to 100 for one page: each failed rule once, at its worst severity, whatever the number of its failures."""
    lost: dict[str, int] = defaultdict(int)
    capped = False
    for rule, severity in failed:
        if rule.category not in APART:
            lost[rule.category] += POINTS[severity]
            capped = capped or (rule.caps and severity.at_least(Severity.ERROR))
    score = 100 - sum(min(points, CATEGORY_CAP) for points in lost.values())
    return max(0, min(score, INDEX_CAP) if capped else score)

"""Judge facts by the rules: four outcomes, a score, and a fingerprint for what lives across audits."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from editorial.audit.facts import PageFacts
from editorial.audit.rule import LACKS, Need, Outcome, PageRule, Params, Result
from editorial.domain.messages import N_, Message

MOST_FAILURES = 100  # of one rule on one page; the rest is counted in Outcome.more

RAISED = N_("The rule could not judge this page because of an error in the rule itself.")
NO_ANSWER = N_("The page could not be fetched.")

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
    return tuple(_judge_one(rule, page, complete, (params or {}).get(rule.id, {}), raised) for rule in rules)


def complete_in(page: PageFacts) -> frozenset[Need]:
    """What the page itself brings: its body unless cut short, its headers once it answered."""
    if page.error or not page.status:
        return frozenset()
    return frozenset({Need.HEADERS}) if page.truncated else frozenset({Need.HEADERS, Need.BODY})


def _judge_one(
    rule: PageRule, page: PageFacts, complete: frozenset[Need], changed: Params, raised: Raised | None
) -> Outcome:
    def answer(result: Result, **more: object) -> Outcome:
        return Outcome(rule.id, rule.version, result, rule.severity, **more)  # type: ignore[arg-type]

    if page.error:
        return answer(Result.INCONCLUSIVE, reason=Message(NO_ANSWER))
    lacking = sorted(rule.needs - complete)
    try:
        if not rule.applies(page):
            return answer(Result.NOT_APPLICABLE)
        if lacking:
            return answer(Result.INCONCLUSIVE, reason=Message(LACKS[lacking[0]]))
        failures = tuple(rule.check(page, {**rule.defaults(), **changed}))
    except Exception as error:  # noqa: BLE001 -- one broken rule must not cost the page its other outcomes
        if raised is not None:
            raised(rule.id, error)
        return answer(Result.INCONCLUSIVE, reason=Message(RAISED))
    if not failures:
        return answer(Result.PASS)
    worst = min((failure.severity or rule.severity for failure in failures), key=lambda severity: severity.rank)
    kept, more = failures[:MOST_FAILURES], max(0, len(failures) - MOST_FAILURES)
    return Outcome(rule.id, rule.version, Result.FAIL, worst, kept, None, more)


def fingerprint(rule: str, n2: str, key: str) -> str:
    """32 hex digits that stay the same while the same thing is wrong at the same place."""
    return hashlib.blake2b(f"{rule}\0{n2}\0{key}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

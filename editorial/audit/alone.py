"""One stored answer judged by itself: every page rule, and what can be said of the rules about a whole site."""

from collections.abc import Callable
from dataclasses import replace

from editorial.audit.engine import judge
from editorial.audit.gather import gather
from editorial.audit.robots_access import verdicts
from editorial.audit.rule import Need
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import site_outcome
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.stored import Stored
from editorial.audit.summary import Judged

NOTHING: frozenset[Need] = frozenset()


def judge_stored(stored: Stored, raised: Callable[[str, Exception], None] | None = None) -> Judged:
    """The page of a stored answer with one outcome a rule.

    Rules about a whole site are inconclusive: one page is no site.

    Args:
        raised: told the id of a rule that raised, and its error.
    """
    facts = gather(stored.response)
    available = NOTHING
    if stored.robots is not None:
        available = frozenset({Need.ROBOTS})
        facts = replace(facts, robots_txt=verdicts(stored.robots, facts.final_url))
    outcomes = judge(facts, available, rules=PAGE_RULES, raised=raised)
    whole = tuple(
        site_outcome(rule, (), applies=True, complete=NOTHING, fetched=facts.error is None) for rule in SITE_RULES
    )
    return Judged(facts, outcomes + whole, "" if stored.id is None else str(stored.id))

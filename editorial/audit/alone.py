"""One stored answer judged by itself: every page rule, and what can be said of the rules about a whole site."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from editorial.audit.crawl.files import Note, robots_notes
from editorial.audit.engine import judge
from editorial.audit.gather import gather
from editorial.audit.predicates import ENGINE_NAMES, CanonState, canon_state, is_html_page
from editorial.audit.robots_access import verdicts
from editorial.audit.rule import Engine, Failure, Need, Severity
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import site_outcome
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.site_rules.canonicals import canonical_to_error, canonical_to_noindex, canonical_to_redirect
from editorial.audit.site_rules.robots_files import GRAVE, TOO_MANY, robots_5xx, robots_blocks_all, robots_syntax
from editorial.audit.stored import Stored
from editorial.audit.summary import Judged
from editorial.domain.urls import origin_of

NOTHING: frozenset[Need] = frozenset()
ABOUT_CANONICALS = (canonical_to_redirect.id, canonical_to_error.id, canonical_to_noindex.id)
"""Rules about what stands at the one address that a page names as its canonical."""


def judge_stored(stored: Stored, raised: Callable[[str, Exception], None] | None = None) -> Judged:
    """The page of a stored answer with one outcome a rule.

    Rules about a whole site are inconclusive: one page is no site. Those about its robots.txt answer where the line
    has one, those about its canonical where it names none or itself.

    Args:
        raised: told the id of a rule that raised, and its error.
    """
    facts = gather(stored.response)
    available = NOTHING
    if stored.robots is not None:
        available = frozenset({Need.ROBOTS})
        facts = replace(facts, robots_txt=verdicts(stored.robots, facts.final_url))
    outcomes = judge(facts, available, rules=PAGE_RULES, raised=raised)
    found = _robots_failures(stored, facts.final_url)
    named = canon_state(facts) if is_html_page(facts) else CanonState.NONE
    if named is CanonState.SELF:
        found |= {rule: [] for rule in ABOUT_CANONICALS}
    whole = tuple(
        site_outcome(
            rule,
            found.get(rule.id) or (),
            applies=rule.id not in ABOUT_CANONICALS or named in (CanonState.SELF, CanonState.OTHER),
            complete=NOTHING,
            fetched=rule.id in found or facts.error is None,
            unsure=found.get(rule.id) is None,
        )
        for rule in SITE_RULES
    )
    return Judged(facts, outcomes + whole, "" if stored.id is None else str(stored.id))


def _robots_failures(stored: Stored, url: str) -> dict[str, list[Failure] | None]:
    """What the rules about robots.txt say of the one that came with the page, as their SQL would; None: cannot say."""
    if stored.robots is None or stored.robots_file is None:
        return {}
    status, content = stored.robots_file
    if status == TOO_MANY:
        return dict.fromkeys((robots_blocks_all.id, robots_5xx.id, robots_syntax.id))
    if status >= 500 or not status:
        params = {"answer": str(status)}
        return {robots_5xx.id: [Failure("robots", params, (origin_of(url) + "/robots.txt",))]}
    notes = robots_notes(origin_of(url), content, stored.robots) if 200 <= status < 300 else []
    return {robots_5xx.id: [], robots_blocks_all.id: _closed(notes), robots_syntax.id: _odd_lines(notes)}


def _closed(notes: Sequence[Note]) -> list[Failure]:
    names = {engine.agent: name for engine, name in ENGINE_NAMES.items()}
    closed = [note for note in notes if note.kind == "blocks"]
    google = any(note.subject == Engine.GOOGLE.agent for note in closed)
    severity = Severity.ERROR if google else Severity.WARNING
    return [Failure(note.subject, {"engine": names[note.subject]}, (note.text,), severity) for note in closed]


def _odd_lines(notes: Sequence[Note]) -> list[Failure]:
    first: dict[str, Failure] = {}
    for note in notes:
        if note.kind != "blocks":
            severity = Severity.WARNING if note.kind in GRAVE else Severity.NOTICE
            key = f"{note.kind} {note.text}"
            first.setdefault(key, Failure(key, {"line": note.line}, (note.text,), severity))
    return list(first.values())

"""How the parts of a site fare, by the first step of their paths: one change often repairs a whole part."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from editorial.audit.engine import APART, POINTS
from editorial.audit.rule import Severity
from editorial.audit.rulebook import BY_ID
from editorial.domain.messages import Message
from editorial.services import findings
from editorial.services.score_explained import Failed, Failures, points
from editorial.store.audit import Audit, AuditPage, AuditUrl

SHOWN = 8  # parts; those that cost the most


@dataclass(frozen=True)
class Section:
    """One part of a site. `change` in points since the audit before; None where it was not there."""

    path: str
    """`/blog/`; `/` for pages that lie in no folder."""
    pages: int
    score: float
    change: float | None
    rule: str | None
    """The rule that costs it the most points, apart from what is muted; of those that cost none the most frequent."""
    title: Message | None
    hit: int
    """Pages that fail it."""


def sections(
    session: Session, latest: Audit, failed: Failures, before: Audit | None, failed_before: Failures
) -> Sequence[Section]:
    """The parts that cost the site the most points, the dearest first; none where there is only one part.

    Args:
        session: to read with.
        latest: the audit that is shown.
        failed: `score_explained.failures` of it.
        before: the one it is compared with.
        failed_before: the failures of that one.
    """
    now = _pages_by_section(session, latest)
    if len(now) < 2:
        return ()
    known: dict[frozenset[Failed], float] = {}
    then = _scores(_pages_by_section(session, before), failed_before, known) if before is not None else {}
    scores = _scores(now, failed, known)
    dearest = sorted(now, key=lambda path: (-(100 - scores[path]) * len(now[path]), path))[:SHOWN]
    return [_section(path, now[path], scores[path], then.get(path), failed) for path in dearest]


def _section(path: str, pages: Sequence[int], score: float, before: float | None, failed: Failures) -> Section:
    hits: dict[str, set[int]] = defaultdict(set)
    lost: Counter[str] = Counter()
    for no in pages:
        for each in failed.get(no, ()):
            if not each.muted:
                hits[each.rule].add(no)
                lost[each.rule] += _weight(each)
    rule = min(hits, key=lambda each: (-lost[each], -len(hits[each]), each), default=None)
    return Section(
        path=path,
        pages=len(pages),
        score=score,
        change=round(score - before, 1) + 0.0 if before is not None else None,
        rule=rule,
        title=findings.title_of(rule) if rule is not None else None,
        hit=len(hits[rule]) if rule is not None else 0,
    )


def _weight(failed: Failed) -> int:
    """Points that a page loses for it alone."""
    rule = BY_ID.get(failed.rule)
    return POINTS[Severity(failed.severity)] if rule is not None and rule.category not in APART else 0


def _scores(
    pages: Mapping[str, Sequence[int]], failed: Failures, known: dict[frozenset[Failed], float]
) -> dict[str, float]:
    """The mean of each part's pages. Pages that fail alike are counted once, in `known`."""

    def of(no: int) -> float:
        pattern = failed.get(no)
        if pattern is None:
            return 100.0
        if pattern not in known:
            known[pattern] = points(pattern)
        return known[pattern]

    return {path: round(sum(map(of, numbers)) / len(numbers), 1) for path, numbers in pages.items()}


def _pages_by_section(session: Session, audit: Audit) -> dict[str, list[int]]:
    """Numbers of the pages that count in the score, by their part."""
    wanted = (
        select(AuditPage.no, AuditUrl.url)
        .join(AuditUrl, and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no))
        .where(AuditPage.audit_id == audit.id, AuditPage.is_html, ~AuditPage.truncated)
    )
    found: dict[str, list[int]] = defaultdict(list)
    for no, url in session.connection().execute(wanted):
        found[section_of(url)].append(no)
    return dict(found)


def section_of(url: str) -> str:
    """`/blog/` of `https://site/blog/a/b`; `/` of `https://site/about`. The address is in N1 form."""
    steps = url.split("/", 4)  # not urlsplit, which takes six times as long on 20,000 pages
    first = steps[3] if len(steps) == 5 else ""
    return f"/{first}/" if first and "?" not in first else "/"

"""Why the score of a site moved, in the one sentence of its weekly mail: what its overview adds up, and no guess."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.messages import N_, NP_, Message
from editorial.services import score_explained
from editorial.services.score_explained import WORTH_SAYING
from editorial.services.weekly_mail import Changes
from editorial.store.audit import Audit, AuditPage


@dataclass(frozen=True)
class Shares:
    """What made up a change of the score, in points; negative where it fell."""

    rules: Mapping[str, float] = field(default_factory=dict)
    """Of the rules that audits changed something about; 0 where a rule does not count in the score."""
    rest: float = 0.0
    """What they leave: pages that came or went, and pages on which several rules fail."""
    other_pages: bool = False
    """Whether the two audits saw different pages."""


def why_moved(session: Session, latest: Audit, base: Audit | None, changes: Changes) -> Message | None:
    """Why the score is not what it was; None where it is, or where the two do not compare.

    Args:
        session: to read with.
        latest: the audit that is told.
        base: the audit it is compared with.
        changes: what became of the findings since.
    """
    if base is None or base.score is None or latest.score is None or base.ruleset != latest.ruleset:
        return None
    delta = round(latest.score) - round(base.score)
    return moved(changes, delta, shares(session, latest, base)) if delta else None


def shares(session: Session, latest: Audit, base: Audit) -> Shares:
    """What made up the change between two judged audits; all of it is rest where the pages of one are not kept."""
    change = (latest.score or 0.0) - (base.score or 0.0)
    if not (_pages(session, latest) and _pages(session, base)):
        return Shares(rest=change)
    now, then = (score_explained.costs(session, audit) for audit in (latest, base))
    why = score_explained.why(session, latest, base, now, then)
    differ = _missing(session, latest, base) or _missing(session, base, latest)
    return Shares({line.rule: line.points or 0.0 for line in why.lines}, why.rest or 0.0, differ)


def moved(changes: Changes, delta: int, made_of: Shares) -> Message:
    """The sentence. A rule is named only where nothing weighs more than it does."""
    return _down(changes, -delta, made_of) if delta < 0 else _up(changes, delta, made_of)


def _down(changes: Changes, points: int, made_of: Shares) -> Message:
    rule = min(made_of.rules, key=lambda each: made_of.rules[each], default="")
    if -made_of.rules.get(rule, 0.0) >= max(-made_of.rest, WORTH_SAYING):
        broken = next((one for one in changes.new if one.rule == rule), None)
        if broken is not None:
            return Message(
                N_("Down by %(points)s, most of all because of “%(rule)s” on %(pages)s."),
                {"points": points, "rule": broken.title, "pages": _count(broken.pages)},
            )
        if changes.discovered:
            return Message(N_("Down by %(points)s: the new pages we saw score lower."), {"points": points})
    elif made_of.other_pages and -made_of.rest >= WORTH_SAYING:
        return Message(N_("Down by %(points)s, most of all because other pages were seen."), {"points": points})
    return Message(N_("Down by %(points)s; no single rule explains it."), {"points": points})


def _up(changes: Changes, points: int, made_of: Shares) -> Message:
    rule = max(made_of.rules, key=lambda each: made_of.rules[each], default="")
    if made_of.rules.get(rule, 0.0) >= max(made_of.rest, WORTH_SAYING):
        mended = next((one for one in changes.fixed if one.rule == rule), None)
        if mended is not None:
            return Message(
                N_("Up by %(points)s, most of all because “%(rule)s” was mended on %(pages)s."),
                {"points": points, "rule": mended.title, "pages": _count(mended.pages)},
            )
    elif made_of.other_pages and made_of.rest >= WORTH_SAYING:
        return Message(N_("Up by %(points)s, most of all because other pages were seen."), {"points": points})
    return Message(N_("Up by %(points)s; no single rule explains it."), {"points": points})


def _count(pages: int) -> Message:
    return Message.counted(NP_("%(count)s page", "%(count)s pages"), pages)


def _pages(session: Session, audit: Audit) -> bool:
    """Whether what an audit saw of its pages is still kept."""
    wanted = select(AuditPage.no).where(AuditPage.audit_id == audit.id, AuditPage.is_html)
    return session.scalar(wanted.limit(1)) is not None


def _missing(session: Session, one: Audit, other: Audit) -> bool:
    """Whether an audit saw a page that the other did not."""
    seen, twin = (
        select(AuditPage.final_n2).where(AuditPage.audit_id == each.id, AuditPage.is_html) for each in (one, other)
    )
    return session.scalar(seen.where(AuditPage.final_n2.not_in(twin)).limit(1)) is not None

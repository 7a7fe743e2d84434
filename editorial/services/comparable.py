"""Which audits of a site may be compared: one that saw three pages of fifty says nothing of the other forty-seven.

Decided in docs/decisions/0004.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import StopReason
from editorial.store.audit import ENDED, Audit, AuditState

WHOLE = 0.9  # share of the known pages from which on an audit saw its site
NEAR = 0.9  # of two page counts or shares, the smaller by the larger
BACK = 60  # audits of a site looked through
CAPS = (StopReason.PAGE_CAP, StopReason.TIME_CAP)


@dataclass(frozen=True)
class Line:
    """The audits of a site that stand in one line with its score, newest first. Empty before the first audit."""

    audits: Sequence[Audit] = ()

    @property
    def last(self) -> Audit | None:
        """The audit whose score is the site's."""
        return self.audits[0] if self.audits else None

    @property
    def before(self) -> Audit | None:
        """The one it is compared with."""
        return self.audits[1] if len(self.audits) > 1 else None

    def before_last(self, *, until: datetime | None) -> Audit | None:
        """The audit that a reader compares with who was told what had ended by then; who was told nothing, the first.

        The last one itself where it is known already.
        """
        if until is None:
            return self.audits[-1] if len(self.audits) > 1 else None
        return next((one for one in self.audits if one.ended_at is not None and one.ended_at <= until), None)


def line_of(session: Session, site_id: int) -> Line:
    """The audits that a site's score is read from."""
    return lines_of(session, (site_id,)).get(site_id, Line())


def lines_of(session: Session, site_ids: Iterable[int]) -> dict[int, Line]:
    """The same of several sites, asked for at once; sites that were never judged are left out."""
    newness = func.row_number().over(partition_by=Audit.site_id, order_by=Audit.id.desc())
    ranked = select(Audit.id, newness.label("newness"))
    ranked = ranked.where(Audit.whole_site, Audit.state.in_(ENDED), Audit.site_id.in_(tuple(site_ids)))
    recent = ranked.subquery()
    wanted = select(Audit).join(recent, recent.c.id == Audit.id).where(recent.c.newness <= BACK)
    found: dict[int, list[Audit]] = {}
    for audit in session.scalars(wanted.order_by(Audit.id.desc())):
        found.setdefault(audit.site_id or 0, []).append(audit)
    return {site_id: in_line(audits) for site_id, audits in found.items()}


def in_line(audits: Sequence[Audit]) -> Line:
    """The newest audit that speaks for its site, and those before it that saw as much of it.

    Args:
        audits: of one site, judged, newest first.
    """
    if not audits:
        return Line()
    last = next((one for place, one in enumerate(audits) if _speaks(one, audits[place + 1 :])), None)
    if last is None:  # nothing saw the site whole yet: what ended by itself is worth more than what was broken off
        last = next((one for one in audits if _ran_out(one)), audits[0])
    return Line([last, *(one for one in audits if one.id < last.id and alike(last, one))])


def alike(one: Audit, other: Audit) -> bool:
    """Whether two audits saw as much of their site, so that their scores compare.

    Both saw it whole; or both went to their end and as large a share answered; or the same limit left both with about
    as many pages.
    """
    if whole(one) and whole(other):
        return True
    if one.state is AuditState.DONE and other.state is AuditState.DONE:
        return _near(_share(one), _share(other))
    same = one.state is other.state and one.stop_reason == other.stop_reason
    return same and _ran_out(one) and _near(one.fetched, other.fetched)


def whole(audit: Audit) -> bool:
    """Whether an audit saw its site: it was not broken off, and the pages that it knew answered."""
    return _ran_out(audit) and _share(audit) >= WHOLE


def _speaks(audit: Audit, earlier: Iterable[Audit]) -> bool:
    """Whether an audit saw its site whole, or as much of it as the one before: that is what this site shows."""
    before = next((one for one in earlier if _ran_out(one)), None)
    return whole(audit) or (before is not None and alike(audit, before))


def _ran_out(audit: Audit) -> bool:
    """Whether it ended as it would next week, too: of pages or at its limit."""
    return audit.state is AuditState.DONE or audit.stop_reason in CAPS


def _share(audit: Audit) -> float:
    return audit.fetched / audit.known if audit.known else 1.0


def _near(one: float, other: float) -> bool:
    return min(one, other) >= NEAR * max(one, other)

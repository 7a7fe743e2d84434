"""What an audit saw of its site: one count of addresses for the overview, the history, the mail, the API, the terminal.

Known is what is a page or may be one: redirects lead to addresses that are counted by themselves. Seen is what the site
itself answered, be it that the page is gone. Decided in docs/decisions/0004.
"""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import StopReason
from editorial.domain.messages import N_, Message
from editorial.store.audit import SIGHT, Audit, AuditFailure, AuditPage, AuditUrl
from editorial.store.relations import DENIED

TOO_MANY = 0.05  # share of the known pages without an answer from which on a missing link may stand on one of them
REFUSALS = frozenset({401, 403, 429})
BUSY = 429
UNHEARD = frozenset({"dns", "connect", "tls", "timeout", "reset", "protocol"})
"""Errors of pages that gave no answer; what is left of them was not ours to ask, or could not be read."""

ALL_SEEN = N_("Every page was seen.")
CLOSED = N_("Every page that robots.txt leaves open was seen; it closes %(count)s of %(known)s.")
SILENT = N_("Every address was asked; %(count)s of %(known)s gave no answer.")
REFUSED = N_("Every address was asked; %(count)s of %(known)s were refused or met an error of the server.")
UNSEEN = N_("Every address that may be asked was asked; %(count)s of %(known)s gave no page that can be read.")
HIDDEN = N_("A link may stand on a page that was left out, so nothing is said about orphans and depth.")
GAPS = N_("A link may stand on a page that gave no answer, so nothing is said about orphans and depth.")


class Group(NamedTuple):
    """Pages that ended alike. `denied`: a bot check or a firewall answered in place of the page."""

    error: str | None
    status: int
    denied: bool
    pages: int

    @property
    def refused(self) -> bool:
        """Whether the answer is no page: refused, throttled, broken. One that is not there (404) is an answer."""
        return self.error is None and (self.denied or self.status in REFUSALS or self.status >= 500)

    @property
    def seen(self) -> bool:
        """Whether the site itself answered."""
        return self.error is None and not self.refused

    @property
    def lost(self) -> bool:
        """Whether links may stand there that another hour would have shown."""
        if self.error is not None:
            return self.error != "robots"
        return self.denied or self.status == BUSY or self.status >= 500


class Sight(NamedTuple):
    """Addresses of an audit that are pages or may be, by what became of them."""

    known: int = 0
    seen: int = 0
    silent: int = 0
    refused: int = 0
    closed: int = 0
    """By robots.txt."""
    waiting: int = 0
    """Not reached before the audit stopped."""
    lost: int = 0
    """Pages that may hold links and gave no answer, or one that another hour would change."""

    @property
    def gaps(self) -> bool:
        """Whether so many are lost that what seems to be linked nowhere may be linked from one of them."""
        return self.lost > 0 and self.lost >= TOO_MANY * self.known


def groups_of(session: Session, audit_id: int) -> Iterator[Group]:
    """The pages of an audit by how they ended, the commonest first. Redirects are left out."""
    denied = select(AuditFailure.no).where(AuditFailure.audit_id == audit_id, AuditFailure.rule == DENIED)
    known = denied.distinct().subquery()
    checked, number = known.c.no.is_not(None), func.count()
    wanted = (
        select(AuditPage.error, AuditPage.status, checked, number)
        .outerjoin(known, known.c.no == AuditPage.no)
        .where(AuditPage.audit_id == audit_id, AuditPage.hops == 0)
        .group_by(AuditPage.error, AuditPage.status, checked)
        .order_by(number.desc(), AuditPage.status)
    )
    return (Group(error, status, bool(of_check), count) for error, status, of_check, count in session.execute(wanted))


def not_reached(session: Session, audit_id: int) -> int:
    """Addresses that wait still."""
    page = select(AuditPage.no).where(and_(AuditPage.audit_id == AuditUrl.audit_id, AuditPage.no == AuditUrl.no))
    wanted = select(func.count()).select_from(AuditUrl)
    return session.scalar(wanted.where(AuditUrl.audit_id == audit_id, AuditUrl.wanted, ~page.exists())) or 0


def sight_of(session: Session, audit_id: int, *, ended: bool) -> Sight:
    """Count what an audit saw.

    Args:
        ended: whether it went to its end: then nothing waits, and what is left over is no page.
    """
    groups = list(groups_of(session, audit_id))
    waiting = 0 if ended else not_reached(session, audit_id)
    return Sight(
        known=sum(group.pages for group in groups) + waiting,
        seen=sum(group.pages for group in groups if group.seen),
        silent=sum(group.pages for group in groups if group.error in UNHEARD),
        refused=sum(group.pages for group in groups if group.refused),
        closed=sum(group.pages for group in groups if group.error == "robots"),
        waiting=waiting,
        lost=sum(group.pages for group in groups if group.lost),
    )


def kept(audit: Audit) -> Sight | None:
    """What was counted at the end of an audit; None while it runs, and of one that is older than the count."""
    found = (audit.counts or {}).get(SIGHT)  # none before it is stored
    return Sight(**found) if found else None


def saw_all(audit: Audit) -> bool:
    """Whether an audit went to its end and every page answered that it might ask for."""
    sight = kept(audit)
    return audit.stop_reason == StopReason.COMPLETE and (sight is None or sight.seen + sight.closed >= sight.known)


def saw_whole(audit: Audit) -> bool:
    """Whether an audit went to its end and met so few gaps that what it did not meet is not there."""
    sight = kept(audit)
    return audit.stop_reason == StopReason.COMPLETE and (sight is None or not sight.gaps)


def saw_links(audit: Audit) -> bool:
    """Whether every page was looked at that may link to another: only then a page without links has none."""
    return saw_whole(audit) and not audit.course.get("hides")


def hides_none(audit: Audit) -> bool:
    """Whether of what the audit came to nothing was left out, and little gave no answer, that may hold a link."""
    sight = kept(audit)
    return not audit.course.get("hides") and (sight is None or not sight.gaps)


def why_no_links(audit: Audit) -> Message | None:
    """Of an audit that went to its end, why it says nothing about orphans and depth; None where it does."""
    if audit.stop_reason != StopReason.COMPLETE or saw_links(audit):
        return None
    return Message(HIDDEN if audit.course.get("hides") else GAPS)


def how_it_ended(audit: Audit) -> Message:
    """Of an audit that went to its end: how much of the site answered."""
    sight = kept(audit)
    if sight is None or sight.seen >= sight.known:
        return Message(ALL_SEEN)
    missing = sight.known - sight.seen
    says = {sight.silent: SILENT, sight.refused: REFUSED, sight.closed: CLOSED}.get(missing, UNSEEN)
    return Message(says, {"count": missing, "known": sight.known})

"""What is shown of the links that lead out of a site: every target with what it answered, and who links to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, tuple_
from sqlalchemy.orm import Session

from editorial.audit.report import Translate
from editorial.domain.errors import NotFound
from editorial.domain.external import LinkState
from editorial.domain.findings import OPEN
from editorial.domain.messages import N_, Message
from editorial.services.deps import Deps
from editorial.services.queue_pages import BadCursor
from editorial.store import history
from editorial.store.audit import AuditLink, AuditUrl, Finding
from editorial.store.content import Site
from editorial.store.external import ExternalReading, ExternalTarget, ExternalUse

log = structlog.get_logger(__name__)

RULE = "link-broken-external"
LINES = 100  # targets of one page of the list
AT_ONCE = 1000  # rows of a table that are in memory
PAGES = 200  # linking pages that are listed of one target

_LOOKS = {
    LinkState.BROKEN: (Message(N_("broken link")), "bad", "s-missed"),
    LinkState.FAILED_ONCE: (Message(N_("failed once")), "warn", "alert"),
    LinkState.UNCLEAR: (Message(N_("not clear")), "note", "info"),
    LinkState.UNASKED: (Message(N_("nobody asked yet")), "note", "clock"),
    LinkState.WORKS: (Message(N_("works")), "ok", "check"),
}
"""Word, tone and glyph of each state, the worst first."""
_NOT_THERE = (LinkState.BROKEN, LinkState.FAILED_ONCE)
_ANSWERS = {
    "dns": Message(N_("no such host")),
    "resolver": Message(N_("its name could not be looked up")),
    "connect": Message(N_("no connection")),
    "timeout": Message(N_("no answer in time")),
    "tls": Message(N_("its certificate or encryption is not sound")),
    "reset": Message(N_("the connection broke")),
    "protocol": Message(N_("no HTTP that we know")),
    "address": Message(N_("lies inside a private network")),
    "port": Message(N_("lies at a port that no website has")),
    "robots": Message(N_("its robots.txt does not let us ask")),
    "robots-unread": Message(N_("its robots.txt could not be read")),
    "challenge": Message(N_("a bot check answered")),
    "crash": Message(N_("asking ended in a fault of ours")),
    "redirects": Message(N_("too many redirects")),
    "redirect-loop": Message(N_("its redirects run in a circle")),
}


@dataclass(frozen=True)
class Wanted:
    """Which targets of a site. `after` is where the page before ended."""

    site_id: int
    state: LinkState | None = None
    text: str = ""
    after: str = ""


@dataclass(frozen=True)
class Line:
    """One target. `pages` of the site link to it; `failing_since` is known where it was not there when last asked."""

    id: int
    url: str
    host: str
    state: LinkState
    answer: str
    hops: int
    final_url: str
    pages: int
    asked_at: datetime | None
    failing_since: datetime | None
    due_at: datetime

    @property
    def label(self) -> Message:
        """The state, for people."""
        return _LOOKS[self.state][0]

    @property
    def tone(self) -> str:
        """How the look colours it."""
        return _LOOKS[self.state][1]

    @property
    def icon(self) -> str:
        """The glyph beside the word."""
        return _LOOKS[self.state][2]

    @property
    def said(self) -> Message | str:
        """What it answered, for people: a status, or why there is none."""
        return _ANSWERS.get(self.answer, self.answer)


@dataclass(frozen=True)
class Listing:
    """One page of targets. `read` tells whether the links of some audit were read; `counts` are of all targets."""

    read: bool
    counts: Mapping[LinkState, int]
    lines: Sequence[Line]
    total: int
    """Targets that fit the filters."""
    next: str | None

    @property
    def known(self) -> int:
        """All targets of the site."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class From:
    """A page that links to a target, with which words, and the open finding about it."""

    audit_id: int
    no: int
    url: str
    text: str
    finding_id: int | None


def label_of(state: LinkState) -> Message:
    """A state, for people."""
    return _LOOKS[state][0]


def listing(session: Session, wanted: Wanted, *, size: int = LINES) -> Listing:
    """Targets of a site, the worst first, then those that most pages link to.

    Raises:
        BadCursor: `after` is no place in the list.
    """
    its = _of_site(wanted.site_id)
    read = session.get(ExternalReading, wanted.site_id) is not None
    counted = select(ExternalTarget.state, func.count()).join(ExternalUse, _of_target()).where(its)
    counts = dict(session.execute(counted.group_by(ExternalTarget.state)).all())
    fits = _fits(wanted)
    total = sum(counts.values())
    if wanted.state is not None or wanted.text:
        total = (
            session.scalar(select(func.count()).select_from(ExternalTarget).join(ExternalUse, _of_target()).where(fits))
            or 0
        )
    rows = session.execute(_select(fits, wanted.after).limit(size + 1)).all()
    lines = [_line(target, pages) for target, pages, _ in rows[:size]]
    return Listing(read, counts, lines, total, _place(rows[size - 1]) if len(rows) > size else None)


def every(session: Session, wanted: Wanted) -> Iterator[Line]:
    """All targets that fit, in the same order."""
    rows = _select(_fits(wanted), "").execution_options(yield_per=AT_ONCE)
    for target, pages, _ in session.execute(rows):
        yield _line(target, pages)


def every_link(session: Session, wanted: Wanted) -> Iterator[tuple[Line, str, str]]:
    """Each link to a target that fits, with the address of its page and its words, page by page.

    Targets are looked up here: links have no index by target, and joined to them 100,000 took minutes.
    """
    read = session.get(ExternalReading, wanted.site_id)
    if read is None:
        return
    of_audit = and_(_fits(wanted), ExternalUse.audit_id == read.audit_id)
    numbered = select(ExternalTarget, ExternalUse.pages, ExternalUse.url_no).join(ExternalUse, _of_target())
    lines = {no: _line(target, pages) for target, pages, no in session.execute(numbered.where(of_audit))}
    numbers = select(ExternalUse.url_no).join(ExternalTarget, _of_target()).where(of_audit)
    of_page = and_(AuditUrl.audit_id == AuditLink.audit_id, AuditUrl.no == AuditLink.no)
    links = (
        select(AuditLink.target, AuditUrl.url, AuditLink.text)
        .join(AuditUrl, of_page)
        .where(AuditLink.audit_id == read.audit_id, AuditLink.target.in_(numbers))
        .order_by(AuditLink.no, AuditLink.position)
        .execution_options(yield_per=AT_ONCE)
    )
    for target, page, text in session.execute(links):
        if target in lines:
            yield lines[target], page, text


def target_of(session: Session, site_id: int, target_id: int) -> Line:
    """One target of a site, or `NotFound`."""
    row = session.execute(_select(and_(_of_site(site_id), ExternalTarget.id == target_id), "")).one_or_none()
    if row is None:
        raise NotFound
    return _line(row[0], row[1])


def pages_of(session: Session, site_id: int, target_id: int) -> Sequence[From]:
    """The pages of the last audit that link to a target, by address; the first 200."""
    use = session.get(ExternalUse, (site_id, target_id))
    if use is None:
        raise NotFound
    of_page = and_(AuditUrl.audit_id == AuditLink.audit_id, AuditUrl.no == AuditLink.no)
    told = and_(
        Finding.site_id == site_id,
        Finding.n2 == AuditUrl.n2,
        Finding.rule == RULE,
        Finding.key == select(ExternalTarget.n2).where(ExternalTarget.id == target_id).scalar_subquery(),
        Finding.state.in_(OPEN),
    )
    wanted = (
        select(AuditLink.audit_id, AuditLink.no, AuditUrl.url, AuditLink.text, Finding.id)
        .join(AuditUrl, of_page)
        .outerjoin(Finding, told)
        .where(AuditLink.audit_id == use.audit_id, AuditLink.target == use.url_no)
        .order_by(AuditUrl.url)
        .limit(PAGES)
    )
    return [From(*row) for row in session.execute(wanted)]


def ask_again(session: Session, deps: Deps, actor_id: int, site_id: int, target_id: int) -> Line:
    """Have a target asked as soon as its host's turn comes, whenever it was asked last. The caller commits."""
    target_of(session, site_id, target_id)
    target = session.get_one(ExternalTarget, target_id, with_for_update=True, populate_existing=True)
    target.due_at = min(target.due_at, deps.now())
    session.flush()
    history.record(
        session,
        at=deps.now(),
        actor_id=actor_id,
        action="external_link.asked_again",
        entity="site",
        entity_id=site_id,
        after={"target_id": target_id, "url": target.url},
    )
    log.info("external_link.asked_again", target_id=target_id)
    return target_of(session, site_id, target_id)


def _of_target() -> ColumnElement[bool]:
    return ExternalUse.target_id == ExternalTarget.id


def _of_site(site_id: int) -> ColumnElement[bool]:
    """What the last audit that was read links to; one that is being read now is not there yet."""
    read = select(ExternalReading.audit_id).where(ExternalReading.site_id == site_id).scalar_subquery()
    return and_(ExternalUse.site_id == site_id, ExternalUse.audit_id >= read)


def _fits(wanted: Wanted) -> ColumnElement[bool]:
    found = _of_site(wanted.site_id)
    if wanted.state is not None:
        found = and_(found, ExternalTarget.state == wanted.state)
    if wanted.text:
        found = and_(found, ExternalTarget.url.icontains(wanted.text, autoescape=True))
    return found


_RANK = case({state.value: rank for rank, state in enumerate(LinkState)}, value=ExternalTarget.state, else_=9)


def _select(fits: ColumnElement[bool], after: str) -> Select[ExternalTarget, int, int]:
    order = (_RANK, -ExternalUse.pages, ExternalTarget.id)
    wanted = select(ExternalTarget, ExternalUse.pages, _RANK).join(ExternalUse, _of_target()).where(fits)
    if after:
        wanted = wanted.where(tuple_(*order) > tuple_(*_read(after)))
    return wanted.order_by(*order)


def _line(target: ExternalTarget, pages: int) -> Line:
    return Line(
        id=target.id,
        url=target.url,
        host=target.host,
        state=target.state,
        answer=target.answer,
        hops=target.hops,
        final_url=target.final_url,
        pages=pages,
        asked_at=target.asked_at,
        failing_since=target.failing_since if target.state in _NOT_THERE else None,
        due_at=target.due_at,
    )


def _place(row: Row[ExternalTarget, int, int]) -> str:
    target, pages, rank = row
    return f"{rank}-{pages}-{target.id}"


def _read(after: str) -> tuple[int, int, int]:
    parts = after.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise BadCursor
    rank, pages, number = map(int, parts)
    return rank, -pages, number


def is_on(site: Site, *, desk: bool) -> bool:
    """Whether the targets of a site are asked."""
    return desk and site.external_links and site.active


def facts(line: Line, translate: Translate) -> dict[str, Any]:
    """A target for programs."""
    said = line.said
    return {
        "id": line.id,
        "url": line.url,
        "state": line.state.value,
        "answer": line.answer,
        "says": said if isinstance(said, str) else translate(said),
        "pages": line.pages,
        "redirects": line.hops,
        "final_url": line.final_url or None,
        "asked_at": line.asked_at,
        "failing_since": line.failing_since,
        "due_at": line.due_at,
    }

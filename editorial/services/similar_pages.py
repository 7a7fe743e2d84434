"""What people see of pages with the same text, or nearly: groups, and which page of each to keep."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from editorial.store import audit as audits
from editorial.store.audit import Audit, AuditFailure, AuditPage
from editorial.store.audit_shapes import AuditAlike

GROUPS = 25  # on a page
MEMBERS = 12  # shown of a group
EXACT, NEAR = "content-exact-duplicate", "content-near-duplicate"


@dataclass(frozen=True)
class Member:
    """A page of a group. `percent` of the text of it and of `other` is the same; `other_no` is the page at `other`."""

    no: int
    url: str
    title: str
    words: int
    percent: int
    other_no: int
    other: str


@dataclass(frozen=True)
class Group:
    """Pages whose texts are alike, the one to keep first. `pages` are all, `members` the first of them."""

    exact: bool
    pages: int
    members: Sequence[Member]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.pages - len(self.members)


@dataclass(frozen=True)
class Similar:
    """One page of groups, the largest first. `audit` is the one that saw them, None where there is none."""

    audit: Audit | None
    groups: Sequence[Group] = ()
    total: int = 0
    begins: int = 0
    """Groups on the pages before."""

    @property
    def following(self) -> int | None:
        """What the next page begins after."""
        ends = self.begins + len(self.groups)
        return ends if ends < self.total else None


def groups_of(session: Session, site_id: int, after: int = 0) -> Similar:
    """The groups that the last audit of a site found.

    Args:
        after: how many groups to pass over.
    """
    latest = audits.latest_audit(session, site_id)
    if latest is None:
        return Similar(None)
    every = _groups(latest.id).subquery()
    total = session.scalar(select(func.count()).select_from(every)) or 0
    wanted = select(every).order_by(every.c.exact.desc(), every.c.size.desc(), every.c.main).offset(after).limit(GROUPS)
    heads = session.execute(wanted).all()
    members = _members(session, latest.id, [(head.exact, head.main) for head in heads])
    groups = [Group(head.exact, head.size, members[head.exact, head.main]) for head in heads]
    return Similar(latest, groups, total, after)


def _told(audit_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Rows that a rule told: copies that name each other as translations are none."""
    rule = case((AuditAlike.exact, EXACT), else_=NEAR)
    failed = and_(
        AuditFailure.audit_id == AuditAlike.audit_id, AuditFailure.no == AuditAlike.no, AuditFailure.rule == rule
    )
    return AuditAlike.audit_id == audit_id, failed


def _groups(audit_id: int) -> Select[bool, int, int]:
    ours, failed = _told(audit_id)
    return (
        select(AuditAlike.exact, AuditAlike.main, func.count().label("size"))
        .join(AuditFailure, failed)
        .where(ours)
        .group_by(AuditAlike.exact, AuditAlike.main)
        .having(func.count() > 1)
    )


def _members(
    session: Session, audit_id: int, heads: Sequence[tuple[bool, int]]
) -> dict[tuple[bool, int], list[Member]]:
    """The first pages of some groups: the one to keep, then those most like another."""
    if not heads:
        return {}
    ours, failed = _told(audit_id)
    page, other = aliased(AuditPage), aliased(AuditPage)
    kept = cast(AuditAlike.no == AuditAlike.main, Integer)
    position = func.row_number().over(
        partition_by=(AuditAlike.exact, AuditAlike.main),
        order_by=(kept.desc(), AuditAlike.percent.desc(), AuditAlike.no),
    )
    ranked = (
        select(AuditAlike, position.label("position"))
        .join(AuditFailure, failed)
        .where(ours, tuple_(AuditAlike.exact, AuditAlike.main).in_(heads))
        .subquery()
    )
    wanted = (
        select(
            ranked.c.exact, ranked.c.main, ranked.c.no, ranked.c.percent, page.final_url, page.title, page.words,
            ranked.c.other, other.final_url.label("other_url"),
        )
        .join(page, and_(page.audit_id == audit_id, page.no == ranked.c.no))
        .join(other, and_(other.audit_id == audit_id, other.no == ranked.c.other))
        .where(ranked.c.position <= MEMBERS)
        .order_by(ranked.c.exact, ranked.c.main, ranked.c.position)
    )  # fmt: skip
    found: dict[tuple[bool, int], list[Member]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.exact, row.main].append(
            Member(row.no, row.final_url, row.title, row.words, row.percent, row.other, row.other_url)
        )
    return found

"""Stores what pages are compared by, and works out which are alike and what templates there are once an audit ends."""

from binascii import a2b_base64
from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Select, and_, delete, func, not_, select, update
from sqlalchemy.orm import Session

from editorial.audit.alike import Alike, Text, near_copies
from editorial.audit.crawl.records import PageRow
from editorial.audit.templates import Made, Template, sort_out
from editorial.store import audit as store
from editorial.store import link_packs
from editorial.store.audit import (
    ENOUGH_WORDS,
    Audit,
    AuditAlternate,
    AuditFailure,
    AuditPage,
    Finding,
)
from editorial.store.audit_shapes import AuditAlike, AuditShape, AuditTemplate
from editorial.store.base import Sessions, reading

TABLES = (AuditShape, AuditTemplate, AuditAlike)
CHUNK = 500  # values of one statement

Group = dict[int, Text]


def save(connection: Connection, audit_id: int, pages: Sequence[PageRow]) -> None:
    """Write how some pages are made; what answered in place of a page has no shape."""
    rows = [
        (audit_id, page.no, page.record.layout, None, a2b_base64(page.record.sketch))
        for page in pages
        if page.record.is_html and page.record.layout
    ]
    store.insert_rows(connection, AuditShape, rows)


def settle(sessions: Sessions, audit_id: int, worker: str) -> None:
    """Work out templates and copies of an audit that has seen what it could. Again gives the same.

    A process that lost the audit writes nothing. Reading comes first, so that the write is short.
    """
    with reading(sessions) as session:
        templates = sort_out(_made(session, audit_id))
        exact, near = _copies(session, audit_id)
    with sessions.begin() as session:
        if store.is_held(session, audit_id, worker):
            _write(session, audit_id, templates, [*_rows(audit_id, exact, exact=True), *_rows(audit_id, near)])


def _write(session: Session, audit_id: int, templates: Sequence[Template], alike: list[tuple[object, ...]]) -> None:
    connection = session.connection()
    for table in (AuditTemplate, AuditAlike):
        session.execute(delete(table).where(table.audit_id == audit_id))
    told = [
        (audit_id, number, template.key, template.example, len(template.nos), template.words)
        for number, template in enumerate(templates, start=1)
    ]
    store.insert_rows(connection, AuditTemplate, told)
    store.insert_rows(connection, AuditAlike, alike)
    for number, template in enumerate(templates, start=1):
        for start in range(0, len(template.nos), CHUNK):
            some = template.nos[start : start + CHUNK]
            session.execute(
                update(AuditShape)
                .where(AuditShape.audit_id == audit_id, AuditShape.no.in_(some))
                .values(template=number)
                .execution_options(synchronize_session=False)
            )


def mark_findings(session: Session, audit: Audit) -> None:
    """Give the findings that an audit saw the template of their page. One page alone tells of no template."""
    if not audit.whole_site:
        return
    key = (
        select(AuditTemplate.key)
        .join(AuditShape, and_(AuditShape.audit_id == AuditTemplate.audit_id, AuditShape.template == AuditTemplate.no))
        .join(AuditFailure, and_(AuditFailure.audit_id == AuditShape.audit_id, AuditFailure.no == AuditShape.no))
        .where(AuditFailure.audit_id == audit.id, AuditFailure.fingerprint == Finding.fingerprint)
        .scalar_subquery()
    )
    theirs = update(Finding).where(Finding.site_id == audit.site_id, Finding.last_audit_id == audit.id)
    session.execute(theirs.values(template=func.coalesce(key, "")).execution_options(synchronize_session=False))


def _made(session: Session, audit_id: int) -> Iterator[Made]:
    shown = AuditPage.is_results_page
    wanted = (
        select(AuditPage.no, AuditPage.final_url, AuditShape.layout, AuditPage.words, shown)
        .join(AuditShape, and_(AuditShape.audit_id == AuditPage.audit_id, AuditShape.no == AuditPage.no))
        .where(AuditPage.audit_id == audit_id)
    )
    for no, url, layout, words, is_shown in session.execute(wanted):
        yield Made(no, url, layout, words if is_shown else None)


def _copies(session: Session, audit_id: int) -> tuple[list[Alike], list[Alike]]:
    """Pages whose text is there word for word, and those whose text is there nearly."""
    links = link_packs.links_in(session, audit_id)
    by_digest: dict[tuple[str, str], Group] = defaultdict(dict)
    twins: set[str] = set()
    for row in session.execute(_texts(audit_id)):
        twin = row.final_n2.replace("http://", "https://", 1)
        if twin not in twins:  # reached twice, or by http too: one page
            twins.add(twin)
            weight = (-links.get(row.no, 0), len(row.final_url), row.no)
            text = Text(row.no, row.language, row.words, row.sketch or b"", weight)
            by_digest[row.language, row.digest][row.no] = text
    exact, kept = [], []
    for group in by_digest.values():
        kept.append(min(group.values(), key=lambda text: text.weight))
        if len(group) > 1:
            exact += _group_of_copies(group)
    near = near_copies(kept)
    named = _named_alike(session, audit_id, [each.no for each in near])
    if named:  # some of them are translations of each other, which is no fault
        near = near_copies(kept, lambda one, other: (min(one, other), max(one, other)) in named)
    return exact, near


def _texts(audit_id: int) -> Select[int, str, str, str, int, str, bytes]:
    page, shape = AuditPage, AuditShape
    return (
        select(page.no, page.final_url, page.final_n2, page.language, page.words, page.digest, shape.sketch)
        .outerjoin(shape, and_(shape.audit_id == page.audit_id, shape.no == page.no))
        .where(page.audit_id == audit_id, page.is_results_page, page.words >= ENOUGH_WORDS, not_(page.truncated))
        .where(page.digest != "")
        .order_by(page.no)
    )


def _group_of_copies(group: Group) -> list[Alike]:
    main, second = sorted(group.values(), key=lambda text: text.weight)[:2]
    return [Alike(no, main.no, second.no if no == main.no else main.no, 1.0, len(group)) for no in sorted(group)]


def _named_alike(session: Session, audit_id: int, nos: Sequence[int]) -> set[tuple[int, int]]:
    """Pairs of these pages, the lower number first, of which one names the other by hreflang."""
    found: set[tuple[int, int]] = set()
    other = AuditPage.__table__.alias("other")
    for start in range(0, len(nos), CHUNK):
        wanted = (
            select(AuditAlternate.no, other.c.no.label("other"))
            .join(other, and_(other.c.audit_id == AuditAlternate.audit_id, other.c.final_n2 == AuditAlternate.n2))
            .where(AuditAlternate.audit_id == audit_id, AuditAlternate.no.in_(nos[start : start + CHUNK]))
        )
        found |= {(min(pair), max(pair)) for pair in session.execute(wanted) if pair[0] != pair[1]}
    return found


def _rows(audit_id: int, found: Sequence[Alike], *, exact: bool = False) -> list[tuple[object, ...]]:
    most = 100 if exact else 99  # what is not word for word is not all of it
    return [
        (audit_id, exact, each.no, each.main, each.other, min(most, int(each.likeness * 100)), each.pages)
        for each in found
    ]

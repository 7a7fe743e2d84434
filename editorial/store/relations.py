"""One audit's tables as the site rules know them (`audit.tables`)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Index,
    MetaData,
    String,
    Subquery,
    Table,
    and_,
    insert,
    or_,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session, aliased

from editorial.store.audit import (
    ENOUGH_WORDS,
    FROM_SITEMAP,
    Audit,
    AuditAlternate,
    AuditFailure,
    AuditFile,
    AuditFileNote,
    AuditFormPlace,
    AuditFormProbe,
    AuditLink,
    AuditListed,
    AuditPage,
    AuditPlace,
    AuditUrl,
)
from editorial.store.audit_shapes import AuditAlike
from editorial.store.content import Site
from editorial.store.crawls import AuditTrap
from editorial.store.external import ExternalTarget, outside

LOOKS_OUTSIDE = "external"
"""In the options of an audit from the command line: it asks what the pages link to outside."""

DENIED = "response-access-denied"
_LAID_OUT: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "page": (("id",), ("n2",), ("final_n2",), ("title_folded",), ("description_folded",), ("digest",)),
    "alternate": (("page_id", "n2"), ("n2",)),
    "external": (("page_id",),),
}
"""What is joined with itself, and by which columns."""


@contextmanager
def laid_out(session: Session, audit_id: int) -> Iterator[dict[str, FromClause]]:
    """The relations with those that rules join by address copied out for a while, and indexed by it.

    The addresses of pages stand in a table of their own; joined through it twice, 20,000 pages took minutes. The copies
    are temporary tables of this connection, gone when the block ends.
    """
    found: dict[str, FromClause] = dict(relations(audit_id))
    copies = []
    for name, keys in _LAID_OUT.items():
        relation = found[name]
        copy = Table(
            f"laid_out_{name}", MetaData(), *(Column(c.name, c.type) for c in relation.c), prefixes=["TEMPORARY"]
        )
        copy.create(session.connection())
        copies.append(copy)
        session.execute(insert(copy).from_select([c.name for c in relation.c], select(relation)))
        for number, columns in enumerate(keys):
            Index(f"ix_laid_out_{name}_{number}", *(copy.c[column] for column in columns)).create(session.connection())
        session.execute(text(f"ANALYZE laid_out_{name}"))
        found[name] = copy
    try:
        yield found
    finally:
        for copy in copies:
            copy.drop(session.connection())


def relations(audit_id: int) -> dict[str, Subquery]:
    """The relations of one audit, as the site rules know them (`audit.tables`)."""
    page, url, link, alternate = AuditPage, AuditUrl, AuditLink, AuditAlternate
    of_page = and_(url.audit_id == page.audit_id, url.no == page.no)
    place = AuditPlace
    of_place = and_(place.audit_id == page.audit_id, place.no == page.no)
    return {
        "page": select(
            page.no.label("id"),
            url.url,
            url.n2,
            *(
                page.__table__.c[name]
                for name in (
                    "final_url", "final_n2", "canonical_n2", "status", "error", "title", "title_folded", "language",
                    "is_html", "is_results_page", "digest", "description", "description_folded", "noindex", "hops",
                    "moved", "truncated",
                )
            ),
            and_(page.is_results_page, page.words >= ENOUGH_WORDS).label("is_text_page"),
            denied(audit_id).label("denied"),
            (url.url == select(Audit.start_url).where(Audit.id == audit_id).scalar_subquery()).label("is_start"),
            *(
                place.__table__.c[name]
                for name in ("depth", "via", "named", "listed", "important", "canonical_steps", "canonical_end")
            ),
        )
        .join_from(page, url, of_page)
        .outerjoin(place, of_place)
        .where(page.audit_id == audit_id)
        .subquery("page"),
        "link": select(
            link.no.label("page_id"),
            link.position,
            link.target.label("target_id"),
            url.url,
            url.n2,
            url.internal,
            link.nofollow,
            link.text,
        )
        .join_from(link, url, and_(url.audit_id == link.audit_id, url.no == link.target))
        .where(link.audit_id == audit_id)
        .subquery("link"),
        "alternate": select(
            alternate.no.label("page_id"),
            alternate.code,
            alternate.n2,
            (alternate.position < FROM_SITEMAP).label("in_page"),
        )
        .where(alternate.audit_id == audit_id)
        .subquery("alternate"),
        "form": _form_relation(audit_id),
        "trap": _trap_relation(audit_id),
        "external": _external_relation(audit_id),
        "alike": _alike_relation(audit_id),
        **_file_relations(audit_id),
    }  # fmt: skip


def _form_relation(audit_id: int) -> Subquery:
    place, probe = AuditFormPlace, AuditFormProbe
    asked = and_(probe.audit_id == place.audit_id, probe.address == place.address)
    return (
        select(place.no.label("page_id"), place.mark, place.address, probe.verdict, probe.certain, probe.answer)
        .join_from(place, probe, asked, isouter=True)
        .where(place.audit_id == audit_id, place.address != "")
        .subquery("form")
    )


def _alike_relation(audit_id: int) -> Subquery:
    alike, main, other = AuditAlike, aliased(AuditPage), aliased(AuditPage)
    return (
        select(
            alike.no.label("page_id"),
            alike.exact,
            alike.percent,
            alike.pages,
            main.final_url.label("main_url"),
            other.final_url.label("other_url"),
        )
        .join_from(alike, main, and_(main.audit_id == alike.audit_id, main.no == alike.main))
        .join(other, and_(other.audit_id == alike.audit_id, other.no == alike.other))
        .where(alike.audit_id == audit_id)
        .subquery("alike")
    )


def _external_relation(audit_id: int) -> Subquery:
    """Links out of the site with what is known of their targets now. None where the site does not want to know."""
    link, url, target = AuditLink, AuditUrl, ExternalTarget
    by_command = and_(Audit.site_id.is_(None), Audit.options[LOOKS_OUTSIDE].as_boolean())
    return (
        select(
            link.no.label("page_id"),
            url.url,
            url.n2,
            link.text,
            type_coerce(target.state, String).label("state"),
            target.answer,
            target.failures,
        )
        .select_from(Audit)  # first, so that no link is looked at where nobody wants to know
        .outerjoin(Site, Site.id == Audit.site_id)
        .join(link, link.audit_id == Audit.id)
        .join(url, and_(url.audit_id == link.audit_id, url.no == link.target))
        .outerjoin(target, target.n2 == url.n2)
        .where(Audit.id == audit_id, or_(Site.external_links, by_command), link.target.in_(outside(audit_id)))
        .subquery("external")
    )


def denied(audit_id: int) -> ColumnElement[bool]:
    """Whether a rule told that we were not let in; what answered instead has a status of its own choice."""
    told = select(AuditFailure.no).where(AuditFailure.audit_id == audit_id, AuditFailure.rule == DENIED)
    return AuditPage.no.in_(told)


def _trap_relation(audit_id: int) -> Subquery:
    trap = AuditTrap
    columns = (trap.kind, trap.pattern, trap.count, trap.first, trap.second, trap.third)
    return select(*columns).where(trap.audit_id == audit_id).subquery("trap")


def _file_relations(audit_id: int) -> dict[str, Subquery]:
    """`file`, `note` and `listed`."""
    file, url, note, listed = AuditFile, AuditUrl, AuditFileNote, AuditListed
    of_file = and_(url.audit_id == file.audit_id, url.no == file.no)
    return {
        "file": select(file.no.label("id"), file.kind, url.url, file.status, file.error, file.listed, file.challenged)
        .join_from(file, url, of_file)
        .where(file.audit_id == audit_id)
        .subquery("file"),
        "note": select(note.no.label("file_id"), note.position, note.kind, note.subject, note.line, note.text)
        .where(note.audit_id == audit_id)
        .subquery("note"),
        "listed": select(listed.no.label("file_id"), listed.target.label("target_id"))
        .where(listed.audit_id == audit_id)
        .subquery("listed"),
    }

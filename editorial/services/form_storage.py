"""Puts the lead forms of an audit into the database, and reads them again."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import PageRow
from editorial.audit.form_differences import Stand
from editorial.audit.form_inventory import Shape
from editorial.audit.rules.form_changes import SHELL
from editorial.store import audit as store
from editorial.store.audit import (
    AuditFailure,
    AuditForm,
    AuditFormPlace,
    AuditFormProbe,
    AuditFormShape,
    AuditPage,
    AuditUrl,
)

TABLES = (AuditFormShape, AuditFormPlace, AuditFormProbe)


def save(connection: Connection, audit_id: int, pages: Sequence[PageRow]) -> None:
    """Write the forms of some pages; a shape that is there already stays as it is."""
    places = []
    shapes: dict[str, tuple[int, str, str]] = {}  # the first page names it
    for page in pages:
        for position, (key, shape, mark, address) in enumerate(page.record.inventory):
            shapes.setdefault(key, (audit_id, key, shape))
            places.append((audit_id, page.no, position, key, mark, address))
    store.insert_rows(connection, AuditFormShape, list(shapes.values()))
    store.insert_rows(connection, AuditFormPlace, places)


def shapes_of(session: Session, audit_id: int) -> dict[str, Shape]:
    """The forms of an audit by their keys."""
    wanted = select(AuditFormShape.key, AuditFormShape.shape).where(AuditFormShape.audit_id == audit_id)
    return {key: Shape.from_json(shape) for key, shape in session.execute(wanted)}


def shapes_on(session: Session, audit_id: int, no: int) -> list[Shape]:
    """The forms of one page, in their order."""
    place, shape = AuditFormPlace, AuditFormShape
    wanted = (
        select(shape.shape)
        .join_from(place, shape, and_(shape.audit_id == place.audit_id, shape.key == place.key))
        .where(place.audit_id == audit_id, place.no == no)
        .order_by(place.position)
    )
    return [Shape.from_json(text) for text in session.scalars(wanted)]


def stands_of(session: Session, audit_id: int) -> dict[str, list[Stand]]:
    """Where the forms of an audit stand, by the compare form of their pages."""
    of_page = and_(AuditUrl.audit_id == AuditFormPlace.audit_id, AuditUrl.no == AuditFormPlace.no)
    place = AuditFormPlace
    wanted = (
        select(AuditUrl.n2, place.no, AuditUrl.url, place.position, place.key, place.mark, place.address)
        .join_from(place, AuditUrl, of_page)
        .where(place.audit_id == audit_id)
        .order_by(AuditUrl.url, place.no, place.position)
    )
    found: dict[str, list[Stand]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.n2].append(Stand(row.no, row.url, row.position, row.key, row.mark, row.address))
    return found


def pages_read(session: Session, audit_id: int) -> set[str]:
    """The compare forms of the pages that an audit saw whole: only on these a form that is missing is gone.

    A page of a few words without a form is one that a script writes: nobody knows what it shows.
    """
    page = AuditPage
    of_page = and_(AuditUrl.audit_id == page.audit_id, AuditUrl.no == page.no)
    here = and_(AuditFormPlace.audit_id == page.audit_id, AuditFormPlace.no == page.no)
    told = or_(page.words >= SHELL, select(AuditFormPlace.no).where(here).exists())
    wanted = select(AuditUrl.n2).join_from(page, AuditUrl, of_page)
    return set(session.scalars(wanted.where(page.audit_id == audit_id, page.is_html, page.truncated.is_(False), told)))


def has_inventory(session: Session, audit_id: int) -> bool:
    """Whether an audit kept its forms: one of an older version remembered some that were there, and kept none."""
    kept = select(AuditFormPlace.no).where(AuditFormPlace.audit_id == audit_id).limit(1)
    missed = select(AuditFailure.no).where(
        AuditFailure.audit_id == AuditForm.audit_id,
        AuditFailure.no == AuditForm.no,
        AuditFailure.rule == "form-lead-vanished",
        AuditFailure.key == AuditForm.key,
    )
    remembered = select(AuditForm.no).where(AuditForm.audit_id == audit_id, ~missed.exists()).limit(1)
    return session.scalar(kept) is not None or session.scalar(remembered) is None


def probes_of(session: Session, audit_id: int) -> dict[str, AuditFormProbe]:
    """What an audit learned of the addresses that forms are sent to."""
    wanted = select(AuditFormProbe).where(AuditFormProbe.audit_id == audit_id)
    return {probe.address: probe for probe in session.scalars(wanted)}

"""What earlier audits and the content plan know of a site's pages, before the next audit judges them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from editorial.audit.facts import FormSeen, Known
from editorial.audit.rule import Need
from editorial.domain.statuses import LIVE
from editorial.domain.urls import n1, n2
from editorial.store.audit import ENDED, Audit, AuditFailure, AuditForm, AuditPage, AuditUrl
from editorial.store.content import ContentItem

BACK = 4  # audits looked through for a page that the last one did not see
REGRESSION = "noindex-regression"


@dataclass(frozen=True)
class Memory:
    """What is known by the compare form of a page, and what is complete by that."""

    pages: Mapping[str, Known] = field(default_factory=lambda: MappingProxyType({}))
    complete: frozenset[Need] = frozenset()
    published: tuple[str, ...] = ()
    """Addresses of the items that are out (N1): to be looked at, whether a link leads there or not."""


def recall(session: Session, audit: Audit) -> Memory:
    """What is known of the pages of an audit's site; nothing of an address that is no site of ours."""
    if audit.site_id is None:
        return Memory()
    pages: dict[str, Known] = {}
    earlier = _earlier(session, audit)
    for before in earlier:
        for compare, known in _seen(session, before).items():
            pages.setdefault(compare, known)
    published = _published(session, audit.site_id)
    for url in published:
        compare = n2(url) or url
        pages[compare] = replace(pages.get(compare, Known()), published=True)
    return Memory(pages, _complete(earlier), published)


def complete_before(session: Session, audit: Audit) -> frozenset[Need]:
    """What `recall` brings to an audit, without bringing it."""
    return _complete(_earlier(session, audit)) if audit.site_id is not None else frozenset()


def _complete(earlier: list[int]) -> frozenset[Need]:
    return frozenset({Need.PLAN, Need.HISTORY} if earlier else {Need.PLAN})


def _earlier(session: Session, audit: Audit) -> list[int]:
    wanted = select(Audit.id).where(Audit.site_id == audit.site_id, Audit.whole_site, Audit.state.in_(ENDED))
    return list(session.scalars(wanted.where(Audit.id < audit.id).order_by(Audit.id.desc()).limit(BACK)))


def _seen(session: Session, audit_id: int) -> dict[str, Known]:
    """The HTML pages of one audit. What was missed then is missed still: else it would be called fixed next week."""
    of_page = and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no)
    missed = set(
        session.scalars(
            select(AuditFailure.no).where(AuditFailure.audit_id == audit_id, AuditFailure.rule == REGRESSION)
        )
    )
    forms: dict[int, list[FormSeen]] = {}
    wanted = select(AuditForm).where(AuditForm.audit_id == audit_id).order_by(AuditForm.no, AuditForm.position)
    for form in session.scalars(wanted):
        asked = tuple(form.meanings.split(",")) if form.meanings else ()
        forms.setdefault(form.no, []).append(FormSeen(form.key, form.shown, form.type, form.action, asked))
    rows = session.execute(
        select(AuditUrl.n2, AuditPage.no, AuditPage.is_results_page)
        .join_from(AuditPage, AuditUrl, of_page)
        .where(AuditPage.audit_id == audit_id, AuditPage.is_html, AuditPage.truncated.is_(False))
    )
    return {
        compare: Known(indexable_before=open_ or no in missed, forms_before=tuple(forms.get(no, ())))
        for compare, no, open_ in rows
    }


def _published(session: Session, site_id: int) -> tuple[str, ...]:
    wanted = select(ContentItem.url).where(ContentItem.url.is_not(None), ContentItem.site_id == site_id)
    urls = session.scalars(wanted.where(ContentItem.status.in_(LIVE)).order_by(ContentItem.id))
    return tuple(dict.fromkeys(address for url in urls if url and (address := n1(url))))

"""Which content item a page is: by the compare form (N2) of the addresses it goes by.

docs/decisions/0031 says which of two claims wins, and why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from editorial.domain.statuses import Status
from editorial.store.audit import Audit, AuditPage, AuditUrl
from editorial.store.content import ContentItem

_PUT_AWAY = (Status.ARCHIVED, Status.REJECTED)
_OUT = (Status.PUBLISHED, Status.REFRESH_DUE)


@dataclass(frozen=True)
class Addresses:
    """Content items by the N2 of their page, and by what two spellings of one page have nearly in common."""

    exact: Mapping[str, int]
    near: Mapping[str, int] = field(default_factory=dict)
    """Only of spellings that one item alone has."""

    def of(self, requested: str, final: str | None, canonical: str | None) -> int | None:
        """The item of a page: its own address first, then where it leads, then what it says of itself."""
        for name in (requested, final, canonical):
            if name is not None and name in self.exact:
                return self.exact[name]
        return self.nearly(requested, final)

    def nearly(self, requested: str, final: str | None) -> int | None:
        """The item whose address differs in scheme, `www.` or a slash at its end alone."""
        names = (near(name) for name in (requested, final) if name is not None)
        return next((self.near[name] for name in names if name in self.near), None)


def near(address: str) -> str:
    """What is left of an N2 address without scheme, `www.` and the slash at the end of its path."""
    rest = address.partition("://")[2].removeprefix("www.")
    path, question, query = rest.partition("?")
    return path.rstrip("/") + question + query


def addresses(session: Session, site_id: int | None, names: Iterable[str] | None = None) -> Addresses:
    """Every item that has a page, or those at these addresses (N2).

    Of two items at one address the one that is out wins, then the one of this site, then what was published last.
    """
    ours: ColumnElement[int] = case((ContentItem.site_id == site_id, 1), else_=0)
    standing = case((ContentItem.status.in_(_OUT), 2), (ContentItem.status.in_(_PUT_AWAY), 0), else_=1)
    wanted = select(ContentItem.url_n2, ContentItem.id).where(ContentItem.url_n2.is_not(None))
    if names is not None:
        wanted = wanted.where(ContentItem.url_n2.in_(list(names)))
    published = ContentItem.published_at
    rows = session.execute(wanted.order_by(standing, ours, published.is_not(None), published, ContentItem.id))
    exact = {str(row.url_n2): row.id for row in rows}  # the last one at an address stays
    spellings: dict[str, list[int]] = {}
    for address, item in exact.items():
        spellings.setdefault(near(address), []).append(item)
    return Addresses(exact, {name: items[0] for name, items in spellings.items() if len(items) == 1})


def items_by_page(session: Session, audit: Audit) -> dict[str, int]:
    """Content item by the N2 of each page of an audit that is one."""
    known = addresses(session, audit.site_id)
    if not known.exact:
        return {}
    pages = session.execute(
        select(AuditUrl.n2, AuditPage.final_n2, AuditPage.canonical_n2)
        .join(AuditPage, and_(AuditPage.audit_id == AuditUrl.audit_id, AuditPage.no == AuditUrl.no))
        .where(AuditUrl.audit_id == audit.id)
        .order_by(AuditUrl.no)
    ).all()
    moved: dict[str, int] = {}  # where the addresses of items lead, which nobody has as their own
    for page in pages:
        if page.n2 in known.exact and page.final_n2 not in known.exact:
            moved.setdefault(page.final_n2, known.exact[page.n2])
    found: dict[str, int] = dict(moved)
    for page in pages:
        item = known.of(page.n2, page.final_n2, page.canonical_n2)
        if page.n2 in moved and page.n2 not in known.exact:
            item = moved[page.n2]
        elif item is None:
            item = moved.get(page.final_n2)
        if item is not None:
            found[page.n2] = item
    return found


def item_of(
    session: Session, site_id: int | None, requested: str, final: str | None, canonical: str | None
) -> int | None:
    """The item of one page by its addresses (N2), as an audit would join it."""
    names = [name for name in (requested, final, canonical) if name]
    spelled = [
        f"{scheme}://{www}{near(name)}{end}"
        for name in names
        for scheme in ("https", "http")
        for www in ("", "www.")
        for end in ("", "/")
    ]
    return addresses(session, site_id, {*names, *spelled}).of(requested, final, canonical)

"""The sites of the team: added and changed by people who may connect them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from editorial.domain.addresses import AllowList, may_connect, numeric_host, refusal
from editorial.domain.crawl_options import LISTS, OPTION_LIMITS, USUAL, CrawlOptions
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.names import clean_name
from editorial.domain.patterns import cleaned
from editorial.domain.slots import zone_named
from editorial.domain.urls import host_of, n1, netloc_of, origin_of, path_of
from editorial.services import comparable
from editorial.services.comparable import Line
from editorial.services.deps import Deps
from editorial.store import content, history
from editorial.store.audit import Audit
from editorial.store.content import ContentItem, Site

LONGEST_ADDRESS = 500
CRAWL_LIMITS: Mapping[str, tuple[float, float]] = {
    "crawl_rate": (0.05, 100),  # requests a second: one in 20 seconds is the slowest robots.txt asks for in practice
    "crawl_connections": (1, 16),
    "crawl_max_pages": (1, 1_000_000),
}
"""The least and the most that a site may ask for."""

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """What the site form asks for."""

    name: str
    base_url: str
    language: Language
    zone: str
    audit_weekday: int
    audit_time: time
    mail_time: time
    active: bool = True
    crawl_rate: float | None = None
    """Requests a second; None, here and below, is what the desk uses."""
    crawl_connections: int | None = None
    crawl_max_pages: int | None = None
    crawl: CrawlOptions = USUAL
    """The patterns as they were typed, a line each."""
    external_links: bool = True
    """Whether the targets of links to other sites are asked if they are there."""


@dataclass(frozen=True)
class SiteRow:
    """A site as the list shows it."""

    site: Site
    items: int
    scored: Audit | None
    """The audit whose score is the site's."""


class BadAddress(EditorialError):
    """What was typed is no address of a site."""

    def __init__(self, says: Message, hint: Message) -> None:
        super().__init__(says, hint=hint, field="base_url")


def overview(session: Session) -> Sequence[SiteRow]:
    """Every site with its pieces and the audit its score is from; those in use first, by name."""
    counts: dict[int | None, int] = dict(
        session.execute(select(ContentItem.site_id, func.count()).group_by(ContentItem.site_id)).all()
    )
    sites = session.scalars(select(Site).order_by(Site.active.desc(), Site.name, Site.id)).all()
    lines = comparable.lines_of(session, [site.id for site in sites])
    return [SiteRow(site, counts.get(site.id, 0), lines.get(site.id, Line()).last) for site in sites]


def add_site(session: Session, deps: Deps, actor_id: int, wanted: Wanted) -> Site:
    """Add a site. The caller commits."""
    values = _checked(session, deps, wanted, besides=None)

    site = Site(created_at=deps.now(), **values)
    session.add(site)
    session.flush()
    history.record(
        session,
        at=deps.now(),
        actor_id=actor_id,
        action="site.added",
        entity="site",
        entity_id=site.id,
        after=_as_json(site),
    )
    return site


def change_site(session: Session, deps: Deps, actor_id: int, site_id: int, *, version: int, wanted: Wanted) -> Site:
    """Save what the form says. The caller commits.

    Args:
        version: of the site when the form was shown.

    Raises:
        StaleVersion: somebody saved it in the meantime.
    """
    site = content.get_site(session, site_id)
    values = _checked(session, deps, wanted, besides=site_id)
    if site.version != version:
        raise StaleVersion(
            Message(N_("Somebody else saved this site while you were editing.")),
            hint=Message(N_("Below stands what is saved now. Save again to put yours in its place.")),
        )
    before = _as_json(site)

    for name, value in values.items():
        setattr(site, name, value)
    session.flush()
    history.record(
        session,
        at=deps.now(),
        actor_id=actor_id,
        action="site.changed",
        entity="site",
        entity_id=site.id,
        before=before,
        after=_as_json(site),
    )
    return site


def wanted_of(site: Site) -> Wanted:
    """What a site asks for as it stands."""
    return Wanted(
        name=site.name,
        base_url=site.base_url,
        language=site.language,
        zone=site.zone,
        audit_weekday=site.audit_weekday,
        audit_time=time.fromisoformat(site.audit_time),
        mail_time=time.fromisoformat(site.mail_time),
        active=site.active,
        crawl_rate=site.crawl_rate,
        crawl_connections=site.crawl_connections,
        crawl_max_pages=site.crawl_max_pages,
        crawl=CrawlOptions.from_json(site.crawl_options),
        external_links=site.external_links,
    )


def clean_address(typed: str, allow: AllowList) -> str:
    """The address of a site in N1 form with a trailing slash, or a refusal that says how to mend it."""
    text = typed.strip()
    if "://" not in text and not text.startswith(("mailto:", "javascript:", "data:")):
        text = f"https://{text}"
    url = n1(text)
    if url is None or " " in text or not _is_host(host_of(url)):
        raise BadAddress(
            Message(N_("“%(address)s” is not the address of a website."), {"address": typed.strip()[:80]}),
            Message(N_("It looks like https://www.company.com/.")),
        )
    if netloc_of(url) != origin_of(url).partition("://")[2]:
        raise BadAddress(
            Message(N_("The address has a user name or a password in it.")),
            Message(N_("Leave out what stands before the @.")),
        )
    if "?" in url or "#" in text:
        raise BadAddress(
            Message(N_("The address of a site ends with its path.")),
            Message(N_("Leave out everything from ? or # on.")),
        )
    if not url.endswith("/"):
        url += "/"
    if len(url) > LONGEST_ADDRESS:
        raise BadAddress(
            Message(N_("This is too long by %(count)s characters."), {"count": len(url) - LONGEST_ADDRESS}),
            Message(N_("Shorten it.")),
        )
    _refuse_private(host_of(url), allow)
    return url


def _is_host(host: str) -> bool:
    return "." in host.strip(".") or ":" in host or host == "localhost"


def _refuse_private(host: str, allow: AllowList) -> None:
    """A typed address inside a private network is refused here; a name that leads there, when it is connected to."""
    address = host if ":" in host else numeric_host(host)
    if host == "localhost" or host.endswith(".localhost"):
        address = "127.0.0.1"
    if address is not None and not may_connect(address, allow, host=host):
        raise BadAddress(refusal(host), Message(N_("Whoever runs this desk can open it with EDITORIAL_ALLOW_PRIVATE.")))


class _Faults:
    """What is wrong with a form: every field is looked at before anything is refused."""

    def __init__(self) -> None:
        self._found: list[EditorialError] = []

    def of(self, check: Callable[..., T], *arguments: object) -> T | None:
        """What a check makes of a field; None where it refuses it."""
        try:
            return check(*arguments)
        except EditorialError as error:
            self._found.append(error)
            return None

    def refuse(self) -> None:
        """Raise the first, with the others, if there is one."""
        if self._found:
            first, *others = self._found
            first.others = tuple(others)
            raise first


def _checked(session: Session, deps: Deps, wanted: Wanted, *, besides: int | None) -> dict[str, object]:
    faults = _Faults()
    values: dict[str, object] = {
        "name": faults.of(clean_name, wanted.name),
        "base_url": faults.of(_own_address, session, deps, wanted.base_url, besides),
        "zone": faults.of(lambda: zone_named(wanted.zone).key),
        "audit_weekday": faults.of(_weekday, wanted.audit_weekday),
        **{name: faults.of(_within, name, getattr(wanted, name)) for name in CRAWL_LIMITS},
    }
    for name, bounds in OPTION_LIMITS.items():
        faults.of(_within, f"crawl_{name}", getattr(wanted.crawl, name), bounds)
    include, exclude = (faults.of(cleaned, getattr(wanted.crawl, name), f"crawl_{name}") for name in LISTS)
    faults.refuse()
    crawl = replace(wanted.crawl, include=include or (), exclude=exclude or ())
    return {
        **values,
        "crawl_options": crawl.as_json(),
        "language": wanted.language,
        "audit_time": f"{wanted.audit_time:%H:%M}",
        "mail_time": f"{wanted.mail_time:%H:%M}",
        "external_links": wanted.external_links,
        "active": wanted.active,
    }


def _own_address(session: Session, deps: Deps, typed: str, besides: int | None) -> str:
    """The address in its clean form, which no other site has."""
    url = clean_address(typed, AllowList.of(deps.config.private_networks))
    taken = session.scalar(select(Site).where(Site.base_url == url))
    if taken is not None and taken.id != besides:
        raise BadAddress(
            Message(N_("“%(site)s” has this address already."), {"site": taken.name}),
            Message(N_("Change that site, or give another address.")),
        )
    return url


def _weekday(number: int) -> int:
    if not 0 <= number <= 6:
        raise EditorialError(
            Message(N_("There is no such day.")), hint=Message(N_("Choose one from the list.")), field="audit_weekday"
        )
    return number


def _within(name: str, value: float | None, bounds: tuple[float, float] | None = None) -> float | None:
    least, most = bounds or CRAWL_LIMITS[name]
    if value is not None and not least <= value <= most:
        raise EditorialError(
            Message(N_("This number is outside what is allowed.")),
            hint=Message(
                N_("Write one from %(least)s to %(most)s, or leave it empty."), {"least": least, "most": most}
            ),
            field=name,
        )
    return value


def _as_json(site: Site) -> dict[str, object]:
    return {
        "name": site.name,
        "base_url": site.base_url,
        "language": site.language.value,
        "zone": site.zone,
        "audit_weekday": site.audit_weekday,
        "audit_time": site.audit_time,
        "mail_time": site.mail_time,
        "crawl_rate": site.crawl_rate,
        "crawl_connections": site.crawl_connections,
        "crawl_max_pages": site.crawl_max_pages,
        "crawl_options": site.crawl_options,
        "external_links": site.external_links,
        "active": site.active,
    }


def path_shown(site: Site) -> str:
    """The address as people write it: without the scheme and a lone slash."""
    return netloc_of(site.base_url) + path_of(site.base_url).rstrip("/")

"""One site: where it lies, when it is audited, and how it is crawled, which programs may change."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Annotated, Any

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from editorial.domain.crawl_options import LISTS, CrawlOptions
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.locales import Language
from editorial.domain.people import Permission
from editorial.services import sites
from editorial.services.sites import CRAWL_LIMITS
from editorial.store import content
from editorial.store.base import reading
from editorial.store.content import Site
from editorial.web.api.contract import ONE_LINE, Given, Id, Shown, operation
from editorial.web.api.errors import WithSides
from editorial.web.context import deps, person

bp = Blueprint("one_site", __name__)

Lines = Annotated[list[Annotated[str, Field(max_length=2000), ONE_LINE]], Field(max_length=500)]
_CRAWL = "crawl_"
_OWN = tuple(name.removeprefix(_CRAWL) for name in CRAWL_LIMITS)  # columns of the site; the others are one column
_OPTIONS = tuple(option.name for option in fields(CrawlOptions))


class CrawlShown(Shown):
    """How a site is crawled. A number that is null is what the desk uses."""

    rate: float | None
    """Requests a second to one host."""
    connections: int | None
    max_pages: int | None
    include: list[str]
    """Only pages like these: a path with * for anything, or re: and a regular expression."""
    exclude: list[str]
    """No pages like these; wins over `include`."""
    subdomains: bool
    only_path: bool
    """Only pages below the path of the address."""
    follow_nofollow: bool
    conditional: bool
    """Whether pages that did not change since the last audit are left unsent."""
    max_depth: int | None
    """Clicks from the first page."""
    max_folder: int | None
    max_queries: int | None
    max_hours: int | None
    max_megabytes: int | None


class SiteShown(Shown):
    """A site with its settings."""

    id: int
    version: int
    name: str
    base_url: str
    language: Language
    zone: str
    active: bool
    audit_weekday: int
    """0 is Monday."""
    audit_time: str
    """By the clocks of its zone, as are all times here."""
    mail_time: str
    external_links: bool
    """Whether the targets of links to other sites are asked if they are there."""
    crawl: CrawlShown


class CrawlGiven(Given):
    """What is to be changed of the crawl; what is left out stays as it is, and null is what the desk uses."""

    rate: float | None = None
    connections: int | None = None
    max_pages: int | None = None
    include: Lines = Field(default_factory=list)
    exclude: Lines = Field(default_factory=list)
    subdomains: bool = False
    only_path: bool = False
    follow_nofollow: bool = False
    conditional: bool = True
    max_depth: int | None = None
    max_folder: int | None = None
    max_queries: int | None = None
    max_hours: int | None = None
    max_megabytes: int | None = None


class SitePatch(Given):
    """What is to be changed; what is left out stays as it is."""

    version: Id
    external_links: bool = True
    crawl: CrawlGiven = Field(default_factory=CrawlGiven)


@bp.get("/sites/<int:site_id>")
@operation(Permission.READ, "Read a site and how it is crawled.", SiteShown)
def site_one(site_id: int) -> SiteShown:
    """One site."""
    with reading(deps().sessions) as session:
        return _shown(content.get_site(session, site_id))


@bp.patch("/sites/<int:site_id>")
@operation(Permission.MANAGE_CHANNELS, "Change how a site is crawled.", SiteShown, body=SitePatch)
def site_changed(site_id: int, body: SitePatch) -> SiteShown:
    """Some of the settings of a site. The next audit follows them; one that runs goes on as it began."""
    try:
        with deps().sessions.begin() as session:
            return _shown(_change(session, site_id, body))
    except StaleVersion as error:
        with reading(deps().sessions) as session:
            theirs = _shown(content.get_site(session, site_id)).model_dump(mode="json")
        yours = body.model_dump(mode="json", exclude_unset=True)
        raise WithSides(error, yours=yours, theirs=_only(theirs, yours)) from error
    except EditorialError as error:
        if error.field and error.field.startswith(_CRAWL):
            error.field = f"crawl.{error.field.removeprefix(_CRAWL)}"
        raise


def _change(session: Session, site_id: int, body: SitePatch) -> Site:
    wanted = sites.wanted_of(content.get_site(session, site_id))
    sent = {name: getattr(body.crawl, name) for name in body.crawl.model_fields_set}
    options: dict[str, Any] = {
        name: tuple(value) if name in LISTS else value for name, value in sent.items() if name in _OPTIONS
    }
    changes: dict[str, Any] = {_CRAWL + name: value for name, value in sent.items() if name in _OWN}
    if "external_links" in body.model_fields_set:
        changes["external_links"] = body.external_links
    wanted = replace(wanted, crawl=replace(wanted.crawl, **options), **changes)
    return sites.change_site(session, deps(), person().id, site_id, version=body.version, wanted=wanted)


def _only(theirs: Mapping[str, Any], yours: Mapping[str, Any]) -> dict[str, Any]:
    """Of what is there, what was to be changed."""
    return {
        name: _only(theirs[name], value) if isinstance(value, dict) else theirs[name] for name, value in yours.items()
    }


def _shown(site: Site) -> SiteShown:
    options = CrawlOptions.from_json(site.crawl_options)
    return SiteShown(
        id=site.id,
        version=site.version,
        name=site.name,
        base_url=site.base_url,
        language=site.language,
        zone=site.zone,
        active=site.active,
        audit_weekday=site.audit_weekday,
        audit_time=site.audit_time,
        mail_time=site.mail_time,
        external_links=site.external_links,
        crawl=CrawlShown(
            **{name: getattr(site, _CRAWL + name) for name in _OWN},
            **{name: list(value) if name in LISTS else value for name, value in vars(options).items()},
        ),
    )

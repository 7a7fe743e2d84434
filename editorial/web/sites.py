"""The sites: a list, and a form for one."""

from datetime import time

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.crawl_options import LISTS, OPTION_LIMITS, CrawlOptions
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import sites
from editorial.services.sites import CRAWL_LIMITS, Wanted
from editorial.store import content
from editorial.store.base import reading
from editorial.store.content import Site
from editorial.store.people import workspace
from editorial.web.context import catalog, deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.zones import zone_groups

bp = Blueprint("sites", __name__)
FIELDS = ("name", "base_url", "language", "zone", "audit_weekday", "audit_time", "mail_time", *CRAWL_LIMITS)
OPTION_FIELDS = tuple(f"crawl_{name}" for name in (*LISTS, *OPTION_LIMITS))
CRAWL_SWITCHES = ("subdomains", "only_path", "follow_nofollow")
PAGE_FIELDS = tuple(f"crawl_{name}" for name in (*LISTS, *CRAWL_SWITCHES, "whole"))
LIMIT_FIELDS = tuple(f"crawl_{name}" for name in OPTION_LIMITS)


@bp.get("/sites")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """Every site, when it is audited, and how it fared."""
    with reading(deps().sessions) as session:
        rows = sites.overview(session)
    return render_template("sites/overview.html", rows=rows, weekdays=_weekdays(), shown=sites.path_shown)


@bp.get("/sites/new")
@requires(Permission.MANAGE_CHANNELS)
def new() -> ResponseReturnValue:
    """An empty form, with what is most likely filled in."""
    with reading(deps().sessions) as session:
        desk = workspace(session)
    return _page(
        Form(
            {
                "language": (desk or person()).language.value,
                "zone": (desk or person()).zone,
                "audit_weekday": "0",
                "audit_time": "05:00",
                "mail_time": "08:00",
                "external_links": "on",
                "active": "on",
            }
        ),
        None,
    )


@bp.post("/sites")
@requires(Permission.MANAGE_CHANNELS)
def add() -> ResponseReturnValue:
    """Add a site."""
    form = Form(request.form)
    wanted = _read(form)
    if wanted is not None:
        try:
            with deps().sessions.begin() as session:
                site = sites.add_site(session, deps(), person().id, wanted)
        except EditorialError as error:  # outside the transaction, so nothing half-done is saved
            form.reject(error)
        else:
            flash(say(Message(N_("“%(site)s” is added."), {"site": site.name})))
            return redirect(url_for("sites.overview"))
    return _page(form, None), 422


@bp.get("/sites/<int:site_id>")
@requires(Permission.MANAGE_CHANNELS)
def edit(site_id: int) -> ResponseReturnValue:
    """The form of one site."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
    return _page(Form(_typed(site)), site)


@bp.post("/sites/<int:site_id>")
@requires(Permission.MANAGE_CHANNELS)
def change(site_id: int) -> ResponseReturnValue:
    """Save one site."""
    form = Form(request.form)
    wanted, version = _read(form), form.number("version")
    status = 422
    if wanted is not None and version is not None:
        try:
            with deps().sessions.begin() as session:
                site = sites.change_site(session, deps(), person().id, site_id, version=version, wanted=wanted)
        except EditorialError as error:
            status = error.http_status
            form.reject(error)
        else:
            flash(say(Message(N_("“%(site)s” is saved."), {"site": site.name})))
            return redirect(url_for("sites.overview"))
    with reading(deps().sessions) as session:
        saved = content.get_site(session, site_id)
    if status == StaleVersion.http_status:
        form.typed = {**form.typed, "version": str(saved.version)}
    return _page(form, saved, stale=status == StaleVersion.http_status), status


def _read(form: Form) -> Wanted | None:
    """What the form says, or None with the errors beside their fields."""
    language = form.choice("language", Language)
    weekday = form.number("audit_weekday")
    audit_time, mail_time = form.clock("audit_time"), form.clock("mail_time")
    wanted = Wanted(
        name=form.line("name", longest=120),
        base_url=form.line("base_url", longest=2000),
        language=language or person().language,
        zone=form.line("zone", longest=64),
        audit_weekday=weekday if weekday is not None else 0,
        audit_time=audit_time or time(5),
        mail_time=mail_time or time(8),
        active="active" in form.typed,
        crawl_rate=form.decimal("crawl_rate"),
        crawl_connections=form.number("crawl_connections"),
        crawl_max_pages=form.number("crawl_max_pages"),
        external_links="external_links" in form.typed,
        crawl=_read_crawl(form),
    )
    return wanted if form.ok else None


def _read_crawl(form: Form) -> CrawlOptions:
    """What of the site is looked at; `crawl_whole` is ticked where nothing is to be taken over from the last audit."""
    return CrawlOptions.from_json(
        {
            **{name: form.text(f"crawl_{name}", longest=30_000).splitlines() for name in LISTS},
            **{name: form.number(f"crawl_{name}") for name in OPTION_LIMITS},
            **{name: f"crawl_{name}" in form.typed for name in CRAWL_SWITCHES},
            "conditional": "crawl_whole" not in form.typed,
        }
    )


def _typed_crawl(crawl: CrawlOptions) -> dict[str, str]:
    ticked = {name: getattr(crawl, name) for name in CRAWL_SWITCHES} | {"whole": not crawl.conditional}
    return {
        **{f"crawl_{name}": "\n".join(getattr(crawl, name)) for name in LISTS},
        **{f"crawl_{name}": _number(getattr(crawl, name)) for name in OPTION_LIMITS},
        **{f"crawl_{name}": "on" for name, value in ticked.items() if value},
    }


def _typed(site: Site) -> dict[str, str]:
    return {
        **_typed_crawl(CrawlOptions.from_json(site.crawl_options)),
        "name": site.name,
        "base_url": site.base_url,
        "language": site.language.value,
        "zone": site.zone,
        "audit_weekday": str(site.audit_weekday),
        "audit_time": site.audit_time,
        "mail_time": site.mail_time,
        **{name: _number(getattr(site, name)) for name in CRAWL_LIMITS},
        "external_links": "on" if site.external_links else "",
        "active": "on" if site.active else "",
        "version": str(site.version),
    }


def _number(value: float | None) -> str:
    return "" if value is None else str(int(value)) if value == int(value) else str(value)


def _page(form: Form, site: Site | None, *, stale: bool = False) -> str:
    saved = _typed(site) if site is not None else {}
    theirs = {
        name: saved[name] for name in (*FIELDS, *OPTION_FIELDS) if stale and saved[name] != form.typed.get(name, "")
    }
    return render_template(
        "sites/site.html",
        form=form,
        site=site,
        zones=zone_groups(),
        weekdays=_weekdays(),
        theirs=theirs,
        pages_open=any(form.typed.get(name) for name in PAGE_FIELDS),
        limits_open=any(form.typed.get(name) for name in LIMIT_FIELDS),
        usual=deps().config,
    )


def _weekdays() -> list[tuple[int, str]]:
    """0 is Monday, as the reader's language calls it."""
    return sorted(get_day_names("wide", locale=catalog().locale).items())

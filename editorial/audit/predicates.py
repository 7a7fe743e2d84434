"""What many rules ask of a page first. Nearly every false alarm of an SEO tool comes from skipping one of these."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache, wraps
from typing import TypeVar

from editorial.audit.codes import LANGUAGES
from editorial.audit.dates import instant
from editorial.audit.facts import Alternate, Canonical, PageFacts, RobotsDirective
from editorial.audit.rule import ALL_ENGINES, Engine
from editorial.domain.addresses import is_public
from editorial.domain.urls import n1, n2, path_of

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
ENGINE_NAMES = {Engine.GOOGLE: "Google", Engine.BING: "Bing", Engine.BAIDU: "Baidu"}

AT_ONCE = 5  # seconds; a meta refresh up to here is a redirect
LOCAL_ENDINGS = (".localhost", ".localdomain", ".local", ".test", ".internal")
HOMES = frozenset(
    {"", "home", "main", "amp"}
    | {f"{name}.{ending}" for name in ("index", "default", "home") for ending in ("html", "htm", "php", "asp", "aspx")}
)

_LANGUAGE_FOLDER = re.compile(r"[a-z]{2}(?:[-_](?:[a-z]{2}|[a-z]{4}))?")
_REFRESH = re.compile(
    r"[ \t\n\f\r]*(?:([0-9]+)|(?=\.))[0-9.]*(?:[ \t\n\f\r]*+[;,]|[ \t\n\f\r]|\Z)[ \t\n\f\r]*"
    r"(?:url[ \t\n\f\r]*=[ \t\n\f\r]*)?(?:\"([^\"]*).*|'([^']*).*|(.*))",
    re.IGNORECASE | re.DOTALL,
)
_LATER_PAGE = re.compile(r"(?:[?&](?:page|paged|pageno|page_no|pagenum|pg)=|/page[/-])0*(?:[2-9]|[1-9]\d+)(?:$|[/&?])")


Answer = TypeVar("Answer")


def once_a_page(ask: Callable[[PageFacts], Answer]) -> Callable[[PageFacts], Answer]:
    """Remember the answer about the last page: rule after rule asks the same of it."""
    last: tuple[PageFacts, Answer] | None = None  # one tuple, so that threads see both or none

    @wraps(ask)
    def asked(page: PageFacts) -> Answer:
        nonlocal last
        known = last
        if known is None or known[0] is not page:
            last = known = (page, ask(page))
        return known[1]

    return asked


class CanonState(StrEnum):
    """What a page's canonicals add up to."""

    NONE = "none"
    SELF = "self"
    OTHER = "other"
    CONFLICT = "conflict"
    INVALID = "invalid"


def is_html_page(page: PageFacts) -> bool:
    """The page answered 200 with HTML that is not empty, and no bot check stands in its place.

    A body cut by our own limit is the engine's to answer for.
    """
    if page.error or page.status != 200 or page.challenge:
        return False
    return page.media_type in HTML_TYPES and page.body_bytes > 0


def directives(page: PageFacts, engine: Engine) -> frozenset[str]:
    """Robots directives for one engine, meta and header together; `none` stands for noindex and nofollow."""
    return directives_for(page, engine.agent)


def directives_for(page: PageFacts, *tokens: str) -> frozenset[str]:
    """Robots directives for everyone and for these product tokens; without a token for everyone alone."""
    names: set[str] = set()
    for directive in page.robots:
        if directive.agent and directive.agent not in tokens:
            continue
        if directive.name == "none":
            names.update(("noindex", "nofollow"))
        elif directive.name == "unavailable_after":
            if _is_past(directive.value, page):
                names.add("noindex")
        else:
            names.add(directive.name)
    return frozenset(names)


def closes(directive: RobotsDirective, page: PageFacts) -> bool:
    """Whether this directive keeps the page out of the index of whom it speaks to."""
    if directive.name == "unavailable_after":
        return _is_past(directive.value, page)
    return directive.name in ("noindex", "none")


def noindex_engines(page: PageFacts) -> tuple[Engine, ...]:
    """The engines that are told not to index the page."""
    return tuple(engine for engine in Engine if "noindex" in directives(page, engine))


def is_blocked(page: PageFacts, engine: Engine) -> bool:
    """True where robots.txt keeps the engine from the page, as far as that was looked up."""
    for verdict in page.robots_txt:  # noqa: SIM110 -- a generator costs five times the loop, for every rule
        if not verdict.allowed and verdict.agent == engine.agent:
            return True
    return False


def counted_canonicals(page: PageFacts) -> tuple[Canonical, ...]:
    """Those that engines heed: in the head and in the header, with a target."""
    return tuple(found for found in page.canonicals if found.where != "body" and found.target is not None)


def counted_alternates(page: PageFacts) -> tuple[Alternate, ...]:
    """The hreflang entries that engines heed: in the head and in the header."""
    return tuple(found for found in page.alternates if found.where != "body")


@once_a_page
def canon_state(page: PageFacts) -> CanonState:
    """None, self, other, conflict or invalid; targets are compared in N2."""
    heeded = [found for found in page.canonicals if found.where != "body"]
    if not heeded:
        return CanonState.NONE
    targets = {n2(found.target) for found in heeded if found.target is not None}
    if not targets:
        return CanonState.INVALID
    if len(targets) > 1:
        return CanonState.CONFLICT
    return CanonState.SELF if targets == {n2(page.final_url)} else CanonState.OTHER


def is_indexable(page: PageFacts, engine: Engine) -> bool:
    """The engine may show this page: HTML, not noindex, not blocked, not canonicalised to another."""
    return (
        is_html_page(page)
        and "noindex" not in directives(page, engine)
        and not is_blocked(page, engine)
        and canon_state(page) is not CanonState.OTHER
    )


def blocked_engines(page: PageFacts) -> tuple[Engine, ...]:
    """The engines that robots.txt keeps from the page, as far as that was looked up."""
    return tuple(engine for engine in Engine if is_blocked(page, engine))


def is_home(url: str) -> bool:
    """The first page of a site, or of one of its languages: `/`, `/index.html`, `/en/`, `/zh-CN`."""
    path = path_of(url).partition("?")[0].lower().strip("/")
    if path in HOMES:
        return True
    first, _, file = path.partition("/")
    return _LANGUAGE_FOLDER.fullmatch(first) is not None and first[:2] in LANGUAGES and file in HOMES


@lru_cache(maxsize=1024)
def is_local(host: str) -> bool:
    """localhost, private and loopback addresses, and names that no public resolver knows."""
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith(LOCAL_ENDINGS):
        return True
    is_number = ":" in host or host.rpartition(".")[2].isdigit()
    return is_number and not is_public(host)


@once_a_page
def refreshed_to(page: PageFacts) -> str | None:
    """Where a meta refresh leads within seconds (N1), or None; one that reloads its own page leads nowhere."""
    found = refresh_of(page.refresh or "")
    if found is None or found[0] > AT_ONCE:
        return None
    target = n1(found[1], page.final_url)
    return target if target is not None and n2(target) != n2(page.final_url) else None


def refresh_of(content: str) -> tuple[int, str] | None:
    """Whole seconds and address of a meta refresh; the address is empty where the page itself is loaded again.

    Source: html.spec.whatwg.org, "shared declarative refresh steps": a full stop may follow or replace the digits, a
    space may stand for the semicolon, and a quotation mark that was opened ends the address.
    """
    found = _REFRESH.match(content)
    if found is None:
        return None
    return int((found[1] or "0")[:9]), found[2] or found[3] or found[4] or ""


def is_later_page(page: PageFacts) -> bool:
    """Page two or later of a list, by its address."""
    return _LATER_PAGE.search(page.final_url) is not None


@once_a_page
def is_results_page(page: PageFacts) -> bool:
    """May stand on a results page: indexable for an engine, no later page of a list, no login or thank-you page.

    A page that leads elsewhere at once is a redirect; its target stands there.
    """
    if page.known.utility or is_later_page(page) or refreshed_to(page) is not None:
        return False
    return any(is_indexable(page, engine) for engine in ALL_ENGINES)


def _is_past(date: str, page: PageFacts) -> bool:
    """True where a date lies before the answer's own Date header; False where either cannot be read."""
    sent = next((value for name, value in page.headers if name == "date"), "")
    until, now = instant(date), instant(sent)
    return until is not None and now is not None and until < now

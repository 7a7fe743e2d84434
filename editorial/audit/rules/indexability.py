"""May the page be indexed, and was that meant?"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from editorial.audit.facts import PageFacts, RobotsDirective
from editorial.audit.predicates import (
    ENGINE_NAMES,
    blocked_engines,
    closes,
    directives,
    is_html_page,
    noindex_engines,
)
from editorial.audit.rule import ALL_ENGINES, Engine, Failure, Need, Params, Severity, page_rule
from editorial.domain.messages import N_

ROBOTS_META = "https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag"


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.NOTICE,
    title=N_("Page closed to search engines"),
    says=N_("This page asks %(engines)s not to index it."),
    why=N_("The page will not be found by searching. That is right for a thank-you page and wrong for content."),
    fix=N_("If the page should be found, remove noindex from its robots meta tag and from the X-Robots-Tag header."),
    source=ROBOTS_META,
    applies=is_html_page,
    needs=frozenset({Need.BODY, Need.HEADERS}),
    caps=True,
)
def noindex_page(page: PageFacts, _: Params) -> Iterator[Failure]:
    """An error where the page is planned as published, stands in the sitemap, or was indexable before."""
    engines = noindex_engines(page)
    if not engines:
        return
    unmeant = page.known.published or page.known.in_sitemap or page.known.indexable_before
    yield Failure(
        "noindex",
        {"engines": [ENGINE_NAMES[engine] for engine in engines]},
        _closing(page, engines),
        Severity.ERROR if unmeant else None,
    )


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.ERROR,
    title=N_("Page newly closed to search engines"),
    says=N_("The page could be found by searching at the last audit; now it asks %(engines)s not to index it."),
    why=N_("It drops out of the results within days. Often a setting of the test site came along with a release."),
    fix=N_("Remove noindex from the robots meta tag and the X-Robots-Tag header, or mute this if it is meant."),
    source=ROBOTS_META,
    applies=is_html_page,
    needs=frozenset({Need.BODY, Need.HEADERS, Need.HISTORY}),
    caps=True,
)
def noindex_regression(page: PageFacts, _: Params) -> Iterator[Failure]:
    """For every engine: who closes a page to one of them alone means it. It lasts until the page is open again."""
    engines = noindex_engines(page)
    if page.known.indexable_before and len(engines) == len(ALL_ENGINES):
        named = [ENGINE_NAMES[engine] for engine in engines]
        yield Failure("noindex", {"engines": named}, _closing(page, engines))


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.NOTICE,
    title=N_("Blocked by robots.txt"),
    says=N_("robots.txt keeps %(engines)s from this page."),
    why=N_("Search engines do not read the page. That is right for a shopping cart and wrong for content."),
    fix=N_("If the page should be found, take out or narrow the line of robots.txt that is shown."),
    source="https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt",
    applies=lambda page: is_html_page(page) or page.error == "robots",
    needs=frozenset({Need.ROBOTS}),
    caps=True,
)
def blocked_by_robots(page: PageFacts, _: Params) -> Iterator[Failure]:
    """By the engine's product token. An error where the page is planned as published or stands in the sitemap."""
    engines = blocked_engines(page)
    if engines:
        unmeant = page.known.published or page.known.in_sitemap
        agents = {engine.agent for engine in engines}
        lines = dict.fromkeys(found.line for found in page.robots_txt if found.agent in agents and not found.allowed)
        named = [ENGINE_NAMES[engine] for engine in engines]
        severity = Severity.ERROR if unmeant else None
        yield Failure("robots", {"engines": named}, tuple(line[:200] for line in lines if line), severity)


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.WARNING,
    title=N_("Robots directives contradict each other"),
    says=N_("The page says %(directives)s at once."),
    why=N_("The stricter one wins, often against what was meant."),
    fix=N_("Say it once: in the robots meta tag or in the X-Robots-Tag header."),
    source=ROBOTS_META,
    applies=lambda page: is_html_page(page) and bool(page.robots),
    needs=frozenset({Need.BODY, Need.HEADERS}),
)
def robots_meta_conflict(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Across meta and header, everyone and one engine. `all` contradicts nothing, and a date that passed is no slip."""
    written = replace(page, robots=tuple(found for found in page.robots if found.name != "unavailable_after"))
    for allowed, refused in (("index", "noindex"), ("follow", "nofollow")):
        engines = [engine for engine in Engine if {allowed, refused} <= directives(written, engine)]
        if engines:
            said = (found for found in _said_to(page, engines) if found.name in (allowed, refused, "none"))
            yield Failure(allowed, {"directives": f"{allowed}, {refused}"}, tuple(map(_shown, said))[:10])


def _said_to(page: PageFacts, engines: Collection[Engine]) -> Iterator[RobotsDirective]:
    """What is said to everyone or to one of these engines."""
    heard = {"", *(engine.agent for engine in engines)}
    return (found for found in page.robots if found.agent in heard)


def _closing(page: PageFacts, engines: Collection[Engine]) -> tuple[str, ...]:
    """The directives that close the page to these engines."""
    said = (found for found in _said_to(page, engines) if closes(found, page))
    return tuple(map(_shown, said))[:10]


def _shown(found: RobotsDirective) -> str:
    value = f"{found.name}: {found.value}" if found.value else found.name
    if found.where == "header":
        return f"X-Robots-Tag: {found.agent + ': ' if found.agent else ''}{value}"
    return f'<meta name="{found.agent or "robots"}" content="{value}">'

"""May the page be indexed, and was that meant?"""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts, RobotsDirective
from editorial.audit.predicates import ENGINE_NAMES, directives, is_html_page, noindex_engines
from editorial.audit.rule import Engine, Failure, Need, Params, Severity, page_rule
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
        {"engines": ", ".join(ENGINE_NAMES[engine] for engine in engines)},
        tuple(_shown(found) for found in page.robots if found.name in ("noindex", "none", "unavailable_after"))[:10],
        Severity.ERROR if unmeant else None,
    )


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
    """Across meta and header, everyone and one engine. `all` contradicts nothing."""
    for allowed, refused in (("index", "noindex"), ("follow", "nofollow")):
        if any({allowed, refused} <= directives(page, engine) for engine in Engine):
            said = tuple(_shown(found) for found in page.robots if found.name in (allowed, refused, "none"))
            yield Failure(allowed, {"directives": f"{allowed}, {refused}"}, said[:10])


def _shown(found: RobotsDirective) -> str:
    value = f"{found.name}: {found.value}" if found.value else found.name
    if found.where == "header":
        return f"X-Robots-Tag: {found.agent + ': ' if found.agent else ''}{value}"
    return f'<meta name="{found.agent or "robots"}" content="{value}">'

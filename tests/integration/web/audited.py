"""A site and its audits for tests of pages: real rules, real storage and verdicts, no network."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from editorial.audit.crawl.records import (
    Batch,
    CrawlEnd,
    FileRow,
    Gather,
    Judge,
    LinkRow,
    PageRow,
    StopReason,
    UrlRow,
    packed,
)
from editorial.audit.facts import Charset, Heading, Image, MainText, PageFacts, PlacedText, Response
from editorial.audit.gather import gather
from editorial.audit.rulebook import ruleset_version
from editorial.audit.rules import PAGE_RULES
from editorial.domain.locales import Language
from editorial.domain.urls import n2, scope_of
from editorial.services import auditing, verdicts
from editorial.services.audit_storage import AuditSink
from editorial.services.deps import Deps
from editorial.store import audit as store
from editorial.store.audit import AuditStructure, AuditTrigger, AuditUrl
from editorial.store.content import Site

BASE = "https://northgauge.example/"


def add_site(deps: Deps, name: str = "northgauge.example", base_url: str = BASE) -> int:
    """A site that is audited."""
    with deps.sessions.begin() as session:
        site = Site(name=name, base_url=base_url, language=Language.EN, zone="Asia/Shanghai", created_at=deps.now())
        session.add(site)
        session.flush()
        return site.id


def good(path: str) -> PageFacts:
    """A page that no rule objects to."""
    url = BASE + path
    return PageFacts(
        url=url,
        final_url=url,
        status=200,
        media_type="text/html",
        elapsed_ms=412,
        body_bytes=18_400,
        html_lang="en",
        charset=Charset("utf-8", "header", "utf-8", "utf-8", 0, 0),
        viewports=("width=device-width, initial-scale=1",),
        titles=(PlacedText(f"How we price {path}, from the first talk to the last invoice", True),),
        descriptions=(PlacedText(f"What a machine costs, and why: {path}", True),),
        headings=(Heading(1, "How we price", False),),
        text=MainText(1086, 5000, 0, "latin", f"{hash(path) & (2**64 - 1):016x}", "How we price"),
    )


def untitled(path: str) -> PageFacts:
    """A page without a title."""
    return replace(good(path), titles=())


def with_images(path: str, count: int) -> PageFacts:
    """A page with images that have no alt text."""
    images = tuple(Image(f"/{n}.png", f"{BASE}{n}.png", None, "", False, 100, 100, False) for n in range(count))
    return replace(good(path), images=images)


def with_form(path: str, extra: str = "") -> PageFacts:
    """A page with a lead form that asks for an address, a company, and whatever `extra` adds."""
    html = (
        "<form id=demo action=/lead method=post><label>Work e-mail<input type=email name=email required></label>"
        f"<label>Company<input name=company></label>{extra}<a href=/privacy>Privacy</a><button>Ask for a demo</button>"
    )
    url = BASE + path
    seen = gather(Response(url, url, 200, (("Content-Type", "text/html; charset=utf-8"),), html.encode()))
    return replace(good(path), forms=seen.forms)


def unseen(path: str, error: str) -> PageFacts:
    """A page that gave no answer."""
    url = BASE + path
    return PageFacts(url=url, final_url=url, status=0, error=error)


def audit(
    deps: Deps,
    site_id: int,
    pages: Sequence[PageFacts],
    *,
    reason: StopReason = StopReason.COMPLETE,
    robots: bytes = b"",
    at: datetime | None = None,
    known: int | None = None,
    outside: Sequence[tuple[int, str]] = (),
) -> int:
    """Run an audit that sees these pages, judge it, and return its number. The first page links to the others.

    Of `known` pages, where those are not all. `outside`: numbers of pages, and what they link to on other sites.
    """
    when = at or deps.now()
    audit_id = crawl(deps, site_id, pages, robots=robots, at=when, outside=outside)
    first = 100_001  # numbers that no page has
    waiting = range(first, first + max(0, (known or 0) - len(pages)))
    with deps.sessions.begin() as session:
        session.add_all(
            AuditUrl(
                audit_id=audit_id, no=no, url=f"{BASE}more/{no}", n2=f"{BASE}more/{no}", internal=True, wanted=True
            )
            for no in waiting
        )
    end = CrawlEnd(reason, len(pages), known or len(pages), robots_read=True)
    verdicts.finish(deps.sessions, audit_id, deps.worker, end, lambda: when)
    return audit_id


def crawl(
    deps: Deps,
    site_id: int,
    pages: Sequence[PageFacts],
    *,
    at: datetime,
    robots: bytes = b"",
    outside: Sequence[tuple[int, str]] = (),
) -> int:
    """The same, up to the judgement."""
    when = at
    with deps.sessions.begin() as session:
        site = session.get_one(Site, site_id)
        audit_id = auditing.start_audit(session, site, AuditTrigger.SCHEDULE, when).id
    with deps.sessions.begin() as session:
        row = store.claim(session, when, deps.worker, audit_id)
        assert row is not None
        row.start_url = pages[0].url
        row.ruleset, row.rules = ruleset_version(), [rule.id for rule in PAGE_RULES]
    batch = Batch(files=[FileRow("robots", f"{BASE}robots.txt", 200, None, robots)])
    for no, facts in enumerate(pages, start=1):
        record, _ = Judge(_as_it_is(facts), PAGE_RULES, scope_of(BASE)).of(Response(facts.url, facts.url, facts.status))
        batch.urls.append(UrlRow(no, facts.url, n2(facts.url) or facts.url, True, True, 1))
        batch.pages.append(PageRow(no, record, packed(facts)))
    batch.links += [LinkRow(1, no, no, nofollow=False, text=f"To {no}") for no in range(2, len(pages) + 1)]
    numbers = {url: 1000 + place for place, url in enumerate(dict.fromkeys(url for _, url in outside))}
    batch.urls += [UrlRow(no, url, n2(url) or url, False, False, None) for url, no in numbers.items()]
    batch.links += [
        LinkRow(no, 1000 + place, numbers[url], nofollow=False, text="A source")
        for place, (no, url) in enumerate(outside)
    ]
    AuditSink(deps.sessions, audit_id, deps.worker, lambda: when).save(batch)
    return audit_id


def with_sitemap(deps: Deps, audit_id: int, both: int, crawl_only: int) -> int:
    """Let an audit have read a sitemap."""
    counts = {"both": both, "sitemap-only": 0, "crawl-only": crawl_only, "bad": 1}
    with deps.sessions.begin() as session:
        kept = session.get_one(AuditStructure, audit_id)
        read = {"read": 1, "named": both + 1, "counts": counts}
        kept.summary = kept.summary | {"sitemap": kept.summary["sitemap"] | read}
    return audit_id


def _as_it_is(facts: PageFacts) -> Gather:
    return lambda _: facts

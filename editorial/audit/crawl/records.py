"""What passes between the parts of a crawl: the plan, a page's record, what goes into the store, how it ended."""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import orjson

from editorial.audit import form_inventory
from editorial.audit.crawl.knowing import NOTHING_KNOWN
from editorial.audit.crawl.moves import move_of
from editorial.audit.crawl.named import NO_LINKS, Links, alternates_of, canonical_of, discovered_by, links_of
from editorial.audit.crawl.traps import MAX_QUERIES
from editorial.audit.engine import judge
from editorial.audit.facts import Known, PageFacts, Response
from editorial.audit.form_memory import expected
from editorial.audit.gather.text import fold
from editorial.audit.predicates import is_html_page, is_results_page, noindex_engines
from editorial.audit.robots_access import verdicts
from editorial.audit.rule import Need, Outcome, PageRule, Params, Result
from editorial.domain.patterns import EVERYTHING, Patterns
from editorial.domain.robots import Robots
from editorial.domain.urls import SiteScope

LETTERS = {Result.FAIL: "F", Result.PASS: "P", Result.NOT_APPLICABLE: "N", Result.INCONCLUSIVE: "I"}
"""One letter an outcome: a page's outcomes are a text in the order of the audit's rules."""


class StopReason(StrEnum):
    """Why a crawl ended."""

    COMPLETE = "complete"
    PAGE_CAP = "page_cap"
    TIME_CAP = "time_cap"
    BYTE_CAP = "byte_cap"
    DEPTH_CAP = "depth_cap"
    FOLDER_CAP = "folder_cap"
    ADDRESS_CAP = "address_cap"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    ROBOTS_FORBIDS = "robots_forbids"
    START_UNREACHABLE = "start_unreachable"
    BLOCKED = "blocked"
    ERROR_RATE = "error_rate"
    CANCELLED = "cancelled"
    CRASHED = "crashed"


@dataclass(frozen=True)
class CrawlPlan:
    """What is crawled and how politely."""

    start: str
    """N1 form."""
    scope: SiteScope
    seeds: tuple[str, ...] = ()
    """Further addresses that are known from elsewhere (N1)."""
    listed: tuple[str, ...] = ()
    """Where somebody gave a list: these addresses (N1), on any host, in place of a site that begins at `start`."""
    token: str = "EditorialBot"  # noqa: S105 -- our name in robots.txt
    max_pages: int = 5000
    max_seconds: float = 6 * 3600
    max_depth: int = 50
    rate: float = 2.0
    """Requests a second and host; Crawl-delay and Retry-After can only slow it down."""
    connections: int = 2
    """Connections a host."""
    follow_links: bool = True
    sitemaps: bool = True
    retries: int = 2
    retry_delay: float = 1.0
    """Seconds before the first retry; doubled for the next, and up to half as long again by chance."""
    patterns: Patterns = EVERYTHING
    """Which pages of the site are looked at; the first one always is."""
    max_bytes: int | None = None
    """That servers send in all."""
    max_folder: int | None = None
    """Pages of one folder."""
    max_queries: int = MAX_QUERIES
    follow_nofollow: bool = False

    @property
    def entrances(self) -> tuple[str, ...]:
        """Where the crawl begins."""
        return self.listed or (self.start,)

    @property
    def whole_site(self) -> bool:
        """Whether everything that belongs to the site is looked for."""
        return self.follow_links and not self.listed

    @property
    def hangs_on(self) -> str:
        """The page without which nothing else is seen; of a list none is, so that each is judged for itself."""
        return "" if self.listed else self.start


@dataclass(slots=True)
class PageRecord:
    """One page, judged, as compact as it leaves a worker. The facts lie beside it as a blob."""

    url: str
    final_url: str
    status: int
    error: str | None
    truncated: bool
    elapsed_ms: int
    body_bytes: int
    media_type: str
    location: str | None = None
    retry_after: str = ""
    canonical_n2: str | None = None
    title: str = ""
    title_folded: str = ""
    language: str = ""
    is_html: bool = False
    is_results_page: bool = False
    digest: str = ""
    layout: str = ""
    sketch: str = ""
    words: int = 0
    """Of the main text; two Han characters count as one."""
    description: str = ""
    description_folded: str = ""
    noindex: bool = False
    """For one engine at least."""
    hops: int = 0
    moved: str = ""
    """What the redirects change: `moves.move_of`."""
    nofollow: bool = False
    links: Links = NO_LINKS
    discovered: Sequence[str] = ()
    """Further addresses of the site named by canonicals and hreflang (N1)."""
    alternates: Sequence[Sequence[str]] = ()
    """hreflang code and N2."""
    forms: Sequence[Sequence[Any]] = ()
    """`FormSeen` as lists: the lead forms that the next audit looks for."""
    inventory: Sequence[Sequence[str]] = ()
    """The lead forms as people look at them: `form_inventory.rows_of`."""
    challenged: bool = False
    """A bot check answered instead."""
    outcomes: str = ""
    failures: Sequence[Sequence[Any]] = ()
    """rule, version, severity, key, params, evidence."""
    etag: str = ""
    last_modified: str = ""
    """Where they prove something, and the page may be asked for by them: `copies.validators`."""
    wire_bytes: int = 0
    """Of the body as it was sent, compressed; of a page taken over, when it was last sent."""
    reused: int = 0
    """Audits in a row that took the page over from the one before."""


class UrlRow(NamedTuple):
    """An address an audit heard of. `no` is its number within the audit, the same as its page's."""

    no: int
    url: str
    n2: str
    internal: bool
    wanted: bool
    """Whether it is to be fetched: those without a page are what a resumed crawl begins with."""
    depth: int | None
    """Clicks from the start; None for what only a sitemap named."""


class PageRow(NamedTuple):
    """A page that was fetched, or tried."""

    no: int
    record: PageRecord
    facts: bytes


class LinkPack(NamedTuple):
    """The links of page `no`, one after the other."""

    no: int
    targets: Sequence[int]
    """Their numbers."""
    marks: str
    """A digit each, of `named.MARK_...`; not followed by the link itself, or by the robots directives of the page."""
    texts: str
    """By lines."""


class LinkRow(NamedTuple):
    """A single link from page `no`, for which a row is wanted."""

    no: int
    position: int
    target: int
    nofollow: bool
    text: str
    in_main: bool = True


class FileRow(NamedTuple):
    """robots.txt or a sitemap, as it was fetched."""

    kind: str
    url: str
    status: int
    error: str | None
    content: bytes
    no: int = 0
    """Number of its address."""
    listed: bool = True
    challenged: bool = False
    notes: Sequence[tuple[str, str, int, str]] = ()
    """`files.Note` as tuples."""
    names: Sequence[int] = ()
    """Numbers of the addresses that a sitemap names."""
    alternates: Sequence[tuple[int, str, str]] = ()
    """Number of a page, and an hreflang code and N2 that a sitemap names for it."""


@dataclass
class Batch:
    """What is written in one transaction."""

    urls: list[UrlRow] = field(default_factory=list)
    promoted: list[tuple[int, int | None]] = field(default_factory=list)
    """Number and depth of addresses stored before that are wanted now."""
    pages: list[PageRow] = field(default_factory=list)
    packs: list[LinkPack] = field(default_factory=list)
    """In the order of pages; the store gives those that lead out of the site a row."""
    links: list[LinkRow] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    demoted: list[int] = field(default_factory=list)
    """Numbers of addresses stored before that are wanted no more: a trap."""
    course: dict[str, Any] | None = None
    """How the crawl goes: `course.Course`."""

    def __bool__(self) -> bool:
        return bool(self.urls or self.promoted or self.pages or self.packs or self.links or self.files or self.demoted)


@dataclass(frozen=True)
class Progress:
    """How far a crawl is."""

    fetched: int
    known: int
    """Pages known to belong to the site, fetched or waiting."""
    failures: int
    seconds: float


class Sink(Protocol):
    """Where a crawl puts what it finds."""

    def save(self, batch: Batch) -> None:
        """Write a batch in one transaction."""

    def beat(self, progress: Progress) -> bool:
        """Told about every second; False asks the crawl to stop."""


@dataclass(frozen=True)
class CrawlEnd:
    """How a crawl ended."""

    reason: StopReason
    fetched: int
    known: int
    robots_read: bool
    detail: str = ""
    whole_site: bool = True
    """Whether links were followed at all."""
    links_seen: bool = True
    """Whether every page was looked at that may link to another: none was left out by a pattern or a trap."""

    @property
    def complete(self) -> bool:
        """Whether every page of the site was seen: only then a missing link is a missing link."""
        return self.whole_site and self.reason is StopReason.COMPLETE


Gather = Callable[[Response], PageFacts]


@dataclass(frozen=True)
class Judge:
    """Turns a response into a record: gather, then every page rule."""

    gather: Gather
    rules: Sequence[PageRule]
    scope: SiteScope
    available: frozenset[Need] = frozenset()
    params: Mapping[str, Params] = field(default_factory=dict)
    raised: Callable[[str, Exception], None] | None = None

    def of(
        self,
        response: Response,
        robots: Robots | None = None,
        known: Known = NOTHING_KNOWN,
        *,
        challenge: str = "",
    ) -> tuple[PageRecord, PageFacts]:
        """The record and the facts of one response.

        Args:
            known: what others know of the page.
            challenge: the bot check that answered, where the response itself does not show it.
        """
        facts = self.gather(response)
        if challenge:
            facts = replace(facts, challenge=challenge)
        return self.judged(facts, robots, known, retry_after=response.header("retry-after"))

    def judged(
        self, facts: PageFacts, robots: Robots | None = None, known: Known = NOTHING_KNOWN, *, retry_after: str = ""
    ) -> tuple[PageRecord, PageFacts]:
        """The record of facts, judged by today's rules with what is known today, and the facts with that."""
        facts = replace(facts, known=known)
        available = self.available
        if robots is not None:
            available |= {Need.ROBOTS}
            facts = replace(facts, robots_txt=verdicts(robots, facts.final_url))
        outcomes = judge(facts, available, rules=self.rules, params=self.params, raised=self.raised)
        record = PageRecord(
            facts.url,
            facts.final_url,
            facts.status,
            facts.error,
            facts.truncated,
            facts.elapsed_ms,
            facts.body_bytes,
            facts.media_type,
            retry_after=retry_after,
            canonical_n2=canonical_of(facts),
            title=facts.title[:500],
            title_folded=fold(facts.title)[:500],
            language=facts.language,
            is_html=is_html_page(facts),
            is_results_page=is_results_page(facts),
            digest=facts.text.digest,
            layout=facts.layout,
            sketch=facts.text.sketch,
            words=facts.text.words - facts.text.han // 2,
            description=facts.description[:500],
            description_folded=fold(facts.description)[:500],
            noindex=bool(noindex_engines(facts)),
            hops=len(facts.redirects),
            moved=move_of(facts.redirects[0].url, facts.final_url) if facts.redirects else "",
            nofollow=any(each.name in ("nofollow", "none") and not each.agent for each in facts.robots),
            links=links_of(facts, self.scope),
            discovered=discovered_by(facts, self.scope),
            alternates=[*alternates_of(facts)],
            forms=[(*form[:4], list(form.meanings)) for form in expected(facts)] if is_html_page(facts) else [],
            inventory=form_inventory.rows_of(facts) if facts.forms and is_html_page(facts) else [],
            challenged=bool(facts.challenge),
            outcomes="".join(LETTERS[outcome.result] for outcome in outcomes),
            failures=_failures(outcomes),
        )
        return record, facts


def packed(facts: PageFacts) -> bytes:
    """Facts as they are stored: JSON with named tuples as lists, deflated.

    An eighth of the time that `to_dict` takes, and half of its size before deflating.
    """
    return zlib.compress(orjson.dumps(facts, default=tuple), 1)


def unpacked(blob: bytes) -> PageFacts:
    """The facts that `packed` stored."""
    return PageFacts.from_dict(orjson.loads(zlib.decompress(blob)))


def _failures(outcomes: Iterable[Outcome]) -> list[tuple[Any, ...]]:
    return [
        (
            outcome.rule,
            outcome.version,
            failure.severity or outcome.severity,
            failure.key,
            dict(failure.params),
            failure.evidence,
        )
        for outcome in outcomes
        for failure in outcome.failures
    ]

"""What is looked at before a job goes: the draft of a page that is to be made, the page that is to be pointed at.

A gate says None, or one sentence why the job has to wait. Drafts are judged by the audit's own rules, so that nobody
learns on Monday what could have been said before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from threading import Lock
from weakref import WeakKeyDictionary

from editorial.adapters.channels import kind_of
from editorial.adapters.channels.live import LivePage, read_page
from editorial.adapters.markdown import to_html
from editorial.adapters.outgoing import Destination, outgoing_html
from editorial.audit.engine import judge
from editorial.audit.facts import PageFacts, Response
from editorial.audit.form_kinds import lead_forms
from editorial.audit.gather import gather
from editorial.audit.predicates import ENGINE_NAMES, noindex_engines
from editorial.audit.rule import Failure, PageRule, Result, Severity
from editorial.audit.rules import PAGE_RULES
from editorial.domain.jobs import JobState, Nature
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import Piece, one_line
from editorial.domain.urls import host_of, n1
from editorial.services.channels import surroundings
from editorial.services.deps import Deps
from editorial.store import content, distribution
from editorial.store.base import Sessions, reading
from editorial.store.content import ContentItem

DRAFT_RULES = frozenset(
    {
        "title-missing",
        "title-too-long",
        "description-missing",
        "description-too-long",
        "img-alt-missing",
        "link-uncrawlable",
        "link-localhost-staging",
        "html-too-large",
    }
)
"""What title, description and text alone prove. Language, h1, canonical, robots, forms and structured data are the
theme's affair: a draft that lacks them says nothing about its page."""
_RULES: tuple[PageRule, ...] = tuple(rule for rule in PAGE_RULES if rule.id in DRAFT_RULES)
_NOWHERE = "https://draft.invalid/"
_LARGEST = 2 * 1024 * 1024  # bytes of a live page that are read
_KEEP = timedelta(minutes=1)
_MOST_KEPT = 500
_DRAWN_BY = (  # a form that their script or frame draws is there, though the source does not show it
    *("hsforms.net", "hsforms.com", "marketo.net", "marketo.com", "mktoweb.com", "pardot.com", "typeform.com"),
    *("jotform.com", "tally.so", "forms.office.com", "jinshuju.net", "jsj.top", "mikecrm.com", "wjx.cn", "wjx.top"),
)
_DRAFT = N_("The page would have an error. %(rule)s: %(says)s")
_DRAFT_PLACE = N_("The page would have an error. %(rule)s: %(says)s Look at %(place)s.")
DRAFT_HAS_ERROR = frozenset({_DRAFT, _DRAFT_PLACE})
"""Ids of the sentences with which a draft's own gate holds a job."""


@dataclass(frozen=True)
class DraftFinding:
    """What the audit would find on the page of a draft."""

    rule: str
    title: Message
    says: Message
    place: str
    """What was seen, or empty."""
    severity: Severity

    @property
    def stops(self) -> bool:
        """Whether a page-making job is held for it."""
        return self.severity.at_least(Severity.ERROR)


def draft_findings(item: ContentItem) -> tuple[DraftFinding, ...]:
    """What the rules find in the draft as it stands, the worst first. Needs the item's session open for its site."""
    base = item.url or (item.site.base_url if item.site else _NOWHERE)
    html = outgoing_html(to_html(item.body), Destination(n1(base)))
    return _findings(base, one_line(item.title), one_line(item.description), html, item.language.tag)


def draft_says(deps: Deps, item: ContentItem, piece: Piece) -> Message | None:
    """Why a page-making job must not go: the worst failure, from `error` on, that the draft itself proves."""
    title, description = one_line(piece.title), one_line(piece.description)
    html = piece.html or outgoing_html(to_html(piece.body), Destination(None))

    def stopping(url: str) -> DraftFinding | None:
        found = _findings(url, title, description, html, piece.language)
        return next((finding for finding in found if finding.stops), None)

    worst = stopping(item.url or _NOWHERE)
    if worst is not None and item.url is None:  # a site inside a private network may link to itself
        with reading(deps.sessions) as session:
            site = content.get_item(session, item.id).site
        worst = stopping(site.base_url) if site else worst
    if worst is None:
        return None
    named = {"rule": worst.title, "says": worst.says}
    if not worst.place:
        return Message(_DRAFT, named)
    return Message(_DRAFT_PLACE, named | {"place": worst.place})


def _findings(url: str, title: str, description: str, html: str, language: str) -> tuple[DraftFinding, ...]:
    address = n1(url) or _NOWHERE
    head = f'<title>{escape(title)}</title><meta name="description" content="{escape(description)}">'
    page = f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">{head}</head>'
    body = f"{page}<body><main><h1>{escape(title)}</h1>\n{html}</main></body></html>".encode(errors="replace")
    facts = gather(Response(address, address, 200, (("Content-Type", "text/html; charset=utf-8"),), body))
    found: list[DraftFinding] = []
    for rule, outcome in zip(_RULES, judge(facts, frozenset(), rules=_RULES), strict=True):
        if outcome.result is Result.FAIL:
            found.extend(_finding(rule, failure) for failure in outcome.failures)
    return tuple(sorted(found, key=lambda finding: finding.severity.rank))


def _finding(rule: PageRule, failure: Failure) -> DraftFinding:
    place = failure.evidence[0] if failure.evidence else ""
    severity = failure.severity or rule.severity
    return DraftFinding(rule.id, Message(rule.title), rule.sentence(failure), place, severity)


@dataclass(frozen=True)
class _Expected:
    """What a page that is pointed at must be."""

    url: str
    signs: tuple[str, ...]
    """One of them must stand in it; none where somebody else made the page."""
    needs_form: bool


class _Kept:
    """Answers of the last minute: many channels that point at one page do not ask it all at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: dict[_Expected, tuple[datetime, Message | None]] = {}

    def get(self, expected: _Expected, now: datetime) -> tuple[Message | None] | None:
        """The answer in a tuple, or None where nobody has asked lately."""
        with self._lock:
            at, says = self._answers.get(expected, (None, None))
        return (says,) if at is not None and abs(now - at) < _KEEP else None

    def put(self, expected: _Expected, now: datetime, says: Message | None) -> None:
        """Keep an answer; forget what is old."""
        with self._lock:
            fresh = {key: kept for key, kept in self._answers.items() if abs(now - kept[0]) < _KEEP}
            self._answers = fresh if len(fresh) < _MOST_KEPT else {}
            self._answers[expected] = (now, says)


_kept: WeakKeyDictionary[Sessions, _Kept] = WeakKeyDictionary()
"""By desk: tests have many of them in one process."""


def page_says(deps: Deps, item: ContentItem) -> Message | None:
    """Why a pointing job has to wait: the item's page is not live, not ours, closed to search engines or has no form.

    Reads the item anew and touches the network, so no transaction may be open. An answer holds for a minute.
    """
    expected = _expected(deps, item.id)
    if expected is None:
        return Message(N_("The page that it points at is not out yet."))
    answers = _kept.setdefault(deps.sessions, _Kept())
    if (kept := answers.get(expected, deps.now())) is not None:
        return kept[0]
    says = _judged(expected, read_page(expected.url, surroundings(deps).allow, most=_LARGEST))
    answers.put(expected, deps.now(), says)
    return says


def _expected(deps: Deps, item_id: int) -> _Expected | None:
    with reading(deps.sessions) as session:
        item = content.get_item(session, item_id)
        if item.url is None:
            return None
        made = [
            job.idem_key
            for job in distribution.jobs_of_item(session, item_id)
            if job.state in {JobState.SUCCEEDED, JobState.ACCEPTED}
            and job.channel.nature is Nature.PAGE_MAKING
            and not _by_hand(job.channel.kind)
        ]
        signs = (*made, item.title) if made else ()
        return _Expected(item.url, signs, item.type.needs_lead_form)


def _by_hand(key: str) -> bool:
    kind = kind_of(key)
    return kind is not None and kind.adapter.by_hand


def _judged(expected: _Expected, page: LivePage | None) -> Message | None:
    where: dict[str, object] = {"url": expected.url}
    if page is None:
        return Message(N_("%(url)s does not answer."), where)
    if page.status != 200:
        return Message(N_("%(url)s answers with status %(status)s."), where | {"status": page.status})
    if expected.signs and not page.shows(expected.signs):
        return Message(N_("%(url)s does not show this item yet."), where)
    address = n1(page.url) or expected.url
    facts = gather(Response(expected.url, address, page.status, page.headers, page.body, truncated=page.cut))
    if engines := noindex_engines(facts):
        names = [ENGINE_NAMES[engine] for engine in engines]
        return Message(N_("%(url)s asks %(engines)s not to index it."), where | {"engines": names})
    if expected.needs_form and not _wins_leads(facts):
        return Message(N_("%(url)s has no form to win a lead, and content of its type needs one."), where)
    return None


def _wins_leads(page: PageFacts) -> bool:
    return bool(lead_forms(page)) or _has_vendor([found.url for found in page.resources])


def _has_vendor(urls: Sequence[str | None]) -> bool:
    hosts = [f".{host_of(url)}" for url in urls if url]
    return any(host.endswith(f".{vendor}") for host in hosts for vendor in _DRAWN_BY)

"""A site whose pages answer 304 to whoever knows them, and audits of it."""

import hashlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from sqlalchemy import select

from editorial.services.auditing import run_audit, start_audit
from editorial.store.audit import Audit, AuditFailure, AuditPage, AuditTrigger, AuditUrl
from editorial.store.base import Sessions
from editorial.store.content import Site
from tests.integration.audit.conftest import NOW, Answer, Web, links, page, parts


@dataclass
class Cached:
    """Answers with an ETag, and 304 to whoever names it."""

    web: Web
    pages: dict[str, Answer] = field(default_factory=dict)
    weak: bool = False
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Headers that every answer at a path carries, a 304 too."""
    conditions: list[tuple[str, str]] = field(default_factory=list)
    tag_of_304: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web.other = self.answer

    def answer(self, handler: BaseHTTPRequestHandler) -> Answer | None:
        found = self.pages.get(handler.path)
        if found is None:
            return None
        tag = ("W/" if self.weak else "") + f'"{hashlib.md5(found.body).hexdigest()}"'
        asked = handler.headers.get("If-None-Match", "")
        self.conditions.append((handler.path, asked))
        extra = self.extra.get(handler.path, {})
        if asked == tag:
            return Answer(status=304, headers={"ETag": self.tag_of_304.get(handler.path, tag), **extra})
        return Answer(found.body, headers={**found.headers, "ETag": tag, **extra})

    def asked_if_changed(self) -> list[str]:
        return sorted({path for path, tag in self.conditions if tag})


def plant(web: Web, **others: object) -> Cached:
    """A site with defects of many kinds: what is judged of it must not depend on how it was read."""
    cached = Cached(web, **others)  # type: ignore[arg-type]
    form = '<form action="/send" method="post"><label>Mail <input type="email" name="mail"></label><button>Go</button>'
    cached.pages = {
        "/": page("Home", links("/a", "/b", "/c", "/gone", "/old", "/form")),
        "/a": page("Same", links("/a?x=1"), head='<link rel="canonical" href="/b"><link rel="canonical" href="/c">'),
        "/b": page("Same", links("/")),
        "/c": page("", links("/deep"), head='<meta name="robots" content="noindex">'),
        "/deep": page("Deep", "<img src=/x.png>"),
        "/form": page("Write to us", form + "</form>"),
        "/a?x=1": page("Same"),
    }
    web.redirect("/old", "/b", 301)
    return cached


def seen(sessions: Sessions, audit: Audit) -> dict[str, tuple[object, ...]]:
    """Answers of every rule about every page, and each failure with its words."""
    failure = AuditFailure
    with sessions() as session:
        pages = session.execute(
            select(AuditUrl.url, AuditPage.status, AuditPage.outcomes, AuditPage.digest, AuditPage.is_results_page)
            .join(AuditPage, (AuditPage.audit_id == AuditUrl.audit_id) & (AuditPage.no == AuditUrl.no))
            .where(AuditUrl.audit_id == audit.id)
        )
        found = {url: tuple(rest) for url, *rest in pages}
        failures = session.execute(
            select(failure.fingerprint, failure.severity, failure.params, failure.evidence).where(
                failure.audit_id == audit.id
            )
        )
        return found | {fingerprint: tuple(rest) for fingerprint, *rest in failures}


def again(sessions: Sessions, site: Site, **options: object) -> Audit:
    """One more audit of a site."""
    with sessions.begin() as session:
        audit = start_audit(session, site, AuditTrigger.PERSON, NOW)
        audit.options = {**audit.options, **options}
        number = audit.id
    run_audit(parts(sessions), number)
    with sessions() as session:
        return session.get_one(Audit, number)

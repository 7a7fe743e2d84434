"""What people see of page templates: their names, their pages and words, and what is wrong with all of their pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from editorial.audit.templates import OTHERS, is_main, key_tail, pattern_in
from editorial.domain.findings import OPEN
from editorial.domain.messages import N_, Message
from editorial.domain.urls import path_of
from editorial.store import audit as audits
from editorial.store.audit import Audit, Finding
from editorial.store.audit_shapes import AuditTemplate

MANY = 5  # findings of a rule on one template that are told together
MOST = 200  # templates on a page
THIN = 100  # words of a main text that are few for any page (`thin_content`)


@dataclass(frozen=True)
class TemplateView:
    """A template as the last audit saw it, and how many findings are open on its pages."""

    key: str
    name: Message | str
    example: str
    pages: int
    words: int | None
    open: int
    rules: Sequence[tuple[str, int]] = ()
    """Rules with open findings on several of its pages, and their number; the most frequent first."""

    @property
    def thin(self) -> bool:
        """Whether half of its pages, which are many, have little to read."""
        return self.pages >= MANY and self.words is not None and self.words < THIN


@dataclass(frozen=True)
class Together:
    """Findings of one rule whose pages one template makes."""

    key: str
    name: Message | str
    count: int


@dataclass(frozen=True)
class Templates:
    """The templates that the last audit told apart; None where it is older than that, or there is none."""

    audit: Audit | None
    shown: Sequence[TemplateView]
    total: int


def name_of(key: str, example: str) -> Message | str:
    """What people call a template: the pattern of its addresses, and which of its pages where that is not enough."""
    if is_main(key):
        return key
    if key_tail(key) == OTHERS:
        return Message(N_("%(pattern)s, the others"), {"pattern": pattern_in(key)})
    return Message(N_("%(pattern)s, like %(page)s"), {"pattern": pattern_in(key), "page": path_of(example)})


def facts(one: TemplateView, say: Callable[[Message], str]) -> dict[str, Any]:
    """A template as programs and the command line get it."""
    return {
        "key": one.key,
        "name": one.name if isinstance(one.name, str) else say(one.name),
        "example": one.example,
        "pages": one.pages,
        "words": one.words,
        "open": one.open,
        "rules": [{"rule": rule, "count": count} for rule, count in one.rules],
    }


def names(session: Session, site_id: int) -> Mapping[str, Message | str]:
    """The names of the site's templates by their keys."""
    latest = audits.latest_audit(session, site_id)
    if latest is None:
        return {}
    wanted = select(AuditTemplate.key, AuditTemplate.example).where(AuditTemplate.audit_id == latest.id)
    return {key: name_of(key, example) for key, example in session.execute(wanted)}


def overview(session: Session, site_id: int) -> Templates:
    """The templates of a site, the largest first, with what is open on their pages."""
    latest = audits.latest_audit(session, site_id)
    if latest is None:
        return Templates(None, (), 0)
    wanted = select(AuditTemplate).where(AuditTemplate.audit_id == latest.id).order_by(AuditTemplate.no)
    found = session.scalars(wanted).all()
    counts = _counts(session, site_id)
    shown = [
        TemplateView(
            one.key,
            name_of(one.key, one.example),
            one.example,
            one.pages,
            one.words,
            sum(counts.get(one.key, {}).values()),
            sorted(
                ((rule, number) for rule, number in counts.get(one.key, {}).items() if number > 1),
                key=lambda each: (-each[1], each[0]),
            )[:MANY],
        )
        for one in found[:MOST]
    ]
    return Templates(latest, shown, len(found))


def of_rule(session: Session, site_id: int, rule: str) -> Sequence[Together]:
    """The templates on whose pages a rule has many open findings, the most first."""
    known = names(session, site_id)
    number = func.count()
    wanted = (
        select(Finding.template, number)
        .where(Finding.site_id == site_id, Finding.rule == rule, Finding.state.in_(OPEN), Finding.template != "")
        .group_by(Finding.template)
        .having(number >= MANY)
        .order_by(number.desc(), Finding.template)
    )
    return [Together(key, known.get(key, pattern_in(key)), count) for key, count in session.execute(wanted)]


def _counts(session: Session, site_id: int) -> dict[str, dict[str, int]]:
    """Open findings by template and rule."""
    wanted = select(Finding.template, Finding.rule, func.count()).where(
        Finding.site_id == site_id, Finding.state.in_(OPEN), Finding.template != ""
    )
    found: dict[str, dict[str, int]] = {}
    for key, rule, count in session.execute(wanted.group_by(Finding.template, Finding.rule)):
        found.setdefault(key, {})[rule] = count
    return found

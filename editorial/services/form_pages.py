"""What the screen of a site's lead forms shows: every form of the last audit, what is wrong with it, what changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.audit.form_differences import OWN_PAGE, Difference, Seen, Stand, differences
from editorial.audit.form_inventory import Asked, Shape
from editorial.audit.rule import Severity
from editorial.audit.rulebook import ALL_RULES
from editorial.domain.errors import NotFound
from editorial.domain.findings import OPEN
from editorial.domain.messages import N_, Message
from editorial.services import audit_pages, findings, form_storage
from editorial.store.audit import Audit, AuditFormProbe, AuditUrl, Finding
from editorial.store.content import Site

LINES = 300  # forms of one site that are listed
PAGES = 50  # pages that are listed of one form
FORM_RULES = tuple(rule.id for rule in ALL_RULES if rule.category == "forms")
VANISHED = "form-lead-vanished"
MISSED = 5  # told above the list
SENDING = frozenset({"form-action-dead", "form-endpoint-dead"})  # rules whose failure loses what people typed
CONSENT = frozenset({"form-consent-preticked", "form-privacy-link-missing"})

TYPES = {
    "demo": Message(N_("Demo")),
    "quote": Message(N_("Price request")),
    "trial": Message(N_("Trial")),
    "download": Message(N_("Download")),
    "webinar": Message(N_("Webinar")),
    "newsletter": Message(N_("Newsletter")),
    "contact": Message(N_("Contact")),
    "": Message(N_("not known")),
}
ORIGINS = {
    "native": Message(N_("in the page")),
    "virtual": Message(N_("in the page, without a form element")),
    "embedded": Message(N_("brought by a script or frame")),
    "inert": Message(N_("in a template, for a script")),
}
CONSENTS = {
    "ticked": Message(N_("box, ticked")),
    "box": Message(N_("box, unticked")),
    "notice": Message(N_("notice only")),
    "none": Message(N_("none")),
    "": Message(N_("not seen")),
}
ASKS = {
    "email": Message(N_("e-mail")),
    "work-email": Message(N_("work e-mail")),
    "phone": Message(N_("phone")),
    "wechat": Message(N_("WeChat")),
    "qq": Message(N_("QQ")),
    "full-name": Message(N_("name")),
    "given-name": Message(N_("given name")),
    "family-name": Message(N_("family name")),
    "honorific": Message(N_("form of address")),
    "company": Message(N_("company")),
    "job-title": Message(N_("position")),
    "department": Message(N_("department")),
    "industry": Message(N_("industry")),
    "company-size": Message(N_("size of the company")),
    "budget": Message(N_("budget")),
    "timeline": Message(N_("time frame")),
    "country": Message(N_("country")),
    "country-code": Message(N_("country code")),
    "region": Message(N_("region")),
    "city": Message(N_("city")),
    "postal": Message(N_("postal code")),
    "address": Message(N_("address")),
    "website": Message(N_("website")),
    "message": Message(N_("message")),
    "interest": Message(N_("interest")),
    "source-question": Message(N_("how they heard of us")),
    "otp": Message(N_("one-time code")),
    "consent-privacy": Message(N_("consent to the notice")),
    "consent-marketing": Message(N_("consent to mails")),
    "username": Message(N_("user name")),
    "password": Message(N_("password")),
    "file": Message(N_("file")),
    "birth-date": Message(N_("date of birth")),
    "gender": Message(N_("gender")),
    "id-number": Message(N_("identity number")),
    "date": Message(N_("date")),
    "quantity": Message(N_("quantity")),
    "card": Message(N_("card number")),
    "search": Message(N_("words to search for")),
}
UNTOLD = Message(N_("not known"))


class State(StrEnum):
    """How a form stands, the worst first."""

    LOSES = "loses"
    CONSENT = "consent"
    MEND = "mend"
    UNSEEN = "unseen"
    SOUND = "sound"

    @property
    def label(self) -> Message:
        """For people."""
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        """How the look colours it."""
        return _STATES[self][1]

    @property
    def icon(self) -> str:
        """The glyph beside the word."""
        return _STATES[self][2]


_STATES = {
    State.LOSES: (Message(N_("loses leads")), "bad", "s-missed"),
    State.CONSENT: (Message(N_("check with counsel")), "warn", "alert"),
    State.MEND: (Message(N_("to be mended")), "warn", "alert"),
    State.UNSEEN: (Message(N_("not in the source")), "note", "eye"),
    State.SOUND: (Message(N_("nothing wrong seen")), "ok", "check"),
}


@dataclass(frozen=True)
class Wrong:
    """The open findings of one rule about a form. `one` is the finding where there is only one."""

    rule: str
    title: Message
    severity: Severity
    count: int
    one: int | None


@dataclass(frozen=True)
class Line:
    """One form of the site."""

    shape: Shape
    stands: Sequence[Stand]
    wrong: Sequence[Wrong]
    changes: Sequence[Difference]
    answer: str
    """What its address answered, empty where nobody asked."""

    @property
    def key(self) -> str:
        """Of the form."""
        return self.shape.key

    @property
    def state(self) -> State:
        """How it stands."""
        if any(one.rule in SENDING and one.severity.at_least(Severity.ERROR) for one in self.wrong):
            return State.LOSES
        if any(one.rule in CONSENT for one in self.wrong):
            return State.CONSENT
        if self.wrong:
            return State.MEND
        return State.UNSEEN if self.shape.fields is None else State.SOUND

    @property
    def asked(self) -> Sequence[Asked]:
        """Its fields; none where the source does not show them."""
        return self.shape.fields or ()

    @property
    def required(self) -> int:
        """How many fields must be filled in."""
        return sum(field.required for field in self.asked)


@dataclass(frozen=True)
class Forms:
    """Every lead form of a site. `compared` says since which audit the changes are, None where there is nothing to
    compare with."""

    site: Site
    latest: Audit | None
    compared: Audit | None
    lines: Sequence[Line]
    changes: Sequence[Difference]
    pages: int
    """Pages with a lead form."""
    missed: Sequence[Finding] = ()
    """Open findings about forms that vanished, in this audit or before."""

    @property
    def losing(self) -> int:
        """Forms that lose leads now."""
        return sum(line.state is State.LOSES for line in self.lines)


@dataclass(frozen=True)
class Chosen:
    """The filters of the list."""

    type: str = ""
    origin: str = ""
    state: State | None = None

    def fits(self, line: Line) -> bool:
        """Whether a form is among those asked for."""
        shape = line.shape
        brought = shape.vendor or shape.origin
        return (
            self.type in ("", shape.type)
            and self.origin in ("", brought)
            and (self.state is None or line.state is self.state)
        )


def forms_of(session: Session, site: Site) -> Forms:
    """The forms of a site as its latest audit saw them."""
    latest, before = audit_pages.latest_two(session, site.id)
    if latest is None or not form_storage.has_inventory(session, latest.id):
        return Forms(site, latest, None, (), (), 0)
    missed = select(Finding).where(Finding.site_id == site.id, Finding.rule == VANISHED, Finding.state.in_(OPEN))
    after = seen_in(session, latest)
    compared = before if before is not None and form_storage.has_inventory(session, before.id) else None
    changes = differences(seen_in(session, compared), after) if compared is not None else []
    lines = _lines(session, site, latest, after, changes)
    found = session.scalars(missed.order_by(Finding.first_seen_at.desc(), Finding.id).limit(MISSED)).all()
    return Forms(site, latest, compared, lines[:LINES], changes, len(after.stands), found)


def form_of(session: Session, site: Site, key: str) -> tuple[Forms, Line]:
    """One form of a site's latest audit, or `NotFound`."""
    forms = forms_of(session, site)
    line = next((line for line in forms.lines if line.key == key), None)
    if line is None:
        raise NotFound
    return forms, line


def forms_on(session: Session, audit: Audit, no: int) -> tuple[str, Sequence[Shape]]:
    """The address of a page of an audit and its lead forms in their order, or `NotFound`."""
    url = session.get(AuditUrl, (audit.id, no))
    if url is None:
        raise NotFound
    return url.url, form_storage.shapes_on(session, audit.id, no)


def seen_in(session: Session, audit: Audit) -> Seen:
    """The forms of one audit."""
    return Seen(
        form_storage.shapes_of(session, audit.id),
        form_storage.stands_of(session, audit.id),
        form_storage.pages_read(session, audit.id),
    )


def _lines(session: Session, site: Site, latest: Audit, seen: Seen, changes: Sequence[Difference]) -> list[Line]:
    stands: dict[str, list[Stand]] = defaultdict(list)
    pages: dict[str, list[str]] = defaultdict(list)
    for page, here in seen.stands.items():
        for stand in here:
            stands[stand.key].append(stand)
            pages[stand.key].append(page)
    wrong = _wrong(session, site.id, seen)
    probes = form_storage.probes_of(session, latest.id)
    changed: dict[str, list[Difference]] = defaultdict(list)
    for change in changes:
        if change.after is not None:
            changed[change.after.key].append(change)
    lines = [
        Line(seen.shapes[key], found, wrong.get(key, ()), changed[key], _answer(found, probes))
        for key, found in stands.items()
    ]
    order = list(State)
    return sorted(lines, key=lambda line: (order.index(line.state), -len(line.stands), line.shape.shown, line.key))


def _wrong(session: Session, site_id: int, seen: Seen) -> Mapping[str, Sequence[Wrong]]:
    """The open findings about each form, by rule. A finding's key begins with the form's mark on its page."""
    found: dict[str, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
    wanted = select(Finding.id, Finding.n2, Finding.key, Finding.rule, Finding.severity).order_by(Finding.id)
    wanted = wanted.where(Finding.site_id == site_id, Finding.state.in_(OPEN), Finding.rule.in_(FORM_RULES))
    for number, page, key, rule, severity in session.execute(wanted):
        about = [stand for stand in seen.stands.get(page, ()) if _is_about(key, stand.mark)]
        if about:
            found[max(about, key=lambda stand: len(stand.mark)).key][rule].append((number, severity))
    return {key: _by_rule(rules) for key, rules in found.items()}


def _is_about(key: str, mark: str) -> bool:
    return key == mark or key.startswith(f"{mark}/")


def _by_rule(rules: Mapping[str, Sequence[tuple[int, str]]]) -> list[Wrong]:
    found = [
        Wrong(
            rule,
            findings.title_of(rule),
            min((Severity(severity) for _, severity in members), key=lambda severity: severity.rank),
            len(members),
            members[0][0] if len(members) == 1 else None,
        )
        for rule, members in rules.items()
    ]
    return sorted(found, key=lambda one: (one.severity.rank, -one.count, one.rule))


def _answer(stands: Sequence[Stand], probes: Mapping[str, AuditFormProbe]) -> str:
    """What the form's address answered: the worst, where its pages name different ones."""
    asked = [probes[stand.address] for stand in stands if stand.address in probes]
    failed = next((probe for probe in asked if probe.verdict not in ("alive", "unknown")), None)
    probe = failed or next(iter(asked), None)
    return probe.answer if probe is not None else ""


def place_of(action: str) -> Message | str:
    """Where a form sends, for people."""
    if action == OWN_PAGE:
        return Message(N_("its own page"))
    return action or UNTOLD


def asks(field: Asked) -> Message:
    """What a field asks for, for people."""
    return ASKS.get(field.meaning, UNTOLD)

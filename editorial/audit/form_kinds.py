"""What a form is for, as far as markup alone can tell: the first kind that matches, and of a lead form its type.

A lead form asks for a contact and adds up to three points. English and Chinese words first; those of other languages
that B2B sites are translated into where they tell lead forms apart.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

from editorial.audit import form_words as words
from editorial.audit.facts import Field, Form, PageFacts
from editorial.audit.field_meanings import is_trap, meaning_of
from editorial.audit.form_vendors import vendor_of
from editorial.audit.identity import Same

TEXTUAL = frozenset({"text", "email", "tel", "url", "search", "password", "number", "date", "textarea"})
WORDY = frozenset({"textarea", "password"})
CHOICES = frozenset({"select", "checkbox", "radio", "range", "color"})
MAIL = frozenset({"email", "work-email"})
REACH = MAIL | {"phone", "wechat", "qq"}
ENOUGH = 3  # points
NAMES = frozenset({"full-name", "given-name", "family-name"})
QUALIFIERS = frozenset({"company-size", "budget", "industry", "timeline", "department"})


class Kind(StrEnum):
    """What a form is for."""

    LEAD = "lead"
    SEARCH = "search"
    LOGIN = "login"
    RECOVERY = "recovery"
    REGISTRATION = "registration"
    ORDER = "order"
    COMMENT = "comment"
    CONSENT = "consent"
    SWITCH = "switch"
    FILTER = "filter"
    QUIZ = "quiz"
    APPLICATION = "application"
    PREFERENCES = "preferences"
    OTHER = "other"


class LeadType(StrEnum):
    """What a lead form offers in exchange."""

    DEMO = "demo"
    QUOTE = "quote"
    TRIAL = "trial"
    DOWNLOAD = "download"
    WEBINAR = "webinar"
    NEWSLETTER = "newsletter"
    CONTACT = "contact"


@dataclass(frozen=True)
class _Read:
    """A form with what was found out about it, each part on first use."""

    form: Form
    page: PageFacts

    @cached_property
    def fields(self) -> list[tuple[Field, str]]:
        """Visible controls and what they ask for; traps for robots are left out."""
        found = [(field, meaning_of(field)) for field in self.form.fields if not field.hidden]
        return [(field, meaning) for field, meaning in found if meaning != "honeypot"]

    @cached_property
    def meanings(self) -> frozenset[str]:
        return frozenset(meaning for _, meaning in self.fields if meaning)

    @cached_property
    def textual(self) -> list[tuple[Field, str]]:
        return [(field, meaning) for field, meaning in self.fields if field.kind in TEXTUAL]

    @cached_property
    def passwords(self) -> list[Field]:
        return [field for field, _ in self.fields if field.kind == "password"]

    @cached_property
    def submit(self) -> str:
        return " ".join(button.text for button in self.form.buttons)

    @cached_property
    def around(self) -> str:
        """Action, id, name and classes, split into words."""
        form = self.form
        return re.sub(r"[_\-/.?=&]+", " ", f"{form.action} {form.id} {form.name} {' '.join(form.classes)}")

    @cached_property
    def headline(self) -> str:
        """The heading above the form and the beginning of what it says."""
        return f"{self.form.heading} {self.form.text[:200]}"

    @cached_property
    def place(self) -> str:
        """The page's address in words."""
        return re.sub(r"[_\-/.?=&]+", " ", self.page.final_url.partition("://")[2].partition("/")[2])

    @property
    def reaches(self) -> bool:
        """Asks how to reach somebody."""
        return not REACH.isdisjoint(self.meanings)


def kind_of(form: Form, page: PageFacts) -> Kind:
    """What the form is for."""
    read = _Read(form, page)
    if not read.fields and not form.buttons:
        return Kind.OTHER
    if _is_search(read):
        return Kind.SEARCH
    if read.reaches and (vendor := vendor_of(form)) is not None and vendor.wins_leads:
        return Kind.LEAD
    return next((kind for kind, matches in _STEPS if matches(read)), Kind.OTHER)


def is_lead_form(form: Form, page: PageFacts) -> bool:
    """True where the form asks visitors how to reach them."""
    return kind_of(form, page) is Kind.LEAD


def lead_forms(page: PageFacts) -> tuple[Form, ...]:
    """The forms of a page that win a lead and that people can see in its source."""
    if not page.forms:
        return ()
    return tuple(form for form, kind in _kinds(Same(page)) if kind is Kind.LEAD)


def opened(form: Form) -> Form:
    """A form in a dialog that waits to be opened, with the fields that people will then see."""
    if not form.hidden:
        return form
    fields = (replace(field, hidden=field.kind == "hidden" or is_trap(field)) for field in form.fields)
    return replace(form, fields=tuple(fields))


@lru_cache(maxsize=4)
def _kinds(same: Same[PageFacts]) -> tuple[tuple[Form, Kind], ...]:
    """The forms that people can see in a page's source, each with its kind."""
    seen = (form for form in same.it.forms if form.origin != "inert" and not form.hidden)
    return tuple((form, kind_of(form, same.it)) for form in seen)


def has_task(page: PageFacts) -> bool:
    """True where a form is what the page is for: any that asks, but for searching, and newsletters at the edge."""
    for form, kind in _kinds(Same(page)) if page.forms else ():
        if kind is Kind.LEAD:
            if lead_type(form, page) is not LeadType.NEWSLETTER:
                return True
        elif kind in TASKS and any(field.kind in TEXTUAL and not field.hidden for field in form.fields):
            return True
    return False


def lead_type(form: Form, page: PageFacts) -> LeadType:
    """What a lead form offers: the type whose words are found at the weightiest places. Ties go by order."""
    return _lead_type(Same(form), Same(page))


@lru_cache(maxsize=32)
def _lead_type(same: Same[Form], around: Same[PageFacts]) -> LeadType:
    form, page = same.it, around.it
    read = _Read(form, page)
    places = (
        (read.submit, 3),
        (form.heading, 3),
        (form.text[:200], 2),
        (f"{page.title} {read.place}", 1),
        (read.around, 1),
    )
    scores = {kind: sum(weight for text, weight in places if words.TYPES[kind.value].search(text)) for kind in LeadType}
    if len(read.textual) <= 2 and read.meanings & MAIL and not read.meanings & {"message", "company"}:
        scores[LeadType.NEWSLETTER] += 2
    if "message" in read.meanings:
        scores[LeadType.CONTACT] += 1
    if not read.meanings.isdisjoint({"company", "job-title"}):
        scores[LeadType.DEMO] += 1 if scores[LeadType.DEMO] else 0
    best = max(scores.values())
    if best == 0:
        return LeadType.CONTACT
    return next(kind for kind in LeadType if scores[kind] == best)


# -- the steps, in order -----------------------------------------------------------------------------------------------


def _is_search(read: _Read) -> bool:
    if read.form.role == "search":
        return True
    if (read.reaches and len(read.textual) > 1) or any(field.kind in WORDY for field, _ in read.textual):
        return False
    return any(field.kind == "search" for field, _ in read.textual) or _looks_up(read)


def _looks_up(read: _Read) -> bool:
    """One box for words, and something that says what happens to them."""
    if len(read.textual) != 1 or read.reaches:
        return False
    only = read.textual[0][0]
    if words.SEARCH_NAME.search(only.name) or words.SEARCH.search(f"{only.placeholder} {only.label} {read.submit}"):
        return True
    return words.SEARCH_ACTION.search(f"{read.form.action} {read.form.id} {' '.join(read.form.classes)}") is not None


def _is_login(read: _Read) -> bool:
    others = len(read.textual) - len(read.passwords)
    new = any("new-password" in field.autocomplete for field in read.passwords)
    if len(read.passwords) == 1 and others <= 2 and not new:
        return not _registers(read) and not words.TRIAL.search(f"{read.submit} {read.form.heading}")
    by_code = "otp" in read.meanings and not read.passwords
    says = words.LOGIN.search(read.submit) is not None and not _registers(read)
    return says and (by_code or others <= 2)


def _registers(read: _Read) -> bool:
    return words.REGISTER.search(read.submit) is not None and not words.LOGIN.fullmatch(read.submit.strip())


def _is_recovery(read: _Read) -> bool:
    if read.passwords or not read.textual or len(read.textual) > 2 or "message" in read.meanings:
        return (
            len(read.passwords) == 2
            and len(read.textual) <= 3
            and bool(words.RECOVERY.search(read.submit + read.headline))
        )
    told = f"{read.submit} {read.around} {read.form.heading} {read.place}"
    return words.RECOVERY.search(told) is not None


def _is_registration(read: _Read) -> bool:
    if read.passwords:
        return not words.TRIAL.search(f"{read.submit} {read.form.heading} {read.page.title}")
    if not _registers(read) or words.EVENT.search(f"{read.headline} {read.page.title} {read.place}"):
        return False
    account = words.ACCOUNT.search(f"{read.submit} {read.headline} {read.around}") is not None
    return "username" in read.meanings or "otp" in read.meanings or (account and "company" not in read.meanings)


def _is_order(read: _Read) -> bool:
    if not read.meanings.isdisjoint({"card", "quantity"}):
        return True
    names = " ".join(field.name for field, _ in read.fields)
    return words.ORDER.search(f"{read.submit} {read.around}") is not None or words.ORDER_FIELD.search(names) is not None


def _is_comment(read: _Read) -> bool:
    names = {field.name.lower() for field in read.form.fields}
    if "comment_post_id" in names or "wp-comments-post" in read.form.action:
        return True
    if not any(field.kind == "textarea" for field, _ in read.fields):
        return False
    if {"author", "comment"} <= names or words.COMMENT.search(f"{read.submit} {read.form.heading}"):
        return True
    return words.COMMENT_FORM.search(f"{read.around} {read.form.id}") is not None


def _is_consent(read: _Read) -> bool:
    if read.textual or any(field.kind == "select" for field, _ in read.fields):
        return False
    return words.COOKIES.search(f"{read.around} {read.form.text[:400]} {read.form.heading}") is not None


def _is_switch(read: _Read) -> bool:
    if read.textual or not read.fields or len(read.fields) > 2 or any(f.kind not in CHOICES for f, _ in read.fields):
        return False
    options = " ".join(option for field, _ in read.fields for option in field.options[:40])
    names = " ".join(f"{field.name} {field.id} {field.label}" for field, _ in read.fields)
    return words.SWITCH.search(f"{names} {read.around}") is not None or len(words.TONGUES.findall(options)) >= 2


def _is_filter(read: _Read) -> bool:
    if any(field.kind not in CHOICES | {"number", "date", "text"} for field, _ in read.fields) or read.reaches:
        return False
    says = words.FILTER.search(f"{read.around} {read.submit} {read.form.text[:100]}") is not None
    return says or (bool(read.fields) and not read.textual and read.form.method == "get" and not _many_radios(read))


def _many_radios(read: _Read) -> bool:
    return sum(field.kind == "radio" for field, _ in read.fields) >= 3


def _is_quiz(read: _Read) -> bool:
    if read.reaches:
        return False
    told = words.QUIZ.search(f"{read.submit} {read.around} {read.headline}") is not None
    return told and (_many_radios(read) or any(field.kind in ("number", "range", "text") for field, _ in read.fields))


def _is_application(read: _Read) -> bool:
    files = [field for field, _ in read.fields if field.kind == "file"]
    if not files:
        return False
    named = " ".join(f"{field.label} {field.caption} {field.name} {field.id}" for field in files)
    return (
        words.APPLICATION.search(f"{named} {read.submit} {read.form.heading} {read.place} {read.form.text}") is not None
    )


def _is_preferences(read: _Read) -> bool:
    told = f"{read.submit} {read.around} {read.form.heading} {read.place}"
    return words.LEAVE.search(told) is not None and "message" not in read.meanings


def _is_lead(read: _Read) -> bool:
    return points(read.form, read.page) >= ENOUGH


def points(form: Form, page: PageFacts) -> int:
    """How much a form looks like one that wins a lead; none without a way to reach somebody."""
    read = _Read(form, page)
    named, company = not NAMES.isdisjoint(read.meanings), "company" in read.meanings
    if not read.reaches and not (named and company):
        return 0
    total = 2 * read.reaches + named + 2 * company
    total += "job-title" in read.meanings
    total += not QUALIFIERS.isdisjoint(read.meanings)
    total += "message" in read.meanings
    total += words.CONSENT.search(form.text) is not None or any(
        words.CONSENT.search(link.href or "") for link in form.links
    )
    total += 2 * (words.LEAD.search(f"{read.submit} {read.headline}") is not None)
    hidden = {meaning_of(field) for field in form.fields if field.hidden}
    total += "attribution" in hidden
    total += "honeypot" in hidden or "captcha" in form.text.lower()
    total += words.LEAD_PLACE.search(read.place) is not None
    total += 2 * (form.landmark == "footer" and len(read.textual) == 1)
    return total


TASKS = frozenset(
    {
        Kind.LOGIN,
        Kind.RECOVERY,
        Kind.REGISTRATION,
        Kind.ORDER,
        Kind.QUIZ,
        Kind.APPLICATION,
        Kind.PREFERENCES,
        Kind.OTHER,
    }
)
_STEPS: tuple[tuple[Kind, Callable[[_Read], bool]], ...] = (
    (Kind.LOGIN, _is_login),
    (Kind.RECOVERY, _is_recovery),
    (Kind.REGISTRATION, _is_registration),
    (Kind.ORDER, _is_order),
    (Kind.COMMENT, _is_comment),
    (Kind.CONSENT, _is_consent),
    (Kind.SWITCH, _is_switch),
    (Kind.FILTER, _is_filter),
    (Kind.QUIZ, _is_quiz),
    (Kind.APPLICATION, _is_application),
    (Kind.PREFERENCES, _is_preferences),
    (Kind.LEAD, _is_lead),
)

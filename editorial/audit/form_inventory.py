"""The lead forms of a page as people look at them: what each asks, where it sends, how it asks for consent.

A `Shape` is a form without its page: the newsletter form at the foot of 168 pages is one shape. Its key is a digest of
all that matters to whoever fills it in, so that two shapes with one key are the same form.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import orjson

from editorial.audit.facts import Field, Form, PageFacts
from editorial.audit.field_meanings import meaning_of
from editorial.audit.form_kinds import is_lead_form, lead_forms, lead_type, opened
from editorial.audit.form_memory import key_of, sent_by, shown_name
from editorial.audit.form_notices import consent_of
from editorial.audit.form_vendors import vendor_name, vendor_of
from editorial.domain.urls import n1, n2, origin_of

MOST_FORMS = 20  # of one page
MOST_FIELDS = 40  # of one form
TEXT = 80  # characters of a label or a name
LONGEST_ADDRESS = 2000  # characters; a longer one is nothing that a form is sent to
_REQUIRED = re.compile(r"[*＊]|必填|必須|(?<!not )\brequired\b", re.IGNORECASE)
_VERIFIED = re.compile(r'lay-verify="[^"]*required')
BESIDE = frozenset({"honeypot", "csrf", "attribution"})  # what nobody types


class Asked(NamedTuple):
    """One visible field. `text` is its label, or what else stands there; `labelled` says whether it is a label."""

    text: str
    meaning: str
    kind: str
    required: bool
    labelled: bool


@dataclass(frozen=True)
class Shape:
    """A lead form without its page.

    `origin` and `vendor` as in `facts.Form`; `type` as `form_kinds.LeadType`, empty for one that a service brings.
    `own_id` is its id or name as written. `action` is host and path, `self` where it sends to its own page, empty
    where nothing is known of it. `consent` as `form_notices.Consent`. `fields` is None where the source does not show
    them. `shown` is what people call it.
    """

    shown: str
    type: str
    origin: str
    vendor: str
    own_id: str
    action: str
    method: str
    consent: str
    hidden: bool
    fields: tuple[Asked, ...] | None

    @property
    def key(self) -> str:
        """16 hex digits: the same for the same form, wherever it stands and whatever its button promises there."""
        parts = (self.origin, self.vendor, self.action, self.method, self.consent, self.hidden, self.fields)
        return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    @property
    def meanings(self) -> frozenset[str]:
        """What it asks for."""
        return frozenset(field.meaning or field.text for field in self.fields or ())

    def to_json(self) -> str:
        """The shape as it is stored."""
        return orjson.dumps(asdict(self) | {"fields": self.fields and [tuple(field) for field in self.fields]}).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The shape that `to_json` wrote."""
        data: dict[str, Any] = orjson.loads(text)
        fields = data.pop("fields")
        return cls(**data, fields=None if fields is None else tuple(Asked(*field) for field in fields))


class Placed(NamedTuple):
    """A form on its page. `mark` begins the keys of the findings about it; `address` (N1) is where it is sent, if that
    can be asked about: a form of our own markup that no known service takes in."""

    shape: Shape
    mark: str
    address: str


def lead_forms_of(page: PageFacts) -> Iterator[Placed]:
    """The lead forms of a page in their order: native, without a form element, brought by a service, and asleep in a
    template; those that markup hides too, because a script may show them."""
    seen = lead_forms(page)
    for form in page.forms[: 3 * MOST_FORMS]:
        if form.origin == "embedded":
            yield Placed(_embedded(form), form.vendor, "")
        elif any(form is one for one in seen) or (_waits(form) and is_lead_form(opened(form), page)):
            shown = opened(form)
            vendor = vendor_of(form)
            yield Placed(_shape(shown, page, vendor.id if vendor else ""), key_of(form)[:200], _address(form, page))


def rows_of(page: PageFacts) -> list[tuple[str, str, str, str]]:
    """The lead forms as they leave a crawl: key, shape as JSON, mark, address."""
    found = []
    for placed in lead_forms_of(page):
        found.append((placed.shape.key, placed.shape.to_json(), placed.mark, placed.address))
        if len(found) == MOST_FORMS:
            break
    return found


def _waits(form: Form) -> bool:
    """In a template or in a dialog: a script may bring it up."""
    return form.origin == "inert" or form.hidden


def _embedded(form: Form) -> Shape:
    return Shape(
        vendor_name(form.vendor),
        "",
        form.origin,
        form.vendor,
        "",
        _bare(form.action_url),
        "",
        "",
        hidden=False,
        fields=None,
    )


def _shape(form: Form, page: PageFacts, vendor: str) -> Shape:
    asked = [_asked(field) for field in form.fields if not field.hidden and meaning_of(field) not in BESIDE]
    return Shape(
        shown=shown_name(form),
        type=lead_type(form, page).value,
        origin=form.origin,
        vendor=vendor,
        own_id=(form.id or form.name)[:TEXT],
        action=_action(form, page),
        method=form.method,
        consent=consent_of(form),
        hidden=form.hidden,
        fields=tuple(asked[:MOST_FIELDS]),
    )


def _asked(field: Field) -> Asked:
    text = field.label or field.caption or field.placeholder or field.name or field.id
    return Asked(text[:TEXT], meaning_of(field), field.kind, _is_required(field), bool(field.label))


def _is_required(field: Field) -> bool:
    """By its attribute, or by what people read beside it: scripts demand what markup does not say."""
    said = f"{field.label} {field.caption} {field.placeholder}"
    return field.required or _REQUIRED.search(said) is not None or _VERIFIED.search(field.markup) is not None


def _action(form: Form, page: PageFacts) -> str:
    """Host and path; `self` for the page itself. Queries hold the page's name or a token, and would split a form."""
    written = form.action.strip()
    if form.origin == "virtual":
        return ""
    if by_button := sent_by(form):
        return by_button[:TEXT]
    if not written or written.startswith(("#", "?")) or form.action_url is None:
        return "self" if form.action_url is not None or not written or written[0] in "#?" else written[:TEXT]
    if n2(form.action_url.partition("?")[0]) == n2(page.final_url.partition("?")[0]):
        return "self"
    return _bare(form.action_url)


def _bare(url: str | None) -> str:
    if url is None:
        return ""
    parts = urlsplit(url)
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}"[:300]


def _address(form: Form, page: PageFacts) -> str:
    """Where a form is sent, if it is an address that can be asked about without sending anything."""
    if form.origin != "native" or vendor_of(form) is not None or form.method not in ("get", "post") or sent_by(form):
        return ""
    if form.action_url is None or _action(form, page) == "self" or form.scripted:
        return ""
    address = n1(form.action_url) or ""
    if form.method == "get":
        address = address.partition("?")[0]  # a browser puts the answers in the place of the query
    if not address or "@" in origin_of(address) or len(address) > LONGEST_ADDRESS:
        return ""  # a name and password in an address are nobody's to send, or to keep
    return address

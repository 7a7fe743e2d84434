"""Lead forms from one audit to the next: what is remembered of each, and which of them are gone."""

import re
from collections.abc import Iterator
from hashlib import blake2b

from editorial.audit.facts import Form, FormSeen, PageFacts
from editorial.audit.field_meanings import meaning_of
from editorial.audit.form_kinds import is_lead_form, lead_forms, lead_type, opened
from editorial.audit.form_vendors import embeds_form
from editorial.domain.urls import n2

MOST = 10  # forms of one page
_NOWHERE = re.compile(r"#|javascript:", re.IGNORECASE)
ALIKE = 0.5  # share of what two forms ask for that makes them the same form, changed


def key_of(form: Form) -> str:
    """What tells a form apart on its page from week to week; keys of findings about it begin with this."""
    return form.id or form.name or str(form.index)


def shown_name(form: Form) -> str:
    """What people call a form: its button, its heading, or its name."""
    said = {button.kind: button.text for button in reversed(form.buttons) if button.text}
    button = said.get("submit") or said.get("image") or said.get("button")
    return (button or form.heading or form.name or form.id or form.text or "form")[:60]


def sent_by(form: Form) -> str:
    """Where a submit button of its own sends it (formaction), or empty."""
    written = (button.action.strip() for button in form.buttons if button.kind in ("submit", "image"))
    return next((action for action in written if action and not _NOWHERE.match(action)), "")


def seen_on(page: PageFacts) -> tuple[FormSeen, ...]:
    """The lead forms of a page as they are remembered."""
    return tuple(_seen(form, page) for form in lead_forms(page)[:MOST])


def vanished(page: PageFacts) -> tuple[FormSeen, ...]:
    """The lead forms that the page had and has no more. A form that came in place of another is that form, changed."""
    before = page.known.forms_before or ()
    now = [*seen_on(page), *_waiting(page)] if before else []
    if len(now) >= len(before) or embeds_form(page):
        return ()
    missing = []
    for form in before:
        twin = max(now, key=lambda other: _likeness(form, other), default=None)
        if twin is not None and _likeness(form, twin) >= ALIKE:
            now.remove(twin)
        else:
            missing.append(form)
    return tuple(missing)


def _waiting(page: PageFacts) -> Iterator[FormSeen]:
    """Lead forms that are there and wait for a script: in a dialog, and in a template where scripts run."""
    for form in page.forms:
        asleep = form.origin == "inert" and has_scripts(page)
        if (asleep or (form.hidden and form.origin == "native")) and is_lead_form(shown := opened(form), page):
            yield _seen(shown, page)


def has_scripts(page: PageFacts) -> bool:
    """Whether scripts run on the page: any of them may do what its source does not show."""
    return page.inline_scripts > 0 or any(part.kind == "script" for part in page.resources)


def expected(page: PageFacts) -> tuple[FormSeen, ...]:
    """What the next audit looks for: the forms that are there, and those still missed."""
    return (*seen_on(page), *_waiting(page), *vanished(page))[:MOST]


def _seen(form: Form, page: PageFacts) -> FormSeen:
    kind = lead_type(form, page).value
    asked = sorted({meaning_of(field) for field in form.fields if not field.hidden} - {""})
    action = (n2(form.action_url) or "") if form.action and form.action_url else ""
    name = form.id or form.name
    digest = blake2b(f"{kind}\0{name}\0{action}\0{','.join(asked)}".encode("utf-8", "replace"), digest_size=6)
    shown = next((button.text for button in form.buttons if button.text), "") or form.heading or name or kind
    return FormSeen(digest.hexdigest(), shown[:60], kind, action[:300], tuple(asked))


def _likeness(form: FormSeen, other: FormSeen) -> float:
    """1 for the same form, 0 for nothing in common."""
    if form.key == other.key or (form.action and form.action == other.action):
        return 1.0
    ours, theirs = set(form.meanings), set(other.meanings)
    shared = len(ours & theirs) / max(1, len(ours | theirs))
    return shared + (0.25 if form.type == other.type else 0.0)

"""Lead forms from one audit to the next: what is remembered of each, and which of them are gone."""

from hashlib import blake2b

from editorial.audit.facts import Form, FormSeen, PageFacts
from editorial.audit.field_meanings import meaning_of
from editorial.audit.form_kinds import lead_forms, lead_type
from editorial.audit.form_vendors import embeds_form
from editorial.domain.urls import n2

MOST = 10  # forms of one page
ALIKE = 0.5  # share of what two forms ask for that makes them the same form, changed


def key_of(form: Form) -> str:
    """What tells a form apart on its page from week to week; keys of findings about it begin with this."""
    return form.id or form.name or str(form.index)


def shown_name(form: Form) -> str:
    """What people call a form: its button, its heading, or its name."""
    submit = next((button.text for button in form.buttons if button.kind in ("submit", "button") and button.text), "")
    return (submit or form.heading or form.name or form.id or form.text or "form")[:60]


def seen_on(page: PageFacts) -> tuple[FormSeen, ...]:
    """The lead forms of a page as they are remembered."""
    return tuple(_seen(form, page) for form in lead_forms(page)[:MOST])


def vanished(page: PageFacts) -> tuple[FormSeen, ...]:
    """The lead forms that the page had and has no more. A form that came in place of another is that form, changed."""
    before = page.known.forms_before or ()
    now = list(seen_on(page)) if before else []
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


def expected(page: PageFacts) -> tuple[FormSeen, ...]:
    """What the next audit looks for: the forms that are there, and those still missed."""
    return (*seen_on(page), *vanished(page))[:MOST]


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

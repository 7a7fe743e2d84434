"""What a lead form tells people about their data, and what it has them agree to."""

import re
from collections.abc import Iterator

from editorial.audit.facts import Field, Form, PageFacts
from editorial.audit.field_meanings import meaning_of
from editorial.audit.form_kinds import lead_forms
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

CONSENTS = frozenset({"consent-privacy", "consent-marketing"})

_PRIVACY = re.compile(
    r"privacy|data.?protection|datenschutz|privacidad|confidentialit|riservatezza|gizlilik|kvkk|конфиденциальн"
    r"|персональн|隐私|隱私|个人信息|個人資料|개인정보|プライバシー|个人资料|yinsi",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(?:do not|don['’]?t|opt.?out|unsubscribe|no thanks|not (?:to )?(?:receive|be contacted))\b"
    r"|不(?:要|想|愿|希望|接收|同意)|拒绝|谢绝",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W{0,3}(?:yes|ja|oui|s[ií]|i agree|agree|accept|true|1|是|同意|接受)\b|^(?:是|同意|接受)", re.IGNORECASE
)
_ASKS = re.compile(
    r"consent|privacy|terms|agree|opt.?in|marketing|newsletter|gdpr|subscribe|隐私|同意|条款|营销|订阅", re.IGNORECASE
)


def _has_lead_form(page: PageFacts) -> bool:
    return is_html_page(page) and bool(lead_forms(page))


def key_of(form: Form) -> str:
    """What tells a form apart on its page from week to week."""
    return form.id or form.name or str(form.index)


@page_rule(
    version=1,
    category="forms",
    severity=Severity.BLOCKER,
    ref="LF-CON-02",
    title=N_("Consent ticked beforehand"),
    says=N_("The consent “%(field)s” is ticked before anybody has agreed."),
    why=N_("A box that was ticked for people is no consent in the EU (Planet49) and no explicit one in China (PIPL)."),
    fix=N_("Leave the box empty. Have your counsel check what was collected with it so far."),
    source="https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62017CJ0673",
    applies=_has_lead_form,
)
def form_consent_preticked(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A ticked "do not write to me" protects people, and a preselected interest is no consent."""
    for form in lead_forms(page):
        for position, field in enumerate(form.fields):
            if field.checked and not field.hidden and _agrees(field):
                shown = (field.label or field.caption or field.name or field.id or field.kind)[:100]
                yield Failure(f"{key_of(form)}/{field.name or field.id or position}", {"field": shown}, (field.markup,))


def _agrees(field: Field) -> bool:
    said = f"{field.label} {field.caption}"
    if _REFUSAL.search(said):
        return False
    if field.kind == "checkbox":
        return meaning_of(field) in CONSENTS
    return _YES.search(field.label) is not None and _ASKS.search(f"{field.name} {field.id} {field.caption}") is not None


@page_rule(
    version=1,
    category="forms",
    severity=Severity.ERROR,
    ref="LF-CON-01",
    title=N_("Form without privacy notice"),
    says=N_("The form “%(form)s” does not link to a privacy notice."),
    why=N_("Where data is collected, people must learn who uses it and for what (GDPR Art. 13, PIPL Art. 17)."),
    fix=N_("Put a link to your privacy notice beside the button. Have your counsel check its words."),
    source="https://eur-lex.europa.eu/eli/reg/2016/679/oj#d1e2271-1-1",
    applies=_has_lead_form,
)
def form_privacy_link_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """In the form, or in its section: a newsletter in the footer has the notice of the footer."""
    for form in lead_forms(page):
        if form.origin != "native":
            continue  # what stands around a group of controls is not known
        told = [f"{link.text} {link.name} {link.href}" for link in form.links]
        told += [link for field in form.fields for link in field.label_links]
        if not any(_PRIVACY.search(text) for text in (*told, *form.nearby)):
            yield Failure(key_of(form), {"form": shown_name(form)}, (form.text[:200],) if form.text else ())


def shown_name(form: Form) -> str:
    """What people call a form: its button, its heading, or its name."""
    submit = next((button.text for button in form.buttons if button.kind in ("submit", "button") and button.text), "")
    return (submit or form.heading or form.name or form.id or form.text or "form")[:60]

"""What a form says about people's data: its notice, and the consents it asks for."""

import re
from typing import Literal

from editorial.audit.facts import Field, Form
from editorial.audit.field_meanings import meaning_of

Consent = Literal["ticked", "box", "notice", "none", ""]
"""A box that is ticked beforehand, one that is not, a notice alone, nothing; empty where the source hides it."""
CONSENTS = frozenset({"consent-privacy", "consent-marketing"})

_PRIVACY = re.compile(
    r"privacy|data.?protection|datenschutz|privacidad|confidentialit|riservatezza|gizlilik|kvkk|конфиденциальн"
    r"|персональн|隐私|隱私|个人信息|個人資料|개인정보|プライバシー|个人资料|個人情報|yinsi"
    r"|\b(?:rgpd|dsgvo|gdpr|lgpd|avg)\b|prywatno|osobních údaj|osobných údaj|integritets|personuppgift|privatliv"
    r"|persondata|personvern|tietosuoja|adatvéd|απορρήτου|riêng tư|privasi|الخصوصية|פרטיות|конфіденційн|поверителност",
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
    r"consent|privacy|terms|agree|opt.?in|marketing|newsletter|gdpr|subscribe|隐私|同意|条款|营销|订阅"
    r"|\b(?:may|can) we (?:send|e-?mail|call|contact|write|keep)|(?:可以|能否|是否)(?:向|给|联系)[您你]",
    re.IGNORECASE,
)


def has_notice(form: Form) -> bool:
    """A privacy notice is linked in the form, or in its section."""
    told = [f"{link.text} {link.name} {link.href}" for link in form.links]
    told += [link for field in form.fields for link in field.label_links]
    told += [button.text for button in form.buttons if button.kind == "button"]  # opens it in a dialog
    return any(_PRIVACY.search(text) for text in (*told, *form.nearby))


def agrees(field: Field) -> bool:
    """A box or choice by which somebody agrees; a "do not write to me" protects people, an interest is no consent."""
    said = f"{field.label} {field.caption} {field.legend}"
    if _REFUSAL.search(said):
        return False
    if field.kind == "checkbox" and meaning_of(field) in CONSENTS:
        return True
    asked = field.legend if field.kind == "checkbox" else f"{field.name} {field.id} {field.caption} {field.legend}"
    return _YES.search(field.label) is not None and _ASKS.search(asked) is not None


def consent_of(form: Form) -> Consent:
    """How a form asks for consent, as far as its source shows."""
    if form.origin == "embedded":
        return ""
    asked = [field for field in form.fields if not field.hidden and field.kind in ("checkbox", "radio")]
    agreed = [field for field in asked if agrees(field)]
    if any(field.checked for field in agreed):
        return "ticked"
    if agreed:
        return "box"
    return "notice" if has_notice(form) else "none"

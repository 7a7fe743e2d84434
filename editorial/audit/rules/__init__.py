"""Every rule about one page. A family is a file; a new one is added to the list here."""

from types import ModuleType

from editorial.audit.rule import PageRule
from editorial.audit.rules import (
    canonicals,
    contents,
    descriptions,
    encodings,
    form_changes,
    form_consents,
    form_labels,
    form_sending,
    headings,
    images,
    indexability,
    languages,
    links,
    mobile,
    redirects,
    responses,
    security,
    structured_data,
    titles,
)

FAMILIES: tuple[ModuleType, ...] = (
    responses,
    redirects,
    encodings,
    indexability,
    canonicals,
    titles,
    descriptions,
    headings,
    contents,
    links,
    images,
    structured_data,
    languages,
    security,
    mobile,
    form_labels,
    form_consents,
    form_sending,
    form_changes,
)

PAGE_RULES: tuple[PageRule, ...] = tuple(
    rule for family in FAMILIES for rule in vars(family).values() if isinstance(rule, PageRule)
)

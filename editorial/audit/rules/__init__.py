"""Every rule about one page. A family is a file; a new one is added to the list here."""

from types import ModuleType

from editorial.audit.rule import PageRule
from editorial.audit.rules import (
    canonicals,
    descriptions,
    form_labels,
    headings,
    images,
    indexability,
    languages,
    links,
    responses,
    structured_data,
    titles,
)

FAMILIES: tuple[ModuleType, ...] = (
    responses,
    indexability,
    canonicals,
    titles,
    descriptions,
    headings,
    links,
    images,
    structured_data,
    languages,
    form_labels,
)

PAGE_RULES: tuple[PageRule, ...] = tuple(
    rule for family in FAMILIES for rule in vars(family).values() if isinstance(rule, PageRule)
)

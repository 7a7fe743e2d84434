"""Every rule there is. A family is a file; a new one is added to the list here."""

import hashlib
from types import ModuleType

from editorial.audit.rule import PageRule, Rule, SiteRule
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

ALL_RULES: tuple[PageRule | SiteRule, ...] = tuple(
    rule for family in FAMILIES for rule in vars(family).values() if isinstance(rule, (PageRule, SiteRule))
)
PAGE_RULES: tuple[PageRule, ...] = tuple(rule for rule in ALL_RULES if isinstance(rule, PageRule))
SITE_RULES: tuple[SiteRule, ...] = tuple(rule for rule in ALL_RULES if isinstance(rule, SiteRule))
BY_ID: dict[str, PageRule | SiteRule] = {rule.id: rule for rule in ALL_RULES}


def ruleset_version(rules: tuple[Rule, ...] = ALL_RULES) -> str:
    """Twelve hex digits that change when a rule comes, goes or judges differently. An audit keeps it with its score."""
    named = " ".join(sorted(f"{rule.id}@{rule.version}" for rule in rules))
    return hashlib.blake2b(named.encode(), digest_size=6).hexdigest()

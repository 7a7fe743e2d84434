"""Every rule about a whole audit. A family is a file; a new one is added to the list here."""

from types import ModuleType

from editorial.audit.site_rule import SiteRule
from editorial.audit.site_rules import (
    canonicals,
    contents,
    crawls,
    descriptions,
    external_links,
    forms,
    languages,
    links,
    robots_files,
    sitemaps,
    titles,
)

FAMILIES: tuple[ModuleType, ...] = (
    canonicals,
    titles,
    descriptions,
    contents,
    links,
    external_links,
    languages,
    sitemaps,
    robots_files,
    crawls,
    forms,
)

SITE_RULES: tuple[SiteRule, ...] = tuple(
    rule for family in FAMILIES for rule in vars(family).values() if isinstance(rule, SiteRule)
)

"""Every rule there is, about one page and about a whole audit."""

import hashlib

from editorial.audit.rule import PageRule, Rule
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import SiteRule
from editorial.audit.site_rules import SITE_RULES

ALL_RULES: tuple[PageRule | SiteRule, ...] = (*PAGE_RULES, *SITE_RULES)
BY_ID: dict[str, PageRule | SiteRule] = {rule.id: rule for rule in ALL_RULES}


def ruleset_version(rules: tuple[Rule, ...] = ALL_RULES) -> str:
    """Twelve hex digits that change when a rule comes, goes or judges differently. An audit keeps it with its score."""
    named = " ".join(sorted(f"{rule.id}@{rule.version}" for rule in rules))
    return hashlib.blake2b(named.encode(), digest_size=6).hexdigest()

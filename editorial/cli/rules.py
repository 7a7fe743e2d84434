"""`editorial rules`: every rule there is, with what it says, why, and where that stands."""

from collections.abc import Iterator
from typing import Any

import click
import orjson

from editorial.adapters.catalog import Catalog
from editorial.audit.report import SEVERITY_NAMES
from editorial.audit.rule import Param, Rule
from editorial.audit.rulebook import ALL_RULES
from editorial.audit.site_rule import SiteRule
from editorial.cli.language import speaks, spoken
from editorial.cli.printing import ending_well, put
from editorial.domain.messages import NP_, Message


@click.command("rules")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: one array of objects.",
)
@speaks
def rules(*, style: str) -> None:
    """List every rule by category, with its severity, its reason and its source."""
    catalog = spoken()
    with ending_well():
        if style == "json":
            said = [rule_dict(rule, catalog) for rule in ALL_RULES]
            put(orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            return
        for line in _text(catalog):
            put(f"{line}\n")


def rule_dict(rule: Rule, catalog: Catalog) -> dict[str, Any]:
    """A rule's metadata. `says` keeps the places of its params, `fix` has the thresholds filled in."""
    return {
        "id": rule.id,
        "version": rule.version,
        "category": rule.category,
        "scope": "site" if isinstance(rule, SiteRule) else "page",
        "severity": rule.severity.value,
        "title": catalog.gettext(rule.title),
        "says": catalog.gettext(rule.says),
        "why": catalog.gettext(rule.why),
        "fix": catalog.say(Message(rule.fix, rule.defaults())),
        "source": rule.source,
        "needs": sorted(rule.needs | (rule.silence_needs if isinstance(rule, SiteRule) else frozenset())),
        "engines": sorted(rule.engines),
        "params": {name: _param(param) for name, param in rule.params.items()},
        "ref": rule.ref,
        "caps": rule.caps,
    }


def _param(param: Param) -> dict[str, float]:
    return {"default": param.default, "at_least": param.at_least, "at_most": param.at_most}


def _text(catalog: Catalog) -> Iterator[str]:
    category = None
    for rule in sorted(ALL_RULES, key=lambda each: (each.category, each.severity.rank, each.id)):
        if rule.category != category:
            category = rule.category
            yield f"{category}\n"
        said = rule_dict(rule, catalog)
        yield f"  {rule.id}  {catalog.gettext(SEVERITY_NAMES[rule.severity])}  {said['title']}"
        yield from (f"      {said[name]}" for name in ("why", "fix", "source"))
        yield ""
    yield catalog.say(Message.counted(NP_("%(count)s rule.", "%(count)s rules."), len(ALL_RULES)))

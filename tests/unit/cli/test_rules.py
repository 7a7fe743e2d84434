"""`editorial rules`: every rule with its metadata."""

import json

from click.testing import CliRunner

from editorial.audit.rulebook import ALL_RULES, BY_ID
from editorial.cli.rules import rules


def test_json_lists_every_rule_with_its_metadata():
    listed = json.loads(CliRunner().invoke(rules, ["--format", "json", "--lang", "en"]).stdout)

    assert [rule["id"] for rule in listed] == [rule.id for rule in ALL_RULES]
    assert {rule["scope"] for rule in listed} == {"page", "site"}
    title = next(rule for rule in listed if rule["id"] == "title-too-long")
    assert title["params"]["max_px"]["default"] == BY_ID["title-too-long"].params["max_px"].default
    assert set(title) == {
        *("id", "version", "category", "scope", "severity", "title", "says", "why", "fix", "source"),
        *("needs", "engines", "params", "ref", "caps"),
    }
    assert "%(max_px)s" not in title["fix"]


def test_text_shows_each_rule_in_the_language_asked_for():
    shown = CliRunner().invoke(rules, ["--lang", "zh"]).stdout

    assert all(f"  {rule.id}  " in shown for rule in ALL_RULES)
    assert "缺少描述" in shown

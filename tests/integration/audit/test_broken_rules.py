"""A rule that breaks is inconclusive, its name is in the log, and it costs the other rules nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rules import SITE_RULES
from editorial.cli.audit import audit
from tests.integration.audit.conftest import page

BROKEN = ("description-duplicate", "title-too-short")


def breaks(*_: Any) -> Any:
    raise ZeroDivisionError


def test_a_rule_that_breaks_is_inconclusive_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sites = tuple(replace(rule, check=breaks) if rule.id in BROKEN else rule for rule in SITE_RULES)
    pages = tuple(replace(rule, check=breaks) if rule.id in BROKEN else rule for rule in PAGE_RULES)
    for name in ("auditing", "audit_output", "verdicts"):
        monkeypatch.setattr(f"editorial.services.{name}.PAGE_RULES", pages)
    for name in ("audit_output", "verdicts"):
        monkeypatch.setattr(f"editorial.services.{name}.SITE_RULES", sites)
    monkeypatch.setattr("structlog.configure", lambda **_: None)
    for name in ("a", "b"):
        (tmp_path / f"{name}.html").write_bytes(page("Same").body)

    with capture_logs() as logs:
        result = CliRunner().invoke(
            audit, [str(tmp_path), "--format", "json", "--outcomes", "all"], env={"LC_ALL": "C"}
        )

    said = [{each["rule"]: each for each in orjson.loads(line)["outcomes"]} for line in result.stdout.splitlines()]
    assert [(one[rule]["outcome"], "error in the rule" in one[rule]["message"]) for one in said for rule in BROKEN] == [
        ("inconclusive", True)
    ] * 4
    assert [one["title-duplicate"]["outcome"] for one in said] == ["fail", "fail"]
    assert {entry["rule"] for entry in logs if entry["event"] == "rule.raised"} == set(BROKEN)

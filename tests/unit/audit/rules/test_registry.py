"""Every rule is whole: registered, proved by examples, sourced, and said in both languages."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from editorial.audit import rules, site_rules
from editorial.audit.engine import judge
from editorial.audit.rule import ALL_ENGINES, Need, PageRule, Result
from editorial.audit.rulebook import ALL_RULES, BY_ID, ruleset_version
from editorial.audit.rules import PAGE_RULES, docs
from editorial.audit.site_rule import SiteRule
from editorial.audit.site_rules import SITE_RULES
from tests.unit.audit.pages import document, page
from tests.unit.audit.rules.examples import FAILING, failing, sound

HELPERS = {"__init__", "docs"}
PLACE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("package", [rules, site_rules])
def test_every_file_of_the_folder_is_a_registered_family(package):
    names = {family.__name__.rpartition(".")[2] for family in package.FAMILIES}

    assert names == {file.stem for file in Path(package.__file__).parent.glob("*.py")} - HELPERS


def test_a_rule_stands_in_one_family_only():
    assert len(BY_ID) == len(ALL_RULES)


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.id)
def test_a_rule_that_reads_the_page_says_nothing_of_a_bot_check(rule: PageRule):
    checked = page(document("<title>Just a moment...</title>"), status=403, headers=(("cf-mitigated", "challenge"),))
    outcome = judge(checked, frozenset(Need), rules=[rule])[0]

    assert outcome.result is not Result.FAIL or rule.id == "response-access-denied"


def test_the_ten_rules_of_the_first_stage_are_there():
    assert {
        "title-missing",
        "title-duplicate",
        "description-missing",
        "h1-missing",
        "canonical-multiple",
        "noindex-page",
        "link-broken-internal",
        "img-alt-missing",
        "html-lang-missing",
        "form-field-without-label",
    } <= BY_ID.keys()


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_a_rule_names_its_source_its_version_and_its_engines(rule):
    assert rule.source.startswith("https://")
    assert rule.version >= 1
    assert rule.engines <= ALL_ENGINES
    assert rule.engines


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.id)
def test_a_page_rule_fails_on_its_failing_example(rule: PageRule):
    outcome = judge(failing(rule.id), frozenset(Need), rules=[rule])[0]

    assert outcome.result is Result.FAIL


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.id)
def test_a_page_rule_passes_on_the_sound_page(rule: PageRule):
    outcome = judge(sound(rule.id), frozenset(Need), rules=[rule])[0]

    assert outcome.result is Result.PASS


@pytest.mark.parametrize("rule", [rule for rule in PAGE_RULES if rule.id in FAILING], ids=lambda rule: rule.id)
def test_a_page_rule_does_not_apply_to_an_error_page(rule: PageRule):
    outcome = judge(page(FAILING[rule.id], status=404), frozenset(Need), rules=[rule])[0]

    assert outcome.result is Result.NOT_APPLICABLE


@pytest.mark.parametrize("rule", PAGE_RULES, ids=lambda rule: rule.id)
def test_the_sentence_has_all_it_names(rule: PageRule):
    failure = judge(failing(rule.id), frozenset(Need), rules=[rule])[0].failures[0]
    message = rule.sentence(failure)

    assert set(PLACE.findall(message.id)) <= message.params.keys()


@pytest.mark.parametrize("rule", SITE_RULES, ids=lambda rule: rule.id)
def test_a_site_rule_is_shown_on_a_database(rule: SiteRule):
    """Its failing and passing examples need one; they stand in tests/integration/audit/site_rules."""
    shown = (Path(__file__).parents[3] / "integration" / "audit" / "site_rules").glob("test_*.py")

    assert any(f'"{rule.id}"' in file.read_text() for file in shown)


@cache
def chinese() -> Catalog:
    with docs.CATALOGUE.open("rb") as opened:
        return read_po(opened)


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_every_sentence_is_said_in_chinese_with_the_same_places(rule):
    for text in (rule.title, rule.says, rule.why, rule.fix):
        entry = chinese().get(text)
        assert entry is not None, text
        assert re.search("[\u4e00-\u9fff]", str(entry.string)), text
        assert sorted(PLACE.findall(str(entry.string))) == sorted(PLACE.findall(text))


def test_the_reference_is_current():
    folder = Path(__file__).parents[4] / "docs" / "rules"

    assert {name: (folder / name).read_text(encoding="utf-8") for name in docs.reference()} == docs.reference()


def test_the_version_of_the_rule_set_follows_its_rules():
    assert ruleset_version(ALL_RULES[1:]) != ruleset_version() == ruleset_version(ALL_RULES[::-1])

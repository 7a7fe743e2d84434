"""docs/audit-output.md says what is: its examples run, and every name that is printed stands in both languages."""

import re
from pathlib import Path
from typing import Any

import click
import orjson
import pytest
from click.testing import CliRunner

from editorial.audit.alone import judge_stored
from editorial.audit.facts import ERROR_CODES
from editorial.audit.facts_report import facts_dict
from editorial.audit.form_kinds import Kind
from editorial.audit.stored import read
from editorial.cli.audit import FOUND, audit
from editorial.cli.judge import judge
from editorial.cli.printing import COULD_NOT_RUN, INTERRUPTED, UNREAD
from editorial.cli.rules import rules

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = {"en": DOCS / "audit-output.md", "zh": DOCS / "audit-output.zh.md"}
HTML = (
    "<!doctype html><html lang=en><title>t</title><link rel=canonical href=/><link rel=alternate hreflang=de href=/de>"
    "<meta name=robots content=noindex><h1>h</h1><a href=x>l</a><img src=a><script type='application/ld+json'>[1,"
    "</script><form action=/go><input name=email><button>Go</button><a href=/privacy>p</a></form>"
)


def said(lang: str) -> str:
    return PAGES[lang].read_text(encoding="utf-8")


def names_of(value: Any) -> set[str]:
    """Every name in a printed object; what JSON-LD holds and the tokens and engines are names of others."""
    if isinstance(value, list):
        return set().union(*map(names_of, value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*map(names_of, value.values()))


@pytest.mark.parametrize("lang", PAGES)
def test_the_example_of_judge_is_what_it_prints(lang: str):
    given, printed = re.findall(r"```jsonl\n(.*?)```", said(lang), re.DOTALL)
    command = re.search(r"^\$ editorial judge responses.jsonl (.*)$", said(lang), re.MULTILINE)
    assert command is not None

    result = CliRunner().invoke(judge, ["-", *command[1].split()], input=given, env={"LC_ALL": "C"})

    assert result.stdout == printed


@pytest.mark.parametrize("lang", PAGES)
def test_every_name_that_is_printed_is_explained(lang: str):
    facts = facts_dict(judge_stored(read(orjson.dumps({"url": "https://example.com/", "html": HTML}))).facts)

    assert not {name for name in names_of(facts) if f"`{name}`" not in said(lang)}


@pytest.mark.parametrize("lang", PAGES)
def test_every_option_is_explained(lang: str):
    limits = PAGES[lang].with_name(PAGES[lang].name.replace("audit-output", "crawling")).read_text(encoding="utf-8")
    section = {"audit": audit, "judge": judge, "rules": rules}
    missing = [
        (name, option)
        for name, command in section.items()
        for param in command.params
        if isinstance(param, click.Option)
        for option in param.opts
        if option not in said(lang) + limits
    ]

    assert missing == []


@pytest.mark.parametrize("lang", PAGES)
def test_every_code_is_explained(lang: str):
    codes = {*ERROR_CODES, *(kind.value for kind in Kind)}

    assert not {code for code in codes if f"`{code}`" not in said(lang)}


@pytest.mark.parametrize("lang", PAGES)
def test_every_exit_status_is_explained(lang: str):
    rows = re.findall(r"^\| (\d+) \| ", said(lang), re.MULTILINE)

    assert rows == [str(status) for status in (0, FOUND, 2, COULD_NOT_RUN, INTERRUPTED, UNREAD)]


def test_both_languages_explain_the_same_names():
    def first_cells(lang: str) -> list[list[str]]:
        return [re.findall(r"`([^`]+)`", row) for row in re.findall(r"^\| (`[^|]+) \|", said(lang), re.MULTILINE)]

    assert first_cells("en") == first_cells("zh")

"""`editorial url`: both forms of an address."""

import json

import pytest
from click.testing import CliRunner, Result

from editorial.__main__ import editorial


def run(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(editorial, ["--lang", "en", "url", *arguments], input=said)


def test_a_person_reads_both_forms() -> None:
    said = run("HTTP://Example.com:80/a/../b?utm_source=x&b=2&a=1#part")

    assert said.stdout == "N1\thttp://example.com/b?utm_source=x&b=2&a=1\nN2\thttp://example.com/b?a=1&b=2\n"


def test_a_relative_address_needs_its_page() -> None:
    facts = json.loads(run("../x", "--base", "https://example.com/b/c/", "--format", "json").stdout)

    assert facts == {
        "url": "../x",
        "base": "https://example.com/b/c/",
        "n1": "https://example.com/b/x",
        "n2": "https://example.com/b/x",
        "origin": "https://example.com",
        "path": "/b/x",
    }


@pytest.mark.parametrize("typed", ["mailto:a@example.com", "../x", "http://", "https://[::1", "javascript:void(0)"])
def test_what_cannot_be_fetched_has_no_form(typed: str) -> None:
    said, facts = run(typed), json.loads(run(typed, "--format", "json").stdout)

    assert said.exit_code == 1
    assert said.stderr.startswith(f"{typed} is no address that can be fetched. Write it with")
    assert (facts["n1"], facts["n2"]) == (None, None)


def test_a_base_that_is_no_address_is_bad_usage() -> None:
    assert run("x", "--base", "nowhere").exit_code == 2


def test_a_base_of_another_kind_resolves_nothing() -> None:
    assert json.loads(run("https://example.com", "--base", "about:blank", "--format", "json").stdout)["base"] is None
    assert run("x", "--base", "mailto:a@example.com").exit_code == 1


def test_many_addresses_are_answered_line_by_line() -> None:
    typed = 'https://example.com/a b\r\n\n{"url": "\\u0000c\\ud800", "base": "https://example.com"}\n../d\ntel:1\n'
    said = run("-", "--base", "https://example.org/x/", "--format", "json", said=typed)

    assert (said.exit_code, [json.loads(line)["n1"] for line in said.stdout.splitlines()]) == (
        1,
        ["https://example.com/a%20b", "https://example.com/c%EF%BF%BD", "https://example.org/d", None],
    )


def test_many_addresses_as_text_are_two_columns() -> None:
    said = run("-", said="https://example.com/?b&a\nnowhere\n")

    assert said.stdout == "https://example.com/?b&a\thttps://example.com/?a&b\n\t\n"


@pytest.mark.parametrize("line", ["{", '{"base": "https://example.com"}', '{"url": 1}', '{"url": "x", "base": 1}'])
def test_a_line_that_is_no_address_is_bad_usage(line: str) -> None:
    said = run("-", said=f"https://example.com\n{line}\n")

    assert (said.exit_code, "Line 2 is no JSON object" in said.stderr) == (2, True)

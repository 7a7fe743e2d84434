"""`editorial robots`: allowed or not, and by which line."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from editorial.__main__ import editorial

TEXT = """User-agent: *
Disallow: /private/
Allow: /private/open$
wrong line
Sitemap: https://example.com/sitemap.xml

User-agent: Googlebot
Crawl-delay: 3
Disallow: /*.pdf$
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "robots.txt"
    path.write_text(TEXT)
    return str(path)


def run(*arguments: str, typed: str | None = None, color: bool = False) -> Result:
    """`color`: as on a terminal, where click takes no orders out."""
    return CliRunner().invoke(editorial, ["--lang", "en", "robots", *arguments], input=typed, color=color)


@pytest.mark.parametrize(
    ("agent", "url", "allowed", "line"),
    [
        ("Bingbot", "/private/x", False, 2),
        ("Bingbot", "/private/open", True, 3),
        ("Bingbot", "https://example.com/private/", False, 2),
        ("Bingbot", "/elsewhere", True, None),
        ("Googlebot/2.1 (+http://x)", "/a.pdf", False, 9),
        ("googlebot", "/a.pdf?print", True, None),
        ("googlebot", "/private/x", True, None),
    ],
)
def test_it_says_which_line_decided(file: str, agent: str, url: str, allowed: bool, line: int | None) -> None:
    said = run(file, "--agent", agent, url, "--format", "json")

    (verdict,) = json.loads(said.stdout)["urls"]
    assert (verdict["url"], verdict["allowed"], verdict["line"]) == (url, allowed, line)
    assert said.exit_code == (0 if allowed else 1)


def test_a_file_gives_the_terminal_no_orders(tmp_path: Path) -> None:
    path = tmp_path / "robots.txt"
    path.write_text("User-agent: *\nDisallow: /a # \x1b[2J\nno line\x1b]0;title\x07\n")
    said = run(str(path), "--agent", "Bingbot", "/a", color=True)

    assert "\ufffd" in said.stdout
    assert "\ufffd" in said.stderr
    assert "\x1b" not in said.output


def test_a_person_reads_one_line_an_address(file: str) -> None:
    said = run(file, "--agent", "Bingbot", "/private/x", "/elsewhere", "http://")

    assert said.stdout.splitlines() == [
        "disallowed\t/private/x\tline 2: Disallow: /private/",
        "allowed\t/elsewhere\tno line speaks of it",
        "http:// is no address.",
    ]
    assert said.stderr == "no line of robots.txt: it has no effect\tline 4: wrong line\n"


def test_without_addresses_it_says_what_the_file_holds(file: str) -> None:
    facts = json.loads(run(file, "--agent", "Googlebot", "--format", "json").stdout)

    assert (facts["token"], facts["crawl_delay"], facts["sitemaps"]) == (
        "googlebot", 3.0, ["https://example.com/sitemap.xml"]
    )  # fmt: skip
    assert [(note["line"], note["kind"]) for note in facts["notes"]] == [(4, "syntax")]
    assert run(file, "--agent", "Googlebot").stdout == "3 rules are read.\n"


def test_it_reads_standard_input() -> None:
    assert run("-", "--agent", "x", "/a", typed="User-agent: *\nDisallow: /").exit_code == 1


@pytest.mark.parametrize(
    ("status", "allowed", "exit_code"), [(404, True, 0), (403, True, 0), (429, False, 1), (503, False, 1)]
)
def test_the_status_of_the_answer_counts(httpserver: HTTPServer, status: int, allowed: bool, exit_code: int) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=status)
    said = run(httpserver.url_for("/"), "--agent", "x", "/a", "--format", "json", "--allow-private")
    facts = json.loads(said.stdout)

    assert (facts["status"], facts["urls"][0]["allowed"], said.exit_code) == (status, allowed, exit_code)


def test_a_private_address_is_not_reached(httpserver: HTTPServer) -> None:
    said = run(httpserver.url_for("/robots.txt"), "--agent", "x", "--format", "json")

    assert (json.loads(said.stdout)["error"], httpserver.log) == ("address", [])


@pytest.mark.parametrize("options", [(), ("--allow-private",)])
def test_no_answer_forbids_everything_and_is_no_file_that_could_be_read(options: tuple[str, ...]) -> None:
    """Refused by our guard, or because nothing listens at that port."""
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        said = run(f"http://127.0.0.1:{bound.getsockname()[1]}/robots.txt", "--agent", "x", "/a", *options)

    assert said.stdout.startswith("disallowed\t/a")
    assert said.stderr.endswith("So everything is forbidden until it can be read.\n")
    assert said.exit_code == 3


def test_what_is_not_there_is_said_in_one_sentence() -> None:
    said = run("/nowhere/robots.txt", "--agent", "x", "/")

    assert said.exit_code == 3
    assert said.stderr.startswith("There is no file /nowhere/robots.txt. Give a file, an address")

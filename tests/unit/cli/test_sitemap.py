"""`editorial sitemap`: addresses and errors."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from editorial.__main__ import editorial
from editorial.audit.crawl.sitemaps import Sitemap
from editorial.cli.sitemap import SAYS

ONE = "<urlset>\n<url><loc>https://example.com/a</loc><lastmod>2026-11-22</lastmod></url>\n{}</urlset>"


def run(*arguments: str, typed: str | bytes | None = None, color: bool = False) -> Result:
    """`color`: as on a terminal, where click takes no orders out."""
    return CliRunner().invoke(editorial, ["--lang", "en", "sitemap", *arguments], input=typed, color=color)


def test_addresses_go_to_output_and_errors_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "sitemap.xml"
    path.write_text(ONE.format("<url><loc>/b</loc></url>"))
    said = run(str(path))

    assert said.stdout == "https://example.com/a\n"
    assert said.stderr.splitlines() == [f"{path}:3: This is no absolute address. /b", f"{path}: 1 address."]
    assert said.exit_code == 1


def test_a_file_gives_the_terminal_no_orders() -> None:
    said = run("-", typed="https://example.com/a\nno\x1b[2Jaddress\n", color=True)

    assert "no\ufffd[2Jaddress" in said.stderr
    assert "\x1b" not in said.output


def test_a_program_reads_everything_that_was_said() -> None:
    facts = json.loads(run("-", "--format", "json", typed=gzip.compress(ONE.format("").encode())).stdout)

    assert facts["form"] == "urlset"
    assert facts["errors"] == []
    assert facts["urls"] == [
        {"url": "https://example.com/a", "loc": "https://example.com/a", "lastmod": "2026-11-22", "changefreq": None,
         "priority": None, "alternates": [], "images": []}
    ]  # fmt: skip


def test_an_index_is_followed_when_asked(httpserver: HTTPServer) -> None:
    there, gone = httpserver.url_for("/a.xml"), httpserver.url_for("/gone.xml")
    index = f"<sitemapindex><sitemap><loc>{there}</loc></sitemap><sitemap><loc>{gone}</loc></sitemap></sitemapindex>"
    httpserver.expect_request("/index.xml").respond_with_data(index)
    httpserver.expect_request("/a.xml").respond_with_data(ONE.format(""))
    httpserver.expect_request("/gone.xml").respond_with_data("", status=404)
    said = run(httpserver.url_for("/index.xml"), "--follow", "--allow-private", "--format", "json")
    facts = json.loads(said.stdout)

    assert [one["url"] for one in facts["sitemaps"]] == [there, gone]
    assert [[one["url"] for one in file["urls"]] for file in facts["files"]] == [["https://example.com/a"], []]
    assert facts["files"][1]["errors"][0]["kind"] == "unread"
    assert said.exit_code == 1


@pytest.mark.parametrize(("status", "exit_code"), [(200, 0), (404, 3), (500, 3)])
def test_a_sitemap_that_does_not_answer_was_not_read(httpserver: HTTPServer, status: int, exit_code: int) -> None:
    httpserver.expect_request("/sitemap.xml").respond_with_data(ONE.format(""), status=status)

    assert run(httpserver.url_for("/sitemap.xml"), "--allow-private").exit_code == exit_code


def test_a_private_address_is_not_reached(httpserver: HTTPServer) -> None:
    said = run(httpserver.url_for("/sitemap.xml"))

    assert (said.exit_code, httpserver.log) == (3, [])
    assert "it lies inside a private network" in said.stderr


def test_each_fault_that_can_be_told_has_its_sentence() -> None:
    named = set(str(Sitemap.__doc__).split("`")[1::2])

    assert named - SAYS.keys() == set()

"""`editorial audit` of a sitemap or a list: exactly these pages, on whatever hosts."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from editorial.cli.audit import audit
from tests.integration.audit.conftest import Answer, Web, links, page

OF_A_SITE = ("title-duplicate", "link-broken-internal")
FAST = ("--rate", "1000", "--concurrency", "4", "--allow-private")


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(audit, [*arguments, *FAST], env={"LC_ALL": "C"}, input=given)


def pages_of(result: Result) -> dict[str, dict[str, str]]:
    """By address the outcomes of its rules."""
    lines: list[dict[str, Any]] = [orjson.loads(line) for line in result.stdout.splitlines()]
    return {line["url"]: {each["rule"]: each["outcome"] for each in line["outcomes"]} for line in lines}


@pytest.fixture
def site(web: Web) -> Web:
    web.pages["/"] = page("Home", links("/a", "/b", "/c"))
    web.pages["/a"] = page("A", links("/c", "/gone"))
    web.pages["/b"] = page("")
    web.pages["/c"] = page("C")
    return web


def test_exactly_the_pages_of_a_list_are_judged(site: Web, tmp_path: Path):
    other = site.url.replace("127.0.0.1", "localhost")
    file = tmp_path / "pages.csv"
    file.write_text(f"URL,Clicks\n{site.url}/a,5\n/relative,1\n{other}/b,0\n{site.url}/a,5\n")

    result = run(str(file), "--format", "json", "--outcomes", "all")
    pages = pages_of(result)

    assert set(pages) == {f"{site.url}/a", f"{other}/b"}
    assert sorted(site.paths()) == ["/a", "/b", "/robots.txt", "/robots.txt"]
    assert (pages[f"{site.url}/a"]["title-missing"], pages[f"{other}/b"]["title-missing"]) == ("pass", "fail")
    assert {pages[f"{site.url}/a"][rule] for rule in OF_A_SITE} == {"inconclusive"}
    assert (result.exit_code, result.stderr.splitlines()) == (
        3,
        [f"{file}:3: No address that begins with http:// or https:// stands here. Write it in full. /relative, 1"],
    )


def test_links_are_followed_on_request(site: Web):
    result = run("-", "--follow-links", "--format", "json", given=f"{site.url}/a\n")

    assert set(pages_of(result)) == {f"{site.url}{path}" for path in ("/a", "/c", "/gone")}


SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
INDEX = '<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'


def named(tag: str, *urls: str) -> str:
    return "".join(f"<{tag}><loc>{url}</loc></{tag}>" for url in urls)


def test_the_sitemaps_of_an_index_are_read_on_request(site: Web):
    site.pages["/map.xml"] = Answer(SITEMAP.format(named("url", f"{site.url}/c")).encode())
    site.pages["/index.xml"] = Answer(
        INDEX.format(named("sitemap", f"{site.url}/map.xml", f"{site.url}/no.xml")).encode()
    )

    refused, followed = run(f"{site.url}/index.xml"), run(f"{site.url}/index.xml", "--follow", "--format", "json")

    assert (refused.exit_code, "--follow" in refused.stderr) == (2, True)
    assert (followed.exit_code, set(pages_of(followed))) == (3, {f"{site.url}/c"})
    assert followed.stderr.splitlines() == [f"{site.url}/no.xml: {site.url}/no.xml answers with status 404."]


@pytest.mark.thorough  # it is asked for three times
def test_a_host_that_does_not_answer_costs_the_others_nothing(site: Web):
    dead = "http://127.0.0.1:9/x"

    result = run("-", "--format", "json", given=f"{dead}\n{site.url}/c\n")

    assert (result.exit_code, set(pages_of(result))) == (3, {dead, f"{site.url}/c"})
    assert result.stderr == f"{dead} could not be read: no connection was possible.\n"


@pytest.mark.parametrize(
    ("given", "says"),
    [("", "There is no address to audit in -."), ("<html><title>x</title>", "- is a web page, no list of addresses.")],
)
def test_what_holds_no_address_is_refused(given: str, says: str):
    result = run("-", given=given)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(says)


def test_a_name_that_no_disk_takes_is_not_there():
    result = run("a" * 5000)

    assert (result.exit_code, "is neither a file here" in result.stderr) == (2, True)


def test_a_list_that_is_not_there_ends_with_3(web: Web):
    result = run(f"{web.url}/none.txt")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "answers with status 404" in result.stderr


@pytest.mark.parametrize(("options", "most"), [((), 6000), (("--max-pages", "10"), 10)])
def test_a_long_list_is_audited_whole(options: tuple[str, ...], most: int, monkeypatch: pytest.MonkeyPatch):
    asked: list[object] = []
    monkeypatch.setattr(
        "editorial.cli.audit._audited_list", lambda _, chosen, *__, **___: asked.append(chosen["max_pages"])
    )

    run("-", *options, given="".join(f"https://example.com/{number}\n" for number in range(6000)))

    assert asked == [most]


def test_a_report_for_code_hosts_tells_what_a_list_did_not_bring(site: Web):
    result = run("-", "--format", "sarif", given=f"{site.url}/c\nnot a url\n")

    (invocation,) = orjson.loads(result.stdout)["runs"][0]["invocations"]
    told = [(each["descriptor"]["id"], each["message"]["text"]) for each in invocation["toolExecutionNotifications"]]
    assert (result.exit_code, invocation["executionSuccessful"]) == (3, False)
    assert told == [("list", result.stderr.strip())]

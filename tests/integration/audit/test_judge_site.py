"""`editorial judge --site`: stored answers as one crawl."""

from typing import Any

import orjson
from click.testing import CliRunner, Result

from editorial.cli.judge import judge

SITE = "https://example.com"


def line(path: str, body: str = "", title: str = "", **others: Any) -> dict[str, Any]:
    html = f"<!doctype html><html lang=en><meta charset=utf-8><title>{title or path}</title>{body}"
    return {"id": path, "url": SITE + path, "html": html, **others}


def run(*lines: dict[str, Any], options: tuple[str, ...] = ()) -> Result:
    text = b"\n".join(map(orjson.dumps, lines))
    return CliRunner().invoke(judge, ["-", "--site", *options], input=text, env={"LC_ALL": "C"})


def outcomes(*lines: dict[str, Any], rule: str) -> dict[str, str]:
    said = [orjson.loads(each) for each in run(*lines).stdout.splitlines()]
    return {each["id"]: found["outcome"] for each in said for found in each["outcomes"] if found["rule"] == rule}


def test_titles_are_compared_across_lines():
    found = outcomes(line("/", title="Guide"), line("/a", title="guide"), line("/b"), rule="title-duplicate")

    assert found == {"/": "fail", "/a": "fail", "/b": "pass"}


def test_a_link_to_a_line_that_answers_404_is_broken():
    found = outcomes(
        line("/", "<a href=/gone>x</a><a href=/unknown>y</a>"), line("/gone", status=404), rule="link-broken-internal"
    )

    assert found["/"] == "fail"


def test_redirects_lead_from_line_to_line():
    old = {"id": "old", "url": SITE + "/old", "status": 301, "headers": [["Location", "/new"]]}

    said = {each["id"]: each for each in map(orjson.loads, run(line("/"), old, line("/new")).stdout.splitlines())}

    assert (said["old"]["url"], said["old"]["status"]) == (SITE + "/new", 200)
    assert said["old"]["facts"]["redirects"] == [{"url": SITE + "/old", "status": 301, "location": SITE + "/new"}]


def test_a_circle_of_redirects_ends():
    def leads(path: str, to: str) -> dict[str, Any]:
        return {"id": path, "url": SITE + path, "status": 302, "headers": [["Location", to]]}

    said = [orjson.loads(each) for each in run(line("/"), leads("/a", "/b"), leads("/b", "/a")).stdout.splitlines()]

    assert {each["facts"]["error"] for each in said if each["id"] != "/"} == {"redirect-loop"}


def test_what_many_pages_have_weighs_more():
    def severities(*paths: str) -> set[str]:
        lines = (line(path, "<link rel=canonical href=/>") for path in ("/", *paths))
        said = [orjson.loads(each) for each in run(*lines, options=("--outcomes", "fail")).stdout.splitlines()]
        return {o["severity"] for each in said for o in each["outcomes"] if o["rule"] == "canonical-to-home"}

    assert severities("/a", "/b") == {"warning"}
    assert severities("/a", "/b", "/c") == {"error"}


def test_what_a_canonical_names_is_looked_up_by_its_spelling_and_through_redirects():
    moved = {"id": "/old", "url": SITE + "/old", "status": 301, "headers": [["Location", "/gone"]]}
    named = {
        "/a": "HTTPS://example.com:443/go%6ee#part",
        "/b": "old",
        "/c": "/unknown",
        "/d": "/hidden",
        "/e": "/closed",
        "/f": "/f",
    }
    found = [line(path, f"<link rel=canonical href='{href}'>") for path, href in named.items()]
    others = (
        line("/gone", status=410),
        line("/hidden", headers=[["X-Robots-Tag", "googlebot: none"]]),
        line("/closed", status=403),
    )

    error = outcomes(line("/"), *found, moved, *others, rule="canonical-to-error")
    noindex = outcomes(line("/"), *found, moved, *others, rule="canonical-to-noindex")

    assert [error[path] for path in named] == ["fail", "fail", "inconclusive", "pass", "inconclusive", "pass"]
    assert noindex["/d"] == "fail"


def test_the_second_line_of_an_address_is_refused():
    result = run(line("/"), line("/", id="again"))
    said = [orjson.loads(each) for each in result.stdout.splitlines()]

    assert {"id": "again", "line": 2, "error": "The address is that of line 1."} in said
    assert result.exit_code == 3


def test_robots_txt_of_each_line_is_known():
    robots = {"status": 200, "content": "User-agent: *\nDisallow: /"}

    lines = [orjson.loads(each) for each in run(line("/", robots_txt=robots)).stdout.splitlines()]
    said = next(each for each in lines if each["id"] == "/")

    assert said["facts"]["robots"]["google"]["robots_txt"] == {"allowed": False, "line": "Disallow: /"}


def test_nothing_but_broken_lines_is_no_site():
    assert run({"id": "x", "url": ""}).exit_code == 3

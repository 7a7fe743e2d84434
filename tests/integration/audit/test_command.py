"""`editorial audit`: no server, no set-up, exit statuses that a build can depend on."""

import os
import re
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from editorial.audit.facts import PageFacts, Response
from editorial.audit.gather import gather
from editorial.cli.audit import audit
from tests.integration.audit.conftest import Answer, Web, links, page


def run(*arguments: str) -> Result:
    return CliRunner().invoke(audit, arguments, env={"LC_ALL": "C"})


WAITS = pytest.mark.thorough  # three seconds before it tries again
FAST = ("--rate", "1000", "--concurrency", "4", "--allow-private")


def test_a_site_without_defects_ends_with_0(web: Web):
    web.pages["/"] = page("Home", links("/a"))
    web.pages["/a"] = page("A")

    result = run(web.url + "/", *FAST)

    assert result.exit_code == 0, result.output
    assert "Nothing was found." in result.stdout
    assert result.stderr == ""


def test_a_broken_link_ends_with_1(web: Web):
    web.pages["/"] = page("Home", links("/a"))

    result = run(web.url + "/", *FAST)

    assert result.exit_code == 1
    assert "link-broken-internal" in result.stdout


@pytest.mark.parametrize(("level", "status"), [("error", 0), ("warning", 1), ("notice", 1), ("never", 0)])
def test_the_level_decides(web: Web, level: str, status: int):
    web.pages["/"] = page("Home", '<img src="/x.png">')  # a warning

    assert run(web.url + "/", *FAST, "--fail-on", level).exit_code == status


def test_each_page_is_a_line_of_json(web: Web):
    web.pages["/"] = page("Home", links("/a"))
    web.pages["/a"] = page("")

    lines = [orjson.loads(line) for line in run(web.url + "/", *FAST, "--format", "json").stdout.splitlines()]

    assert [(line["url"], line["status"], [o["rule"] for o in line["outcomes"]]) for line in lines] == [
        (web.url + "/", 200, []),
        (web.url + "/a", 200, ["title-missing"]),
    ]
    assert set(lines[1]["outcomes"][0]) == {"rule", "outcome", "severity", "message", "evidence"}
    assert set(lines[0]) == {"id", "url", "status", "facts", "outcomes"}


def test_what_a_crawl_leaves_out_is_told_in_json_and_to_people(web: Web):
    web.pages["/"] = page("Home", links("/a/b/a/b/a/b/"))

    result = run(web.url + "/", *FAST, "--format", "json")

    (line,) = map(orjson.loads, result.stdout.splitlines())
    (trap,) = line["site"]["left_out"]
    assert (trap["kind"], trap["count"], trap["examples"]) == ("repeats", 1, [f"{web.url}/a/b/a/b/a/b/"])
    assert [each["message"] for each in line["site"]["gaps"]] == result.stderr.splitlines()


def test_all_outcomes_and_facts_on_request(web: Web):
    web.pages["/"] = page("Home")

    line = orjson.loads(run(web.url + "/", *FAST, "--format", "json", "--outcomes", "all", "--facts").stdout)

    assert line["facts"]["title"].startswith("Home")
    assert {outcome["outcome"] for outcome in line["outcomes"]} == {"pass", "not-applicable", "inconclusive"}


def test_it_speaks_chinese(web: Web):
    web.pages["/"] = page("Home", links("/a"))

    result = run(web.url + "/", *FAST, "--lang", "zh")

    assert "错误" in result.stdout
    assert "Broken link" not in result.stdout


def test_a_folder_is_judged_without_network(tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "index.html").write_bytes(page("Home", links("docs/", "gone.html")).body)
    (tmp_path / "docs" / "index.html").write_bytes(page("").body)

    result = run(str(tmp_path), "--url", "https://example.com/", "--format", "json")

    found = {
        line["url"]: [o["rule"] for o in line["outcomes"]] for line in map(orjson.loads, result.stdout.splitlines())
    }
    assert result.exit_code == 1, result.output
    assert found == {
        "https://example.com/": ["link-broken-internal"],
        "https://example.com/docs/": ["title-missing"],
        "https://example.com/gone.html": ["response-4xx"],
    }


def test_one_file_is_judged_alone(tmp_path: Path):
    file = tmp_path / "page.html"
    file.write_bytes(page("", links("/gone.html")).body)

    result = run(str(file))

    assert result.exit_code == 1
    assert "title-missing" in result.stdout
    assert "link-broken-internal" not in result.stdout


def test_a_file_that_cannot_be_read_costs_the_others_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def frail(response: Response) -> PageFacts:
        if response.url.endswith("bad.html") and not response.error:
            raise RecursionError
        return gather(response)

    monkeypatch.setattr("editorial.services.auditing.gather", frail)
    (tmp_path / "index.html").write_bytes(page("Home", links("bad.html")).body)
    (tmp_path / "bad.html").write_bytes(page("Bad").body)

    result = run(str(tmp_path), "--format", "json", "--facts", "--outcomes", "all")

    said = {line["url"][-8:]: line for line in map(orjson.loads, result.stdout.splitlines())}
    assert said["bad.html"]["facts"]["error"] == "crash"
    assert "http://localhost/bad.html could not be read: reading it ended the program" in result.stderr
    assert "fail" not in {outcome["outcome"] for outcome in said["bad.html"]["outcomes"]}
    assert said["calhost/"]["facts"]["error"] is None


@pytest.mark.parametrize("style", ["text", "json", "html", "csv", "sarif"])
def test_a_name_that_is_no_utf_8_is_an_address_all_the_same(tmp_path: Path, style: str):
    folder = tmp_path / os.fsdecode(b"d\xe9p\xf4t")
    folder.mkdir()
    (folder / os.fsdecode(b"caf\xe9.html")).write_bytes(page("", links("caf%E9.html")).body)

    result = run(str(folder), "--format", style)

    assert result.exit_code == 1, result.exception
    assert "caf%E9.html" in result.stdout


def canonical(url: str) -> str:
    head = f'<head><link rel="canonical" href="{url}"></head>'
    return f'<!doctype html><html lang="en">{head}<body><p>Text</p></body></html>'


def test_pages_that_name_their_address_are_judged_there(tmp_path: Path):
    (tmp_path / "index.html").write_text(canonical("https://example.com/docs/"))
    (tmp_path / "a.html").write_text(canonical("https://example.com/docs/a.html"))

    result = run(str(tmp_path))

    assert result.exit_code == 1, result.output
    assert "title-missing" in result.stdout
    assert result.stderr.splitlines() == [
        "https://example.com/docs/ is taken as the address, because the canonicals of the pages say so."
    ]


def test_pages_that_do_not_agree_are_counted(tmp_path: Path):
    (tmp_path / "a.html").write_text(canonical("https://example.com/a.html"))
    (tmp_path / "b.html").write_text(canonical("https://example.org/b.html"))

    result = run(str(tmp_path), "--format", "json")

    assert result.stderr.startswith("2 pages were set aside")
    assert "--url" in result.stderr


def test_a_file_that_is_neither_page_nor_list_is_refused(tmp_path: Path):
    (tmp_path / "hostname").write_text("desk")

    result = run(str(tmp_path / "hostname"))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no address to audit" in result.stderr


def test_a_folder_that_vanishes_ends_with_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def gone(*_: object) -> None:
        raise FileNotFoundError(tmp_path)

    monkeypatch.setattr(Path, "rglob", gone)

    result = run(str(tmp_path))

    assert (result.exit_code, result.stdout) == (3, "")
    assert "could not be read to its end" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["example.com"],
        ["/no/such/folder"],
        ["http://exa mple/"],
        ["https://example.com/", "--url", "https://example.com/"],
        ["https://example.com/", "--fail-on", "bad"],
        [],
    ],
)
def test_bad_usage_ends_with_2(arguments: list[str]):
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_an_empty_folder_is_said(tmp_path: Path):
    result = run(str(tmp_path))

    assert result.exit_code == 2
    assert "There is no HTML file in" in result.stderr


@pytest.mark.parametrize("said", ["private", pytest.param("robots", marks=WAITS), pytest.param("refused", marks=WAITS)])
def test_an_audit_that_could_not_run_ends_with_3(web: Web, said: str):
    web.pages["/"] = page()
    if said == "robots":
        web.pages["/robots.txt"] = Answer(b"", 503)
    target = "http://127.0.0.1:9/" if said == "refused" else web.url + "/"

    result = run(target, *(FAST[:4] if said == "private" else FAST))

    assert result.exit_code == 3
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("target", "flags", "sentence"),
    [
        pytest.param(
            "http://nowhere.invalid/",
            FAST,
            "The name nowhere.invalid does not resolve. Check its spelling",
            marks=WAITS,
        ),
        pytest.param(
            "http://127.0.0.1:9/",
            FAST,
            "127.0.0.1:9 refused the connection. Check that the server runs",
            marks=WAITS,
        ),
        ("http://127.0.0.1:9/", (), "127.0.0.1 lies inside a private network. Add --allow-private"),
    ],
)
def test_a_host_that_is_not_reached_is_said_with_what_to_check(target: str, flags: tuple[str, ...], sentence: str):
    result = run(target, *flags)

    assert result.exit_code == 3
    assert result.stderr.startswith(sentence)
    assert "robots" not in result.stderr


def test_the_networks_of_the_settings_are_open(web: Web, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDITORIAL_ALLOW_PRIVATE", "127.0.0.0/8")
    web.pages["/"] = page("Home")

    assert run(web.url + "/", *FAST[:4]).exit_code == 0


def test_the_help_says_how_json_is_laid_out():
    assert "one object a line" in run("--help").stdout


def test_the_text_report_counts_pages_and_redirects_apart(web: Web):
    web.pages["/"] = page("Home", links("/old", "/gone"))
    web.pages["/old"] = Answer(b"", 301, {"Location": "/new"})
    web.pages["/new"] = page("New")

    lines = run(web.url + "/", *FAST).stdout.splitlines()

    assert "1 redirect followed." in lines
    assert lines[-1].startswith("Found: 2 errors")  # the link, and the page that is not there


def test_the_html_report_is_one_page_that_runs_and_fetches_nothing(tmp_path: Path):
    hostile = "<title></title><img src='x\"><script>alert(1)</script>'>"
    (tmp_path / "index.html").write_text(f"<!doctype html><html lang=en><body><h1>x</h1>{hostile}")

    shown = run(str(tmp_path), "--format", "html", "--outcomes", "all", "--lang", "zh").stdout

    assert shown.startswith("<!doctype html>")
    assert '<html lang="zh-Hans-CN">' in shown
    assert "<script" not in shown
    assert not re.search(r"<(?:link|img|iframe|object)\b|@import|url\(", shown)
    assert "全部规则" in shown


def test_the_table_is_for_spreadsheets(tmp_path: Path):
    (tmp_path / "index.html").write_text("<!doctype html><html lang=en><title>线索</title><img src='=1'>")

    result = run(str(tmp_path), "--format", "csv")
    shown = result.stdout_bytes.decode("utf-8-sig")

    assert result.stdout_bytes.startswith(b"\xef\xbb\xbf")
    assert shown.splitlines()[0] == "url,status,rule,title,severity,outcome,message,evidence,fix,template"
    assert "img-alt-missing" in shown

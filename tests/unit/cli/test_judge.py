"""`editorial judge`: stored answers in, one JSON object a line out."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from editorial.audit.crawl.pool import Job, Said
from editorial.audit.crawl.wire import Unpacker
from editorial.audit.rulebook import ALL_RULES
from editorial.background import judge_worker
from editorial.cli.judge import judge
from tests.unit.audit.rules.examples import FAILING, SOUND


class Here:
    """A pool whose one program is this one; tests/integration/audit/test_judge_workers.py has real ones."""

    pids = (0,)

    def __init__(self, command: Sequence[str], size: int, settings: Mapping[str, Any]) -> None:
        self._lines, self._said = judge_worker._Lines(dict(settings)), list[Said]()

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None: ...

    def free(self, depth: int) -> int:
        return depth - len(self._said)

    def give(self, jobs: Sequence[Job], frame: bytes) -> None:
        for asked, line in Unpacker().feed(frame):
            for message, blob in Unpacker().feed(self._lines.answer(asked["line"], line, asked["lost"])):
                self._said.append(Said(jobs[0].no, message, blob))

    def grow(self) -> None: ...

    def receive(self, timeout: float) -> Iterator[Said]:
        while self._said:
            yield self._said.pop()


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("editorial.cli.judge.WorkerPool", Here)


URL = "https://example.com/guides/start"
HTML = [["Content-Type", "text/html; charset=utf-8"]]


def run(*lines: Any, options: tuple[str, ...] = ()) -> Result:
    text = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    return CliRunner().invoke(judge, ["-", *options], input=text, env={"LC_ALL": "C"})


def answers(*lines: Any, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in run(*lines, options=options).stdout.splitlines()]


def stored(html: str = SOUND, **others: Any) -> dict[str, Any]:
    return {"id": "a", "url": URL, "status": 200, "headers": HTML, "html": html, **others}


def facts(**others: Any) -> dict[str, Any]:
    found: dict[str, Any] = answers(stored(**others))[0]["facts"]
    return found


def outcome(rule: str, **others: Any) -> str:
    said = answers(stored(**others))[0]["outcomes"]
    return next(str(found["outcome"]) for found in said if found["rule"] == rule)


def test_a_line_gives_a_line_with_facts_and_one_outcome_a_rule():
    said = answers(stored())[0]

    assert list(said) == ["id", "url", "status", "facts", "outcomes"]
    assert (said["id"], said["url"], said["status"]) == ("a", URL, 200)
    assert sorted(found["rule"] for found in said["outcomes"]) == sorted(rule.id for rule in ALL_RULES)


def test_lines_keep_their_order_and_their_ids():
    said = answers(*(stored(id=name) for name in ("z", 7, "a")))

    assert [line["id"] for line in said] == ["z", 7, "a"]


def test_without_an_id_the_address_stands_for_it():
    assert answers({"url": "https://example.com"})[0]["id"] == "https://example.com/"


def test_facts_and_sound_outcomes_can_be_left_out():
    said = answers(stored(FAILING["title-missing"]), options=("--no-facts", "--outcomes", "fail"))[0]

    assert said["facts"] is None
    assert "title-missing" in {found["rule"] for found in said["outcomes"]}
    assert {found["outcome"] for found in said["outcomes"]} == {"fail"}


@pytest.mark.parametrize(("level", "status"), [("error", 1), ("blocker", 0), ("never", 0)])
def test_the_level_decides_about_the_exit_status(level: str, status: int):
    assert run(stored(FAILING["title-missing"]), options=("--fail-on", level)).exit_code == status


def test_it_speaks_chinese():
    said = answers(stored(FAILING["title-missing"]), options=("--lang", "zh", "--outcomes", "fail"))[0]

    assert "标题" in " ".join(found["message"] for found in said["outcomes"])


@pytest.mark.parametrize(
    ("line", "id_", "sentence"),
    [
        (b"{", 2, "This line is no JSON in UTF-8 from character 2 on."),
        (b"]", 2, "This line is no JSON in UTF-8 from character 1 on."),
        (b'{"url": "https://\xe9.example/"}', 2, "This line is no JSON in UTF-8 from character 18 on."),
        ('{"url": "https://a/"}'.encode("utf-16"), 2, "This line is no JSON in UTF-8 from character 1 on."),
        (b"[" * 100_000, 2, "This line is nested too deeply."),
        (b"1" * 5_000, 2, "This line is no JSON in UTF-8 from character 1 on."),
        (b"[1]", 2, "This line is JSON, but no object."),
        ({"id": ["x"], "url": URL}, 2, "id is neither text nor a number."),
        ({"id": True, "url": URL}, 2, "id is neither text nor a number."),
        (b'{"id": 1e400, "url": "https://a.example/"}', 2, "id is neither text nor a number."),
        (b'{"id": -1e400, "url": "https://a.example/"}', 2, "id is neither text nor a number."),
        (b'{"id": NaN, "url": "https://a.example/"}', 2, "id is neither text nor a number."),
        (
            b'{"id": 1%s, "url": "https://a.example/", "x": "\\ud800"}' % (b"0" * 400),
            2,
            "id is neither text nor a number.",
        ),
        ({"id": "x"}, "x", "url is missing."),
        ({"id": "x", "url": 1}, "x", "url is no address that begins with http:// or https://."),
        ({"id": "x", "url": "ftp://a/"}, "x", "url is no address that begins with http:// or https://."),
        (stored(final_url="/x"), "a", "final_url is no address that begins with http:// or https://."),
        (stored(status="often"), "a", "status is no whole number from 0 to 999."),
        (stored(status=200.5), "a", "status is no whole number from 0 to 999."),
        (stored(status=-1), "a", "status is no whole number from 0 to 999."),
        (stored(elapsed_ms="soon"), "a", "elapsed_ms is no whole number from 0 to 10000000."),
        (stored(headers=[["a"]]), "a", "headers is no list of [name, value] pairs of texts."),
        (stored(headers="a: b"), "a", "headers is no list of [name, value] pairs of texts."),
        (stored(headers={"a": None}), "a", "headers is no list of [name, value] pairs of texts."),
        (stored(body_b64="YQ=="), "a", "Give html or body_b64, not both."),
        ({"id": "x", "url": URL, "body_b64": "%"}, "x", "body_b64 is no base64."),
        ({"id": "x", "url": URL, "body_b64": "YQ"}, "x", "body_b64 is no base64."),
        ({"id": "x", "url": URL, "html": 1}, "x", "html is no text."),
        (stored(truncated="false"), "a", "truncated is neither true nor false."),
        (stored(robots_txt=[]), "a", "robots_txt is no object with status and content."),
        (stored(robots_txt={"status": 1000}), "a", "robots_txt is no object with status and content."),
        (stored(redirects=[{}]), "a", "redirects is no list of objects with url, status and location."),
        (stored(error="rain"), "a", "error is none of the known codes."),
    ],
)
def test_a_broken_line_says_what_is_wrong_and_the_next_is_judged(line: Any, id_: Any, sentence: str):
    result = run(stored(id="first"), line, stored(id="last"), options=("--no-facts", "--outcomes", "fail"))
    said = [orjson.loads(each) for each in result.stdout.splitlines()]

    assert [each["id"] for each in said] == ["first", id_, "last"]
    assert (set(said[1]), said[1]["line"]) == ({"id", "line", "error"}, 2)
    assert said[1]["error"].startswith(sentence)
    assert result.exit_code == 3


@pytest.mark.parametrize("id_", ["", "中文", 0, -3, 1.5, "a\nb"])
def test_an_id_is_printed_as_it_is(id_: Any):
    assert answers(stored(id=id_))[0]["id"] == id_


def test_half_a_surrogate_pair_in_an_id_is_no_character():
    assert answers(orjson.dumps(stored(id="@")).replace(b"@", rb"a\ud800"))[0]["id"] == "a\ufffd"


def test_two_lines_may_have_one_id():
    assert [said["id"] for said in answers(stored(), stored())] == ["a", "a"]


def test_the_last_line_needs_no_end_and_lines_may_end_as_on_windows():
    assert [said["id"] for said in answers(orjson.dumps(stored(id=1)) + b"\r", stored(id=2))] == [1, 2]


def test_a_header_may_hold_a_number():
    assert (
        facts(html="<p>x", headers=[["Content-Type", "text/html"], ["Content-Length", 4]])["media_type"] == "text/html"
    )


def test_blank_lines_and_a_mark_at_the_start_are_passed_over():
    assert len(answers(b"\xef\xbb\xbf" + orjson.dumps(stored()), b"", b"  ", stored())) == 2


def test_headers_may_be_an_object():
    headers = {"content-type": "text/html", "X-Robots-Tag": ["noindex", "bingbot: nofollow"]}

    assert facts(html="<p>x", headers=headers)["robots"]["bing"]["directives"] == ["nofollow", "noindex"]


def test_a_body_is_read_in_its_own_encoding():
    html = "<title>线索</title>"
    packed = base64.b64encode(html.encode("gb18030")).decode()

    said = answers({"url": URL, "headers": [["content-type", "text/html;charset=gb2312"]], "body_b64": packed})[0]

    assert said["facts"]["title"] == "线索"
    assert said["facts"]["charset"] == {"name": "gb18030", "source": "header", "header": "gb2312", "meta": None}


@pytest.mark.parametrize("charset", ["gb2312", "iso-8859-1", "utf-16", "shift_jis", "utf-8"])
def test_html_is_text_whatever_encoding_it_declares(charset: str):
    assert facts(html=f"<meta charset={charset}><title>线 é</title>", headers=[])["title"] == "线 é"


def test_html_without_a_content_type_is_html():
    assert facts(html="<p>x<h1>y", headers=[])["headings"] == [{"level": 1, "text": "y", "hidden": False}]


def test_half_a_surrogate_pair_is_no_character():
    line = orjson.dumps(stored("<title>@</title>")).replace(b"@", rb"a\ud800")

    assert answers(line)[0]["facts"]["title"] == "a\ufffd"


ROBOTS = "User-agent: *\nDisallow: /guides/\n\nUser-agent: bingbot\nDisallow:\n\nUser-agent: googlebot-news\nDisallow:"


def test_robots_txt_speaks_to_each_token():
    found = facts(robots_txt={"status": 200, "content": ROBOTS})

    allowed = {token: said["robots_txt"]["allowed"] for token, said in found["robots_tokens"].items()}
    assert allowed == {
        "*": False,
        "googlebot": False,
        "bingbot": True,
        "baiduspider": False,
        "googlebot-news": True,
        "googlebot-image": False,
        "googlebot-video": False,
    }
    assert found["robots"]["google"]["robots_txt"] == {"allowed": False, "line": "Disallow: /guides/"}


@pytest.mark.parametrize(
    ("status", "allowed"), [(200, False), (404, True), (401, True), (302, True), (429, False), (503, False)]
)
def test_the_status_of_robots_txt_decides_first(status: int, allowed: bool):
    found = facts(robots_txt={"status": status, "content": "User-agent: *\nDisallow: /"})

    assert found["robots"]["google"]["robots_txt"]["allowed"] is allowed


def test_a_robots_txt_that_is_only_text_was_answered_with_200():
    found = facts(robots_txt=ROBOTS)

    assert found["robots"]["google"]["robots_txt"] == {"allowed": False, "line": "Disallow: /guides/"}


def test_without_robots_txt_nobody_says_anything_of_it():
    assert facts()["robots"]["google"]["robots_txt"] is None


@pytest.mark.parametrize("date", [[], [["Date", "Tue, 25 May 2004 21:42:43 GMT"]]])
def test_a_date_that_passed_keeps_a_page_out_whenever_the_answer_was_made(date):
    html = '<title>t</title><meta name="robots" content="unavailable_after: 2007-06-25T15:00:00Z">'

    assert not facts(html=html, headers=[["Content-Type", "text/html"], *date])["robots"]["google"]["may_index"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("", "not-applicable"),
        ("<link rel=canonical href=''>", "not-applicable"),
        (f"<link rel=canonical href='{URL}#part'>", "pass"),
        ("<link rel=canonical href='/other'>", "inconclusive"),
        (f"<link rel=canonical href='{URL}'><link rel=canonical href='/other'>", "not-applicable"),
    ],
)
def test_what_a_canonical_names_is_known_if_it_is_the_page_itself(head, expected):
    said = answers(stored(html=f"<!doctype html><title>T</title>{head}<p>x"))[0]
    named = ("canonical-to-redirect", "canonical-to-error", "canonical-to-noindex")

    assert {each["outcome"] for each in said["outcomes"] if each["rule"] in named} == {expected}


def test_an_answer_that_never_came_is_judged_inconclusive():
    assert outcome("title-missing", html=None, status=0, error="timeout") == "inconclusive"


def test_a_redirect_may_lead_to_a_relative_address_which_answers_in_the_end():
    hop = {"url": "https://example.com/a/old", "status": 301, "location": "new"}
    said = answers(stored(url="https://example.com/a/old", redirects=[hop]))[0]

    assert said["facts"]["redirects"] == [hop | {"location": "https://example.com/a/new"}]
    assert said["url"] == "https://example.com/a/new"
    assert {each["outcome"] for each in said["outcomes"] if each["rule"] == "redirect-loop"} == {"pass"}


def test_redirects_before_the_answer_are_facts():
    hop = {"url": "https://example.com/old", "status": 301, "location": URL}
    said = answers(stored(url="https://example.com/old", final_url=URL, redirects=[hop]))[0]

    assert (said["url"], said["facts"]["redirects"]) == (URL, [hop])

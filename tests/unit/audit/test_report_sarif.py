"""The report for code hosts."""

import json
from typing import Any

import pytest

from editorial.audit.engine import judge
from editorial.audit.report_sarif import FINGERPRINT, sarif_report
from editorial.audit.rulebook import BY_ID
from editorial.audit.rules import PAGE_RULES
from editorial.audit.summary import Judged
from editorial.domain.messages import Message
from tests.unit.audit.pages import document, page

URL = "https://example.com/a"
HALF = [("stopped", "Half of it was seen.")]


def say(message: Message) -> str:
    return message.id % message.params if message.params else message.id


def run_of(*bodies: str, every_outcome: bool = False, **others: Any) -> dict[str, Any]:
    pages = []
    for body in bodies:
        facts = page(body, URL)
        pages.append(Judged(facts, judge(facts, frozenset(), rules=PAGE_RULES)))
    said = sarif_report(pages, BY_ID, say, version="1.2.3", every_outcome=every_outcome, **others)
    log = json.loads("".join(said))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_a_site_without_a_page_is_a_run_without_results() -> None:
    run = run_of()

    assert (run["results"], run["tool"]["driver"]["semanticVersion"]) == ([], "1.2.3")


def test_each_rule_explains_itself() -> None:
    rules = run_of()["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == list(BY_ID)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_a_failure_says_where_how_bad_and_what_was_seen() -> None:
    run = run_of(document("<title>A good title for this page</title>", "<h1>A</h1><img src=/a.png>"))
    found = next(result for result in run["results"] if result["ruleId"] == "img-alt-missing")

    assert (found["kind"], found["level"]) == ("fail", "warning")
    assert found["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": URL}}}]
    assert found["properties"] == {"severity": "warning", "evidence": ['<img src="/a.png">'], "url": URL}
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "img-alt-missing"


def test_a_fingerprint_stays_while_the_same_thing_is_wrong() -> None:
    marks = []
    for text in ("One", "Another"):
        results = run_of(document("", f"<h1>{text}</h1><img src=/a.png>"))["results"]
        marks.append({each["ruleId"]: each["partialFingerprints"][FINGERPRINT] for each in results})

    assert marks[0]["title-missing"] == marks[1]["title-missing"] != marks[0]["img-alt-missing"]


@pytest.mark.parametrize("kind", ["fail", "pass", "notApplicable", "open"])
def test_every_outcome_has_its_kind_where_it_is_asked_for(kind: str) -> None:
    body = document("", "<h1>A</h1>")

    assert kind in {result["kind"] for result in run_of(body, every_outcome=True)["results"]}
    assert {result["kind"] for result in run_of(body)["results"]} == {"fail"}


def test_what_a_page_brings_breaks_no_log() -> None:
    run = run_of(document('<title>\x1b[31m"]}</title>', "<img src='a\"\\&#27;.png'>"), document("", ""))

    assert "\x1b" not in json.dumps(run, ensure_ascii=False)


RUN = {"tool", "invocations", "results"}
RULE = {"id", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"}
RESULT = {"ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints", "properties"}
KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}
LEVELS = {"none", "note", "warning", "error"}


def test_the_log_has_the_shape_of_the_standard() -> None:
    """SARIF 2.1.0 knows no other names at these places, and wants these. Its schema was asked once, by hand."""
    run = run_of(document("", "<h1>A</h1><img src=/a.png>"), every_outcome=True, gaps=HALF)

    assert set(run) == RUN
    assert all(set(rule) <= RULE and RULE - set(rule) <= {"helpUri"} for rule in run["tool"]["driver"]["rules"])
    for result in run["results"]:
        assert set(result) <= RESULT
        assert set(result["message"]) == {"text"}
        assert result["message"]["text"]
        assert result["kind"] in KINDS
        assert ("level" in result) == (result["kind"] == "fail")  # any other level than none is a fault elsewhere
        assert result.get("level", "none") in LEVELS
        assert 0 <= result["ruleIndex"] < len(BY_ID)


def test_what_kept_a_run_from_seeing_everything_is_told() -> None:
    whole, half = run_of()["invocations"], run_of(gaps=HALF, successful=False)["invocations"]

    assert whole == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    assert half == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "descriptor": {"id": "stopped"},
                    "level": "warning",
                    "message": {"text": "Half of it was seen."},
                }
            ],
        }
    ]


def test_a_page_of_a_repository_is_named_by_its_file() -> None:
    run = run_of(document("", ""), place=lambda _: "public/a%20b.html")

    assert {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]} == {
        "public/a%20b.html"
    }
    assert {each["properties"]["url"] for each in run["results"]} == {URL}

"""What an audit says, as JSON and as text."""

import json

from editorial.audit.engine import judge
from editorial.audit.report import page_dict, page_json, text_report
from editorial.audit.rulebook import BY_ID
from editorial.audit.rules import PAGE_RULES
from editorial.audit.summary import Judged
from editorial.domain.messages import Message
from tests.unit.audit.pages import URL, document, page
from tests.unit.audit.rules.examples import FAILING, SOUND

FEW = {"title-missing", "title-multiple", "img-alt-missing", "html-lang-missing"}
RULES = tuple(rule for rule in PAGE_RULES if rule.id in FEW)
"""Few of them, so that a new rule changes nothing here."""


def english(message: Message) -> str:
    count = message.params.get("count")
    text = message.plural if message.plural and count != 1 else message.id
    params = {name: english(v) if isinstance(v, Message) else v for name, v in message.params.items()}
    return text % params if params else text


def judged(html: str, **others) -> Judged:
    facts = page(html, **others)
    return Judged(facts, judge(facts, frozenset(), rules=RULES))


def test_one_page_has_the_documented_shape():
    said = page_dict(judged(FAILING["title-missing"]), BY_ID, english)

    assert list(said) == ["id", "url", "status", "facts", "outcomes"]
    assert (said["id"], said["url"], said["status"]) == (URL, URL, 200)
    assert said["outcomes"] == [
        {
            "rule": "title-missing",
            "outcome": "fail",
            "severity": "error",
            "message": "The page has no title in its head, or an empty one.",
            "evidence": [],
        }
    ]


def test_every_outcome_is_there_when_asked_for():
    said = page_dict(judged(SOUND), BY_ID, english, every_outcome=True, facts=False)

    assert [found["rule"] for found in said["outcomes"]] == [rule.id for rule in RULES]
    assert {found["outcome"] for found in said["outcomes"]} == {"pass"}
    assert said["facts"] is None


def test_an_inconclusive_outcome_says_why():
    found = judged(SOUND, status=200)
    cut = Judged(found.facts, judge(found.facts.__class__(URL, URL, 0, error="dns"), frozenset(), rules=RULES))
    said = page_dict(cut, BY_ID, english, every_outcome=True)

    assert {(o["outcome"], o["message"]) for o in said["outcomes"]} == {
        ("inconclusive", "The page could not be fetched.")
    }


def test_several_failures_are_one_outcome_with_all_the_evidence():
    said = page_dict(judged(document("<title>t</title>", "<img src=a><img src=b><img src=c>")), BY_ID, english)
    images = next(found for found in said["outcomes"] if found["rule"] == "img-alt-missing")

    assert images["message"] == "The image a has no alt attribute. 2 more like it."
    assert images["evidence"] == ['<img src="a">', '<img src="b">', '<img src="c">']


def test_the_facts_are_those_of_the_contract():
    head = (
        '<title>Titel</title><meta name="description" content="Text"><meta name="bingbot" content="noindex, nofollow">'
        '<link rel="canonical" href="/k"><link rel="alternate" hreflang="de" href="/de">'
        '<script type="application/ld+json">[{"@type": "Article"}]</script>'
        '<script type="application/ld+json">{</script>'
    )
    facts = page_dict(judged(document(head, "<h1>H</h1><a href=/x rel=nofollow>x</a><form></form>")), BY_ID, english)[
        "facts"
    ]

    assert (facts["title"], facts["description"]) == ("Titel", "Text")
    assert facts["canonicals"] == [{"url": "https://example.com/k", "href": "/k", "source": "head"}]
    assert facts["robots"]["bing"] == {
        "token": "bingbot",
        "directives": ["nofollow", "noindex"],
        "may_index": False,
        "may_follow": False,
        "robots_txt": None,
    }
    assert facts["robots"]["google"]["may_index"]
    alternate = {"code": "de", "url": "https://example.com/de", "href": "/de", "source": "head"}
    assert facts["hreflang"] == [alternate]
    assert facts["links"] == [{"href": "/x", "url": "https://example.com/x", "text": "x", "rel": ["nofollow"]}]
    assert facts["jsonld"]["items"] == [{"@type": "Article"}]
    assert [error["line"] for error in facts["jsonld"]["errors"]] == [1]
    assert facts["charset"] == {"name": "utf-8", "source": "header", "header": "utf-8", "meta": None}
    assert [form["origin"] for form in facts["forms"]] == ["native"]


def test_only_objects_are_items_of_structured_data():
    html = "".join(f"<script type=application/ld+json>{raw}</script>" for raw in ("null", '"x"', '[{"a": 1}, null]'))

    said = page_dict(judged(document(html)), BY_ID, english)

    assert said["facts"]["jsonld"]["items"] == [{"a": 1}]


def test_a_line_of_json_is_one_line():
    line = page_json(judged(SOUND), BY_ID, english)

    assert "\n" not in line
    assert json.loads(line)["outcomes"] == []


def test_the_text_report_puts_the_worst_rule_first():
    lines = list(text_report([judged(FAILING["html-lang-missing"]), judged(FAILING["title-missing"])], BY_ID, english))

    assert [line for line in lines if "[" in line] == [
        "Error  Title missing  [title-missing]  1 page",
        "Notice  Language not declared  [html-lang-missing]  1 page",
    ]
    assert lines[-2:] == ["2 pages judged.", "Found: 1 error, 1 notice."]


def test_a_page_has_no_say_about_the_terminal():
    hostile = document("<title>\x1b]0;owned\x07\x1b[2J\x9b31m</title>" * 2)

    lines = list(text_report([judged(hostile)], BY_ID, english))

    assert not any(char < " " or "\x7f" <= char <= "\x9f" for line in lines for char in line)
    assert any("owned" in line for line in lines)


def test_a_sound_site_is_said_to_be_one():
    assert list(text_report([judged(SOUND)], BY_ID, english)) == ["1 page judged.", "Nothing was found."]


def test_pages_of_one_template_are_counted_and_a_few_of_them_shown():
    html = document(body="<h1>Hello</h1>")
    pages = [judged(html, url=f"https://example.com/blog/{number}") for number in range(9)]
    pages.append(judged(html, url="https://example.com/about"))

    lines = list(text_report(pages, BY_ID, english))

    assert "  9 pages at /blog/* are of one template: one repair may mend them all." in lines
    assert [line for line in lines if line.startswith("  https://")] == [
        *(f"  https://example.com/blog/{number}" for number in range(4)),
        "  https://example.com/about",
    ]
    assert "  and 5 pages more" in lines

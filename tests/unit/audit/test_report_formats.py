"""Findings as a table and as a page."""

import csv
import io

from editorial.audit.report import readable, text_report
from editorial.audit.report_csv import BOM, COLUMNS, csv_report, safe
from editorial.audit.report_html import html_values
from editorial.audit.rulebook import BY_ID
from editorial.audit.summary import Judged, summarise
from tests.unit.audit.pages import URL, document
from tests.unit.audit.rules.examples import FAILING, SOUND
from tests.unit.audit.test_report import english, judged

IMAGES = judged(document("<title>A title of a page</title>", "<h1>x</h1><img src=a><img src=b>"))


def rows(*pages: Judged, **options: bool) -> list[dict[str, str]]:
    text = "".join(csv_report(pages, BY_ID, english, **options))
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


def test_the_table_has_a_row_a_finding():
    found = [row for row in rows(IMAGES) if row["rule"] == "img-alt-missing"]

    assert [row["evidence"] for row in found] == ['<img src="a">', '<img src="b">']
    assert tuple(found[0]) == COLUMNS
    assert (found[0]["url"], found[0]["status"], found[0]["outcome"]) == (URL, "200", "fail")


def test_the_table_holds_what_passed_on_request():
    assert {row["outcome"] for row in rows(judged(SOUND), every_outcome=True)} == {"pass"}


def test_no_cell_is_a_formula():
    assert [safe(cell)[0] for cell in ("=1+1", "+1", "-1", "@x", " =1", "＝1")] == ["'"] * 6
    assert safe("a=1") == "a=1"
    assert safe("a\x1b[31m\nb") == "a\ufffd[31m\nb"


def test_memory_does_not_grow_with_the_pages_of_a_rule():
    summary = summarise([judged(FAILING["title-missing"])] * 30, BY_ID, most=20)
    title = next(found for found in summary.found if found.rule.id == "title-missing")

    assert (title.count, len(title.pages), title.more) == (30, 20, 10)


def test_the_page_says_how_often_each_rule_passed():
    values = html_values([IMAGES, judged(SOUND)], BY_ID, english, every_outcome=True)
    row = next(row for row in values["tally"] if row["title"] == BY_ID["img-alt-missing"].title)

    assert row["counts"] == [1, 1, 0, 0]
    assert values["totals"][0] == "2 pages judged."


def test_addresses_are_shown_as_people_read_them():
    assert readable("https://a.example/%E6%8C%87%E5%8D%97?q=%C3%A9") == "https://a.example/指南?q=é"
    for kept in ("/a%20b", "/%2F", "/%E4%B8", "/%E2%80%AE", "/%E3%80%80", "/%C2%A0x", "/100%"):
        assert readable(kept) == kept


def test_a_page_lists_where_a_rule_failed():
    rule = next(rule for rule in html_values([IMAGES], BY_ID, english)["rules"] if rule["id"] == "img-alt-missing")

    assert rule["count"] == 1
    assert rule["pages"][0]["evidence"] == ['<img src="a">', '<img src="b">']


def test_text_tells_every_outcome_on_request():
    lines = list(text_report([IMAGES, judged(SOUND)], BY_ID, english, every_outcome=True))

    assert "img-alt-missing  failed on 1 page, passed on 1 page" in lines

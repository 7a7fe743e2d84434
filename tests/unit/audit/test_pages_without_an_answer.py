"""What reports say of a page that gave no answer."""

from editorial.audit.facts import PageFacts
from editorial.audit.report import page_dict
from editorial.audit.summary import Judged, summarise

SILENT = Judged(PageFacts("https://a.example/", "https://a.example/", 0, error="reset"), ())
SOUND = Judged(PageFacts("https://a.example/", "https://a.example/", 200), ())


def test_it_is_not_counted_as_judged():
    summary = summarise([SILENT, SOUND], {}, most=1)

    assert (summary.pages, summary.unclear) == (1, 1)


def test_its_line_says_why_even_without_facts():
    assert page_dict(SILENT, {}, str, facts=False)["error"] == "reset"
    assert "error" not in page_dict(SOUND, {}, str, facts=False)

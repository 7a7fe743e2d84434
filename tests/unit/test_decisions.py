"""The decisions: people cite them by number, so a number means one page."""

import re
from collections import Counter
from pathlib import Path

DECISIONS = Path(__file__).resolve().parents[2] / "docs" / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))


def test_no_two_decisions_share_a_number() -> None:
    counted = Counter(page.name[:4] for page in PAGES)

    assert [number for number, times in counted.items() if times > 1] == []


def test_the_index_leads_to_pages_that_are_there() -> None:
    linked = re.findall(r"\]\(([^)]+)\)", (DECISIONS / "README.md").read_text(encoding="utf-8"))

    assert sorted(set(linked) - {page.name for page in PAGES}) == []

"""What a crawl runs into."""

import pytest


def trap(audit, pattern: str, count: int, *examples: str) -> None:
    first, second, third = (*examples, "", "", "")[:3]
    audit.add(audit.trap, kind="queries", pattern=pattern, count=count, first=first, second=second, third=third)


def test_addresses_without_end_are_told_once_at_the_first_page(audit):
    """`crawl-trap`."""
    audit.have("/a")
    home = audit.have("/", start=True)
    trap(audit, "https://example.com/calendar?*", 400, "https://example.com/calendar?day=1", "two")
    trap(audit, "https://example.com/list?*", 9, "https://example.com/list?a=1")

    ((page, failure),) = audit.found("crawl-trap")

    assert page == home
    assert failure.key == "queries https://example.com/calendar?*"
    assert failure.params == {"pattern": "https://example.com/calendar?*", "count": 400}
    assert failure.evidence == ("https://example.com/calendar?day=1", "two")


@pytest.mark.parametrize(("pattern", "unsure"), [("https://example.com/calendar?*", False), ("*", True)])
def test_where_more_traps_were_found_than_are_told_apart_silence_mends_none(audit, pattern: str, unsure: bool):
    """`crawl-trap`."""
    home = audit.have("/", start=True)
    trap(audit, pattern, 400, "https://example.com/calendar?day=1")

    assert audit.subjects("crawl-trap") == {home: unsure}

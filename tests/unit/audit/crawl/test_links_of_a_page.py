"""The links of a page as a crawl keeps them: one a target, the best of several."""

import pytest

from editorial.audit.crawl.named import MARK_IN_MAIN, MARK_INTERNAL, MARK_NOFOLLOW
from editorial.audit.crawl.records import Judge
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from editorial.domain.urls import scope_of

URL = "https://example.com/"


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("<nav><a href=/a>A</a></nav>", (False, False)),
        ("<main><a href=/a>A</a></main>", (False, True)),
        ("<nav><a href=/a>A</a></nav><main><a href=/a>again</a></main>", (False, True)),
        ("<a href=/a rel=nofollow>A</a><footer><a href=/a>again</a></footer>", (False, True)),
        ("<nav><a href=/a rel=nofollow>A</a></nav><main><a href=/a rel=nofollow>A</a></main>", (True, True)),
    ],
)
def test_a_target_is_followed_and_in_the_main_part_if_one_link_is(body: str, kept: tuple[bool, bool]) -> None:
    html = f"<!doctype html><title>T</title><body>{body}".encode()
    response = Response(URL, URL, 200, (("Content-Type", "text/html; charset=utf-8"),), html)

    record, _ = Judge(gather, (), scope_of(URL)).of(response)

    _, _, marks, _ = record.links
    assert [int(mark) for mark in marks] == [MARK_INTERNAL | MARK_NOFOLLOW * kept[0] | MARK_IN_MAIN * kept[1]]

"""When a crawl stops by what it counts."""

import pytest

from editorial.audit.crawl.records import PageRecord, StopReason
from editorial.audit.crawl.standing import SAMPLE, Standing


def record(status: int = 200, error: str | None = None, *, challenged: bool = False) -> PageRecord:
    url = "https://example.com/"
    return PageRecord(url, url, status, error, False, 1, 1, "text/html", challenged=challenged)


@pytest.mark.parametrize(
    ("bad", "share", "reason"),
    [
        (record(403), 0.25, StopReason.BLOCKED),
        (record(429), 0.25, StopReason.BLOCKED),
        (record(200, challenged=True), 0.25, StopReason.BLOCKED),
        (record(403), 0.15, None),
        (record(500), 0.6, StopReason.ERROR_RATE),
        (record(0, "timeout"), 0.6, StopReason.ERROR_RATE),
        (record(500), 0.4, None),
        (record(404), 0.9, None),
    ],
)
def test_a_site_that_refuses_us_or_falls_over_is_left(bad: PageRecord, share: float, reason: StopReason | None):
    standing = Standing()
    for place in range(100):
        is_bad = int((place + 1) * share) > int(place * share)  # spread evenly
        standing.count(bad if is_bad else record(), is_start=False)

    assert (standing.stop[0] if standing.stop else None) is reason


def test_a_few_pages_prove_nothing():
    standing = Standing()
    for _ in range(SAMPLE - 1):
        standing.count(record(403), is_start=False)

    assert standing.stop is None


def test_a_first_page_without_an_answer_is_the_end_and_the_first_reason_counts():
    standing = Standing()
    standing.count(record(0, "dns"), is_start=True)
    standing.halt(StopReason.CANCELLED)

    assert standing.stop == (StopReason.START_UNREACHABLE, "dns")

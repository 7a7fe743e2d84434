"""The pace of a host: what slows it, and how it comes back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from editorial.audit.crawl.course import Course, reason_of
from editorial.audit.crawl.frontier import Frontier
from editorial.audit.crawl.politeness import LEARNING, SLOWEST, Host, Slowed
from editorial.audit.crawl.records import CrawlPlan, PageRecord, StopReason
from editorial.audit.crawl.standing import Standing
from editorial.audit.crawl.traffic import Traffic
from editorial.domain.urls import scope_of

SITE = "https://example.com"
NOW = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)


def host() -> Host:
    found = Host(interval=0.5, connections=2)
    for _ in range(LEARNING):
        found.recover(0.2)
    return found


def test_a_host_that_answers_three_times_as_late_is_asked_half_as_often():
    found = host()
    for _ in range(4):
        found.recover(2.0)

    assert (found.interval, found.why) == (1.0, {Slowed.LATE: 1})
    for _ in range(4):
        found.recover(2.0)
    assert found.interval == 2.0


def test_a_slow_page_here_and_there_changes_nothing():
    found = host()
    for number in range(60):
        found.recover(1.5 if number % 10 == 0 else 0.2)

    assert (found.interval, found.why) == (0.5, {})


def test_what_is_late_by_a_blink_is_not_late():
    found = Host(interval=0.001, connections=2)
    for number in range(100):
        found.recover(0.001 if number < 20 else 0.3)

    assert found.interval == 0.001


def test_a_host_that_is_slow_as_ever_is_not_slowed():
    found = Host(interval=0.5, connections=2)
    for _ in range(100):
        found.recover(4.0)

    assert found.interval == 0.5


def test_the_pace_comes_back_slowly_and_never_beyond_what_was_asked_for():
    found = host()
    found.slow_down(0.0, None, Slowed.BUSY)
    paces = []
    for _ in range(40):
        found.recover(0.2)
        paces.append(found.interval)

    assert paces[:5] == [1.0] * 5  # calm first
    assert all(later <= earlier for earlier, later in pairwise(paces))
    assert 0.5 < paces[10] < 1.0
    assert paces[-1] == 0.5
    assert found.slowest == 1.0


def test_there_is_an_end_to_slowing_down():
    found = host()
    for _ in range(20):
        found.slow_down(0.0, 0.0, Slowed.DOWN)

    assert (found.interval, found.why) == (SLOWEST, {Slowed.DOWN: 20})


class NoPool:
    size = 1


def crawl(clock: float) -> tuple[Standing, Traffic, Frontier]:
    plan = CrawlPlan(start=SITE + "/", scope=scope_of(SITE + "/"))
    return Standing(), Traffic(NoPool(), 2.0, 2, lambda: clock), Frontier(plan)  # type: ignore[arg-type]


def test_a_crawl_that_goes_on_is_as_polite_as_it_was():
    standing, traffic, frontier = crawl(1000.0)
    traffic.host("example.com").slow_down(1000.0, 120.0, Slowed.BUSY)
    standing.blocked, standing.errors = 3, 4
    for number in range(130):
        frontier.want(f"{SITE}/cal?day={number}", 1, source=f"{SITE}/cal")
    course = Course(reused=5, saved_bytes=600, wire_bytes=700, seconds=10.0)
    course.tried(7, 2)
    kept = course.as_json(seconds=5.0, now=NOW, standing=standing, traffic=traffic, frontier=frontier)

    standing, traffic, frontier = crawl(50.0)
    later = NOW + timedelta(seconds=30)
    found = Course.go_on(kept, now=later, standing=standing, traffic=traffic, frontier=frontier)

    again = traffic.host("example.com")
    assert (again.interval, again.next_at, again.why) == (1.0, 50.0 + 120.0 - 30.0, {Slowed.BUSY: 1})
    assert (found.reused, found.saved_bytes, found.wire_bytes, found.seconds) == (5, 600, 700, 15.0)
    assert (standing.blocked, standing.errors, found.tries) == (3, 4, {7: 2})
    assert frontier.want(f"{SITE}/cal?day=500", 1, source=f"{SITE}/cal") is None
    assert [trap.count for trap in frontier.traps.found] == [31]


def test_a_crawl_without_a_past_begins_at_its_beginning():
    standing, traffic, frontier = crawl(0.0)

    assert Course.go_on({}, now=NOW, standing=standing, traffic=traffic, frontier=frontier) == Course()


def test_a_retry_that_was_counted_is_counted_after_a_restart():
    _, _, before = crawl(0.0)
    before.want(SITE + "/a", 1)
    _, _, after = crawl(0.0)
    after.restore(before.fresh, set(), {1: 2})

    (entry,) = (entry for lane in after.lanes.values() for entry in lane.ready)
    assert entry.tries == 2


def test_bytes_count_once():
    page = PageRecord(SITE, SITE, 200, None, False, 1, 1, "text/html", wire_bytes=100)
    again = PageRecord(SITE, SITE, 200, None, False, 1, 1, "text/html", wire_bytes=40, reused=2)
    course = Course()
    course.count(page)
    course.count(again)

    assert (course.wire_bytes, course.reused, course.saved_bytes) == (100, 1, 40)


def test_what_waits_behind_a_limit_is_the_reason_of_the_end():
    standing, _, frontier = crawl(0.0)
    assert reason_of(standing, frontier) == (StopReason.COMPLETE, "")
    frontier.want(SITE + "/deep/a", 51, source=SITE + "/b/a")
    assert reason_of(standing, frontier) == (StopReason.DEPTH_CAP, "")
    standing.halt(StopReason.CANCELLED)
    assert reason_of(standing, frontier) == (StopReason.CANCELLED, "")

"""The pure parts of a crawl: frames, frontier, pace, redirects, sitemaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.audit.crawl.frontier import Entry, Frontier
from editorial.audit.crawl.origins import Origins
from editorial.audit.crawl.politeness import LONGEST_WAIT, Host
from editorial.audit.crawl.records import CrawlPlan, UrlRow
from editorial.audit.crawl.redirects import MAX_HOPS, MOST_LED, Redirects, Settled
from editorial.audit.crawl.wire import OutOfStep, Unpacker, pack
from editorial.domain.urls import scope_of

SITE = "https://example.com"
PLAN = CrawlPlan(start=SITE + "/", scope=scope_of(SITE + "/"))


@given(
    frames=st.lists(st.tuples(st.dictionaries(st.text(max_size=5), st.integers(0, 9)), st.binary(max_size=50))),
    bite=st.integers(1, 40),
)
def test_frames_come_out_as_they_went_in_however_the_pipe_cuts_them(frames, bite):
    stream = b"".join(pack(message, blob) for message, blob in frames)
    unpacker = Unpacker()

    out = [frame for place in range(0, len(stream), bite) for frame in unpacker.feed(stream[place : place + bite])]

    assert out == frames


@pytest.mark.parametrize("noise", [b"\xff" * 64, b"\0\0\0\x02\0\0\0\0{]"])
def test_noise_is_no_frame(noise):
    with pytest.raises(OutOfStep):
        list(Unpacker().feed(noise))


def test_an_address_is_queued_once_whatever_its_spelling():
    frontier = Frontier(PLAN)

    numbers = {frontier.want(SITE + path, 1) for path in ("/a", "/%61", "/a?utm_source=x")}

    assert numbers == {1}
    assert frontier.waiting == 1


def test_an_address_that_was_pointed_at_first_keeps_its_number():
    frontier = Frontier(PLAN)
    pointed = frontier.number(SITE + "/a", SITE + "/a", internal=True)

    assert frontier.want(SITE + "/a", 2) == pointed
    assert frontier.promoted == [(pointed, 2)]


def test_other_sites_are_not_queued():
    assert Frontier(PLAN).want("https://elsewhere.example/", 1) is None


@pytest.mark.parametrize("path", ["/a" * 16, "/a/b/a/b/a/b/a/b", "/" + "x" * 2000], ids=["deep", "repeating", "long"])
def test_traps_are_not_queued_unless_a_person_or_a_redirect_names_them(path):
    frontier = Frontier(PLAN)

    assert frontier.want(SITE + path, 1) is None
    assert [trap.count for trap in frontier.traps.found] == [1]
    assert frontier.demand(SITE + path, 1) == 1


def test_a_page_with_endless_queries_is_asked_a_hundred_times():
    frontier = Frontier(PLAN)

    queued = [frontier.want(f"{SITE}/calendar?day={day}", 1) for day in range(500)]

    assert len([number for number in queued if number]) == 100


def test_a_frontier_is_restored_from_what_was_stored():
    before = Frontier(PLAN)
    for path in ("/", "/a", "/b"):
        before.want(SITE + path, 1)
    before.number("https://elsewhere.example/", "https://elsewhere.example/", internal=False)
    after = Frontier(PLAN)

    after.restore([UrlRow(*row) for row in before.fresh], {1})

    assert [entry.url for lane in after.lanes.values() for entry in lane.ready] == [SITE + "/a", SITE + "/b"]
    assert after.want(SITE + "/c", 1) == 5


def test_a_slow_pace_lets_one_go_at_a_time():
    host = Host(interval=0.5, connections=2)
    host.took(host.may_take(10.0), 10.0)

    assert (host.may_take(10.4), host.may_take(10.5), host.may_take(99.0)) == (0, 1, 1)


@given(st.floats(0.0001, 0.019), st.lists(st.floats(0.0005, 0.3), min_size=5, max_size=60))
def test_a_fast_pace_is_kept_on_average(interval, waits):
    host = Host(interval=interval, connections=16)
    now = sent = 0.0
    for wait in waits:
        now += wait
        count = host.may_take(now)
        host.took(count, now)
        sent += count

    assert sent <= (now + 0.1) / interval + 1  # a tenth of a second may be caught up


def test_a_host_that_complains_is_asked_half_as_often_until_it_is_well_again():
    host = Host(interval=0.5, connections=2)
    host.slow_down(0.0, None)
    slowed = host.interval
    for _ in range(100):
        host.recover()

    assert (slowed, host.interval) == (1.0, 0.5)


def test_a_pause_that_is_asked_for_is_kept():
    host = Host(interval=0.5, connections=2)

    assert host.slow_down(100.0, 20.0) == 120.0
    assert host.slow_down(100.0, 10_000.0) == 100.0 + LONGEST_WAIT


def entry(no: int, path: str) -> Entry:
    return Entry(no, SITE + path, SITE + path, 1)


def test_everyone_who_waited_learns_the_final_answer():
    redirects = Redirects(PLAN.scope)
    for no, path, target in ((1, "/a", 2), (2, "/b", 3)):
        step = redirects.follow(entry(no, path), 301, f"{SITE}/{target}")
        assert step.wanted
        assert redirects.wait(entry(no, path), step.hops, target) == []

    settled = redirects.settle(Settled(3, SITE + "/c", SITE + "/c", 404))

    assert [(each.no, each.status, each.final_url, len(each.hops)) for each in settled] == [
        (2, 404, SITE + "/c", 1),
        (1, 404, SITE + "/c", 2),
    ]


def test_a_circle_settles_all_of_its_pages():
    redirects = Redirects(PLAN.scope)
    for no, target in ((1, 2), (2, 3)):
        step = redirects.follow(entry(no, f"/{no}"), 302, f"{SITE}/{target}")
        redirects.wait(entry(no, f"/{no}"), step.hops, target)
    step = redirects.follow(entry(3, "/3"), 302, SITE + "/1")

    settled = redirects.wait(entry(3, "/3"), step.hops, 1)

    assert {each.no: each.error for each in settled} == dict.fromkeys((1, 2, 3), "redirect-loop")


def test_a_chain_longer_than_google_follows_is_an_error():
    redirects = Redirects(PLAN.scope)
    for no in range(1, MAX_HOPS + 2):
        step = redirects.follow(entry(no, f"/{no}"), 302, f"{SITE}/{no + 1}")
        redirects.wait(entry(no, f"/{no}"), step.hops, no + 1)

    settled = redirects.settle(Settled(MAX_HOPS + 2, SITE + "/x", SITE + "/x", 200))

    assert [each.error for each in settled] == [None] * MAX_HOPS + ["redirects"]


def test_a_server_that_makes_up_redirects_is_left_after_twenty():
    redirects = Redirects(PLAN.scope)
    steps = []
    for no in range(1, MOST_LED + 2):
        steps.append(redirects.follow(entry(no, f"/{no}"), 302, f"{SITE}/{no + 1}"))
        if steps[-1].wanted:
            redirects.wait(entry(no, f"/{no}"), steps[-1].hops, no + 1)

    assert [step.wanted for step in steps] == [True] * MOST_LED + [False]
    assert steps[-1].error == "redirects"


def test_a_page_in_a_long_chain_keeps_the_answer_that_is_near_it():
    """Its start is too far away, and itself is not: what a page says does not depend on who led to it."""
    redirects = Redirects(PLAN.scope)
    for no in range(1, 16):
        step = redirects.follow(entry(no, f"/{no}"), 302, f"{SITE}/{no + 1}")
        redirects.wait(entry(no, f"/{no}"), step.hops, no + 1)

    settled = {each.no: each.error for each in redirects.settle(Settled(16, SITE + "/16", SITE + "/16", 200))}

    assert [settled[no] for no in range(1, 16)] == ["redirects"] * 5 + [None] * 10


def test_what_stands_at_the_end_is_known_of_all_that_lead_there():
    redirects = Redirects(PLAN.scope)
    step = redirects.follow(entry(1, "/1"), 302, SITE + "/2")
    redirects.wait(entry(1, "/1"), step.hops, 2)

    (settled,) = redirects.settle(Settled(2, SITE + "/2", SITE + "/2", 503, digest="d", challenged=True))

    assert (settled.digest, settled.challenged) == ("d", True)


def test_another_spelling_of_the_same_page_is_asked_again_at_once():
    step = Redirects(PLAN.scope).follow(entry(1, "/a?utm_source=x"), 301, SITE + "/a?utm_source=y")

    assert not step.again  # the entry's compare form differs here: it was made from its own spelling
    same = Entry(1, SITE + "/a?utm_source=x", SITE + "/a", 1)
    assert Redirects(PLAN.scope).follow(same, 301, SITE + "/a").again


def test_what_the_crawl_never_reached_keeps_its_own_answer():
    redirects = Redirects(PLAN.scope)
    step = redirects.follow(entry(1, "/a"), 302, SITE + "/b")
    redirects.wait(entry(1, "/a"), step.hops, 2)

    (left,) = redirects.abandon()

    assert (left.status, left.final_url, left.error) == (302, SITE + "/b", None)


@pytest.mark.parametrize(
    ("status", "error", "allowed", "unreachable"),
    [
        (200, None, True, False),
        (404, None, True, False),
        (403, None, True, False),
        (0, "redirects", True, False),
        (429, None, False, True),
        (503, None, False, True),
        (0, "timeout", False, True),
    ],
)
def test_what_an_answer_to_robots_txt_means(status, error, allowed, unreachable):
    origins = Origins("EditorialBot")
    origins.learn(
        SITE, status, error, b"User-agent: *\nDisallow: /x" if status == 200 else b"User-agent: *\nDisallow: /"
    )

    verdict = origins.verdict(SITE, SITE + "/a")
    assert verdict is not None
    assert verdict.allowed is allowed
    assert (SITE in origins.unreachable) is unreachable

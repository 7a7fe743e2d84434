"""Links to other sites: each target asked once, politely, by one process; what it answers becomes findings."""

import itertools
import threading
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.adapters.link_ask import Answer, Method
from editorial.domain.external import LinkState
from editorial.domain.findings import FindingState
from editorial.services import external_asking, external_now
from editorial.services.deps import Deps
from editorial.services.external_asking import Asking
from editorial.store import external as store
from editorial.store.audit import Finding
from editorial.store.content import Site
from editorial.store.external import ExternalTarget, ExternalUse
from tests.conftest import Clock
from tests.integration.audit.outside import linked
from tests.integration.web.audited import add_site, audit, good

GONE, THERE = "https://other.example/gone", "https://other.example/there"
Said = Mapping[str, int | str | Answer]


class World:
    """Other people's servers. `says` holds a status, an error or an answer by address; what is missing is there."""

    def __init__(self, deps: Deps, clock: Clock, says: Said = {}) -> None:  # noqa: B006 -- never written to
        self.deps, self.clock, self.says = deps, clock, dict(says)
        self.asked: list[tuple[str, str, float]] = []
        self.names: dict[str, bool | None] = {}
        self.began = clock.instant

    def ask(self, method: Method, url: str, *, most: int = 0) -> Answer:
        self.asked.append((method, url, (self.clock.instant - self.began).total_seconds()))
        said = self.says.get(f"{method} {url}", self.says.get(url))
        if said is None:
            return Answer(404 if url.endswith("/robots.txt") else 200)
        if isinstance(said, Answer):
            return said
        return Answer(error=said) if isinstance(said, str) else Answer(said)

    def asking(self, **others: object) -> Asking:
        values: dict[str, object] = {
            "sessions": self.deps.sessions,
            "now": self.clock,
            "worker": "one",
            "ask": self.ask,
            "exists": lambda host: self.names.get(host, True),
            "sleep": lambda seconds: self.clock.forward(seconds=seconds),
            "threads": 1,
        }
        return Asking(**(values | others))  # type: ignore[arg-type]

    def work(self, **others: object) -> dict[str, int]:
        return external_asking.work(self.asking(**others))

    def heads(self) -> list[str]:
        """The targets that were asked for, in that order."""
        return [url for method, url, _ in self.asked if method == "HEAD"]

    def state(self, url: str) -> tuple[LinkState, str]:
        with self.deps.sessions() as session:
            row = session.scalars(select(ExternalTarget).where(ExternalTarget.url == url)).one()
            return row.state, row.answer


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: what depends on the database is shown on both in tests/integration/store/test_external.py."""
    return sqlite_url


@pytest.fixture
def world(deps: Deps, clock: Clock) -> World:
    return World(deps, clock)


def finding(deps: Deps) -> FindingState | None:
    with deps.sessions() as session:
        return session.scalar(select(Finding.state).where(Finding.rule == "link-broken-external"))


def test_a_target_that_is_not_there_on_two_days_becomes_a_finding_and_is_fixed_when_it_is_back(
    world: World, deps: Deps, clock: Clock
) -> None:
    site = add_site(deps)
    links = [(1, GONE), (1, "https://refusing.example/"), (2, THERE)]
    world.says |= {GONE: 404, "https://refusing.example/": 999}

    linked(deps, site, links)
    world.work()
    clock.forward(days=1)
    world.work()
    audit(deps, site, [good("a"), good("b")], outside=links)
    seen_twice = finding(deps)
    world.says[GONE] = 503
    clock.forward(days=7)
    world.work()
    audit(deps, site, [good("a"), good("b")], outside=links)
    while_silent = finding(deps)
    world.says[GONE] = 200
    clock.forward(days=7)
    world.work()
    audit(deps, site, [good("a"), good("b")], outside=links)

    assert [seen_twice, while_silent] == [FindingState.NEW, FindingState.NEW]
    assert finding(deps) is FindingState.FIXED  # though another link of the page still says nothing


def test_taking_the_link_away_mends_it(world: World, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    world.says[GONE] = 410
    for _ in range(2):
        linked(deps, site, [(1, GONE), (2, THERE)])
        world.work()
        clock.forward(days=1)
    audit(deps, site, [good("a"), good("b")], outside=[(1, GONE), (2, THERE)])
    before = finding(deps)

    audit(deps, site, [good("a"), good("b")], outside=[(2, THERE)])

    assert (before, finding(deps)) == (FindingState.NEW, FindingState.FIXED)


def test_two_sites_have_the_same_target_asked_once_in_a_week(world: World, deps: Deps, clock: Clock) -> None:
    one, two = add_site(deps), add_site(deps, "Other", "https://other-site.example/")
    linked(deps, one, [(1, THERE)])
    linked(deps, two, [(1, THERE + "?utm_source=us")])

    world.work()
    clock.forward(days=6)
    world.work()
    linked(deps, one, [(1, THERE)])
    world.work()
    within_a_week = world.heads()
    clock.forward(days=2)
    world.work()

    assert (within_a_week, world.heads()) == ([THERE], [THERE, THERE])


def test_a_host_gets_one_request_in_two_seconds(world: World, deps: Deps) -> None:
    site = add_site(deps)
    linked(deps, site, [(1, f"https://other.example/{number}") for number in range(4)])
    world.says["HEAD https://other.example/2"] = 405

    world.work()

    at = [when for _, _, when in world.asked]
    assert [later - sooner for sooner, later in itertools.pairwise(at)] == [2.0] * 5
    assert [method for method, _, _ in world.asked] == ["GET", "HEAD", "HEAD", "HEAD", "GET", "HEAD"]


def test_robots_txt_of_the_other_site_is_heeded_and_says_how_slowly(world: World, deps: Deps) -> None:
    linked(deps, add_site(deps), [(1, GONE), (1, THERE), (1, THERE + "/too")])
    world.says["https://other.example/robots.txt"] = Answer(
        200, body=b"User-agent: EditorialBot\nDisallow: /gone\nCrawl-delay: 7\n"
    )

    world.work()

    assert world.state(GONE) == (LinkState.UNCLEAR, "robots")
    assert [(url, when) for method, url, when in world.asked if method == "HEAD"] == [
        (THERE, 2.0),
        (THERE + "/too", 9.0),
    ]


def test_redirects_are_walked_and_each_host_is_asked_by_its_own_rules(world: World, deps: Deps) -> None:
    linked(deps, add_site(deps), [(1, THERE), (1, "https://short.example/x")])
    world.says |= {
        THERE: Answer(301, (("Location", "https://new.example/page"),)),
        "https://new.example/page": 404,
        "https://short.example/x": Answer(302, (("Location", "https://short.example/x"),)),
    }

    world.work()

    assert world.state(THERE) == (LinkState.FAILED_ONCE, "404")
    assert world.state("https://short.example/x") == (LinkState.UNCLEAR, "redirect-loop")
    assert "https://new.example/robots.txt" in [url for _, url, _ in world.asked]


@pytest.mark.parametrize(
    ("known", "answer"), [({"gone.example": False}, "dns"), ({}, "resolver"), ({"gone.example": None}, "resolver")]
)
def test_a_name_counts_as_gone_only_if_the_resolver_says_so(
    world: World, deps: Deps, known: dict[str, bool | None], answer: str
) -> None:
    linked(deps, add_site(deps), [(1, "https://gone.example/")])
    world.says["https://gone.example/robots.txt"] = "dns"
    world.names = known

    world.work()

    assert world.state("https://gone.example/")[1] == answer


def test_a_resolver_that_knows_nobody_proves_nothing(world: World, deps: Deps) -> None:
    linked(deps, add_site(deps), [(1, "https://gone.example/")])
    world.says["https://gone.example/robots.txt"] = "dns"
    world.names = {"gone.example": False, "northgauge.example": False}

    world.work()

    assert world.state("https://gone.example/") == (LinkState.UNCLEAR, "resolver")


def test_a_host_that_says_429_is_left_alone_for_as_long_as_it_says(world: World, deps: Deps, clock: Clock) -> None:
    linked(deps, add_site(deps), [(1, GONE), (1, THERE)])
    world.says[GONE] = Answer(429, (("Retry-After", "7200"),))

    world.work()
    clock.forward(hours=1)
    world.work()
    early = world.heads()
    clock.forward(hours=2)
    world.work()

    assert (early, world.heads()) == ([GONE], [GONE, THERE])


def test_a_redirect_to_a_host_that_rests_is_walked_once_an_hour_and_nobody_waits_behind_it(
    world: World, deps: Deps, clock: Clock
) -> None:
    site, leads, resting = add_site(deps), "https://other.example/a", "https://resting.example/"
    world.says |= {leads: Answer(302, (("Location", resting),)), resting: Answer(429, (("Retry-After", "86400"),))}
    linked(deps, site, [(1, resting)])
    world.work()

    linked(deps, site, [(1, resting), (1, leads), (2, THERE)])
    world.work()
    clock.forward(minutes=50)
    world.work()
    within_an_hour = world.heads()[1:]
    clock.forward(minutes=20)
    world.work()

    assert (within_an_hour, world.heads()[3:]) == ([leads, THERE], [leads])


def test_no_two_processes_ask_the_same_target_at_a_moment(world: World, deps: Deps) -> None:
    linked(deps, add_site(deps), [(1, THERE)])
    inside, done = threading.Event(), threading.Event()

    def slowly(method: Method, url: str, *, most: int = 0) -> Answer:
        if method == "HEAD":
            inside.set()
            done.wait(30)
        return world.ask(method, url, most=most)

    first = threading.Thread(target=lambda: world.work(ask=slowly))
    first.start()
    inside.wait(30)
    other = world.work(worker="two")
    done.set()
    first.join()

    assert (other, world.heads()) == ({}, [THERE])


def test_what_a_lost_process_had_taken_is_asked_again_and_its_answer_is_not_written(
    world: World, deps: Deps, clock: Clock
) -> None:
    linked(deps, add_site(deps), [(1, THERE)])
    external_asking.read_audits(world.asking())
    with deps.sessions.begin() as session:
        taken = store.claim(session, "other.example", clock(), "lost", store.linked())
    assert taken is not None
    clock.forward(minutes=11)

    asked = world.work()
    with deps.sessions.begin() as session:
        late = store.let_go(session, taken.id, "lost", answer="404")

    assert (asked, late) == ({"works": 1}, False)
    assert world.state(THERE) == (LinkState.WORKS, "200")


@pytest.mark.parametrize("off", ["external_links", "active"])
def test_a_site_that_does_not_want_to_know_has_nobody_asked(world: World, deps: Deps, off: str) -> None:
    site = add_site(deps)
    linked(deps, site, [(1, THERE)])
    external_asking.read_audits(world.asking())
    with deps.sessions.begin() as session:
        setattr(session.get_one(Site, site), off, False)

    assert (world.work(), world.asked, external_asking.anything_to_do(deps)) == ({}, [], False)


def test_broken_targets_are_looked_at_once_more_on_the_day_before_the_audit(
    world: World, deps: Deps, clock: Clock
) -> None:
    site = add_site(deps)  # audited on Mondays, 05:00 in Shanghai
    world.says[GONE] = 404
    audit(deps, site, [good("a")], outside=[(1, GONE), (1, THERE)])  # Wednesday
    world.work()
    clock.forward(days=1, minutes=1)
    world.work()
    before = len(world.heads())

    clock.forward(days=2)  # Saturday
    world.work()
    on_saturday = world.heads()[before:]
    clock.forward(days=1)  # Sunday
    world.work()
    world.work()

    assert (on_saturday, world.heads()[before:]) == ([], [GONE])


def test_targets_that_nobody_links_to_any_more_are_left_alone_and_forgotten(
    world: World, deps: Deps, clock: Clock
) -> None:
    site = add_site(deps)
    linked(deps, site, [(1, GONE), (1, THERE)])
    world.work()
    linked(deps, site, [(1, THERE)])
    clock.forward(days=181)

    world.work()

    assert world.heads() == [GONE, THERE, THERE]
    linked(deps, site, [(1, THERE)])
    world.work()
    with deps.sessions() as session:
        assert session.scalars(select(ExternalTarget.url)).all() == [THERE]


def test_reading_the_links_again_changes_nothing(world: World, deps: Deps) -> None:
    site = add_site(deps)
    number = linked(deps, site, [(1, GONE), (2, GONE), (2, THERE)])
    for _ in range(2):
        external_asking.read_links(world.asking(), number, site)

    with deps.sessions() as session:
        uses = session.execute(select(ExternalUse.pages, ExternalUse.audit_id).order_by(ExternalUse.target_id)).all()
    assert [tuple(row) for row in uses] == [(2, number), (1, number)]


def test_the_day_has_an_end(world: World, deps: Deps, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_asking, "MOST_A_DAY", 2)
    linked(deps, add_site(deps), [(1, f"https://{name}.example/") for name in "abc"])

    world.work()
    on_the_first = len(world.heads())
    busy = external_asking.anything_to_do(deps)
    clock.forward(days=1, minutes=1)
    world.work()

    assert (on_the_first, busy, len(world.heads())) == (2, False, 3)
    assert clock.instant - world.began > timedelta(days=1)


def test_a_command_asks_twice_within_a_minute_and_counts_one_day(world: World, deps: Deps) -> None:
    number = linked(deps, add_site(deps), [(1, GONE), (1, THERE), (1, "https://refusing.example/")])
    world.says |= {GONE: 404, "https://refusing.example/": 403}

    told = external_now.ask_now(world.asking(), number)

    assert (told.targets, told.asked, told.unclear) == (3, 3, 1)
    assert world.state(GONE) == (LinkState.BROKEN, "404")
    assert world.heads().count(GONE) == 2
    with deps.sessions() as session:
        assert session.scalar(select(ExternalTarget.failures).where(ExternalTarget.url == GONE)) == 1

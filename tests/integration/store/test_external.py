"""What is known of links to other sites, on both databases: claimed, paced, read, asked, judged, listed."""

from datetime import timedelta

from sqlalchemy import select

from editorial.adapters.link_ask import Answer
from editorial.domain.external import LinkState
from editorial.services import external_asking, external_pages
from editorial.services.deps import Deps
from editorial.services.external_asking import Asking
from editorial.services.external_pages import Wanted
from editorial.store import external as store
from editorial.store.audit import Finding
from editorial.store.base import Sessions
from editorial.store.external import ExternalHost, ExternalRobots
from tests.conftest import Clock
from tests.integration.audit.outside import linked, read
from tests.integration.web.audited import BASE, add_site, audit, good

GONE, THERE = "https://other.example/gone", "https://else.example/there"


def test_the_whole_way_from_links_to_a_finding(deps: Deps, clock: Clock) -> None:
    asking = Asking(
        deps.sessions,
        clock,
        "one",
        lambda _, url, most=0: Answer(200 if url == THERE else 404),
        sleep=lambda seconds: clock.forward(seconds=seconds),
    )
    site, links = add_site(deps), [(1, GONE), (2, GONE), (2, THERE)]
    for _ in range(2):
        linked(deps, site, links)
        external_asking.work(asking)
        clock.forward(days=1)
    audit(deps, site, [good("a"), good("b")], outside=links)
    external_asking.look_before_audits(asking)

    with deps.sessions() as session:
        found = session.execute(select(Finding.url, Finding.key).where(Finding.rule == "link-broken-external")).all()
        first = external_pages.listing(session, Wanted(site), size=1)
        rest = external_pages.listing(session, Wanted(site, text="ELSE", after=first.next or ""))
        linking = external_pages.pages_of(session, site, first.lines[0].id)

    assert {tuple(row) for row in found} == {(f"{BASE}a", GONE), (f"{BASE}b", GONE)}
    assert first.counts == {LinkState.BROKEN: 1, LinkState.WORKS: 1}
    assert [(line.url, line.pages) for line in (*first.lines, *rest.lines)] == [(GONE, 2), (THERE, 1)]
    assert [page.url for page in linking] == [f"{BASE}1", f"{BASE}2"]


def test_a_host_has_one_turn_after_another_whoever_asks(sessions: Sessions, clock: Clock) -> None:
    gap, patience = timedelta(seconds=2), timedelta(seconds=5)

    def turn() -> float | None:
        with sessions.begin() as session:
            at = store.take_turn(session, "other.example", clock(), gap, patience)
        return (at - clock()).total_seconds() if at is not None else None

    assert [turn() for _ in range(4)] == [0.0, 2.0, 4.0, None]
    clock.forward(seconds=60)
    assert turn() == 0.0


def test_a_target_is_claimed_once_until_its_lease_has_run_out(deps: Deps, clock: Clock) -> None:
    read(deps, add_site(deps), [(1, THERE)])

    def claim(worker: str) -> bool:
        with deps.sessions.begin() as session:
            return store.claim(session, "else.example", clock(), worker, store.linked()) is not None

    at_once = claim("one"), claim("two")
    clock.instant += store.LEASE + timedelta(seconds=1)

    assert (at_once, claim("two")) == ((True, False), True)


def test_robots_files_and_paces_of_other_sites_are_forgotten_after_two_days(deps: Deps, clock: Clock) -> None:
    kept = []
    for host in ("old.example", "new.example"):
        with deps.sessions.begin() as session:
            store.take_turn(session, host, clock(), timedelta(seconds=2), timedelta(0))
            session.add(ExternalRobots(origin=f"https://{host}", read_at=clock(), status=200, error=None, content=b"#"))
        clock.forward(hours=25)

    for _ in range(2):
        dropped = external_asking.forget_hosts(deps)
        with deps.sessions() as session:
            kept.append(
                (dropped, *session.scalars(select(ExternalRobots.origin)), *session.scalars(select(ExternalHost.host)))
            )

    assert kept == [(2, "https://new.example", "new.example"), (0, "https://new.example", "new.example")]

"""Audits whose process goes away: killed, or ended in good order."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from config import ROOT
from editorial.audit.crawl.crawl import Crawl
from editorial.audit.crawl.records import Batch, UrlRow
from editorial.background.ticks.audits import AuditRunner, run_queued_audits
from editorial.services.audit_storage import AuditSink, interrupted
from editorial.services.auditing import ask_to_stop, ask_to_wait, run_audit, start_audit, start_page_audit
from editorial.services.deps import Deps
from editorial.store.audit import LEASE, Audit, AuditFailure, AuditPage, AuditState, AuditTrigger, AuditUrl, Finding
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_site, links, make_site, page, parts

pytestmark = pytest.mark.thorough

RUNNER = """
import sys
from datetime import UTC, datetime
from editorial.domain.addresses import ALL_PRIVATE
from editorial.services.auditing import AuditParts, run_audit
from editorial.store.base import make_engine, make_sessions
sessions = make_sessions(make_engine(sys.argv[1]))
run_audit(AuditParts(sessions, lambda: datetime.now(UTC), "doomed", allow=ALL_PRIVATE, rate=float(sys.argv[2])))
"""


def plant(web: Web, count: int) -> None:
    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(count))))
    for place in range(count):
        web.pages[f"/{place}"] = page("" if place % 10 == 0 else f"Page {place}", f"<p>Part {place}</p>")


def outcome(sessions: Sessions, audit_id: int) -> tuple[object, ...]:
    with sessions() as session:
        audit = session.get_one(Audit, audit_id)
        failures = session.scalars(
            select(AuditFailure.fingerprint).where(AuditFailure.audit_id == audit_id).order_by(AuditFailure.fingerprint)
        ).all()
        pages = session.scalar(select(func.count()).where(AuditPage.audit_id == audit_id))
        return audit.state, audit.stop_reason, audit.score, audit.coverage, pages, tuple(failures)


def queue(sessions: Sessions, web: Web) -> int:
    site = make_site(sessions, web.url + "/")
    with sessions.begin() as session:
        return start_audit(session, site, AuditTrigger.SCHEDULE, datetime.now(UTC)).id


def test_an_audit_goes_on_where_its_killed_process_was(web: Web, desk: Sessions):
    plant(web, 60)
    site = make_site(desk, web.url + "/")
    whole = audit_site(desk, site)
    with desk.begin() as session:
        audit_id = start_audit(session, site, AuditTrigger.SCHEDULE, datetime.now(UTC)).id
    half_way = threading.Event()
    web.asked.clear()
    web.pages["/45"].act = lambda handler: half_way.set()
    doomed = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(desk.kw["bind"].url.render_as_string()), "18"], cwd=ROOT
    )
    try:
        assert half_way.wait(30)
    finally:
        os.kill(doomed.pid, signal.SIGKILL)
        doomed.wait()
    web.pages["/45"].act = None

    assert run_audit(parts(desk), audit_id) is None  # its lease has not run out
    later = datetime.now(UTC) + LEASE + timedelta(seconds=5)
    assert run_audit(parts(desk, now=lambda: later), audit_id) == audit_id

    assert outcome(desk, audit_id) == outcome(desk, whole.id)
    assert web.paths().count("/0") == 1  # what was stored is not fetched again
    with desk() as session:
        assert session.get_one(Audit, audit_id).attempts == 2
        assert session.scalar(select(func.count()).select_from(Finding)) == 6


def test_an_audit_that_kills_its_process_each_time_is_given_up(web: Web, desk: Sessions):
    audit_id = queue(desk, web)
    with desk.begin() as session:
        audit = session.get_one(Audit, audit_id)
        audit.state, audit.attempts = AuditState.RUNNING, 3
        audit.heartbeat_at = datetime.now(UTC) - 2 * LEASE

    run_audit(parts(desk))

    assert outcome(desk, audit_id)[:2] == (AuditState.FAILED, "crashed")
    assert web.asked == []


def test_an_audit_is_left_in_good_order_and_goes_on_at_once(web: Web, desk: Sessions):
    plant(web, 40)
    audit_id = queue(desk, web)
    leaving = threading.Event()
    web.pages["/20"].act = lambda handler: leaving.set()

    run_audit(parts(desk, rate=20.0, stopping=leaving.is_set))
    with desk() as session:
        left = session.get_one(Audit, audit_id)
        assert (left.state, left.attempts) == (AuditState.RUNNING, 0)
    web.pages["/20"].act = None
    run_audit(parts(desk))

    assert outcome(desk, audit_id)[:2] == (AuditState.DONE, "complete")


def test_what_an_interrupted_audit_knew_of_redirects_holds_their_hops(web: Web, desk: Sessions):
    """A redirect met after the pause goes on through them."""
    web.pages["/"] = page("Home", links("/first"))
    web.redirect("/first", "/second", 302)
    web.redirect("/second", "/third", 301)
    web.pages["/third"] = page("Third")
    audit = audit_site(desk, make_site(desk, web.url + "/"))

    _, settled = interrupted(desk, audit.id)

    by_path = {known.url.removeprefix(web.url): known.hops for known in settled.values()}
    assert by_path["/second"] == ((f"{web.url}/second", 301, f"{web.url}/third"),)
    assert [url.removeprefix(web.url) for url, _, _ in by_path["/first"]] == ["/first", "/second"]
    assert by_path["/third"] == ()
    texts = {known.url.removeprefix(web.url): known.digest for known in settled.values()}
    assert texts["/first"] == texts["/second"] == texts["/third"] != texts["/"]


def test_what_an_interrupted_audit_knew_of_bot_checks_is_known_still(web: Web, desk: Sessions):
    """A redirect that leads to one, met after the pause, leads to no error."""
    web.pages["/"] = page("Home", links("/guarded"))
    web.pages["/guarded"] = Answer(b"<title>Just a moment...</title>", 521, {"cf-mitigated": "challenge"})
    audit = audit_site(desk, make_site(desk, web.url + "/"))

    _, settled = interrupted(desk, audit.id)

    assert {known.url.removeprefix(web.url): known.challenged for known in settled.values()} == {
        "/": False,
        "/guarded": True,
    }


def test_a_process_that_slept_past_its_lease_writes_nothing(web: Web, desk: Sessions):
    audit_id = queue(desk, web)
    with desk.begin() as session:
        audit = session.get_one(Audit, audit_id)
        audit.state, audit.worker, audit.heartbeat_at = AuditState.RUNNING, "the next one", datetime.now(UTC)
    urls = [UrlRow(1, web.url + "/", web.url + "/", internal=True, wanted=True, depth=0)]

    AuditSink(desk, audit_id, "asleep", lambda: datetime.now(UTC)).save(Batch(urls=urls))

    with desk() as session:
        assert session.scalar(select(func.count()).select_from(AuditUrl)) == 0


def test_an_audit_that_failed_changes_no_finding(web: Web, desk: Sessions, monkeypatch: pytest.MonkeyPatch):
    whole_run = Crawl.run

    def breaks(crawl: Crawl) -> None:
        whole_run(crawl)
        raise OSError("the disk is gone")

    monkeypatch.setattr(Crawl, "run", breaks)
    plant(web, 5)
    audit_id = queue(desk, web)

    run_audit(parts(desk))

    assert outcome(desk, audit_id)[:2] == (AuditState.FAILED, "crashed")
    with desk() as session:
        assert session.scalar(select(func.count()).select_from(Finding)) == 0


def test_a_person_stops_an_audit_and_it_keeps_what_it_saw(web: Web, desk: Sessions):
    plant(web, 40)
    audit_id = queue(desk, web)

    def stop(_: object) -> None:
        with desk.begin() as session:
            ask_to_stop(session, audit_id, datetime.now(UTC))

    web.pages["/10"].act = stop

    run_audit(parts(desk, rate=20.0))

    state, reason, _, _, pages, _ = outcome(desk, audit_id)
    assert (state, reason) == (AuditState.STOPPED, "cancelled")
    assert isinstance(pages, int)
    assert 5 < pages < 40


def test_a_queued_audit_is_stopped_at_once(web: Web, desk: Sessions):
    audit_id = queue(desk, web)

    with desk.begin() as session:
        ask_to_stop(session, audit_id, datetime.now(UTC))

    assert run_audit(parts(desk)) is None
    assert outcome(desk, audit_id)[:2] == (AuditState.FAILED, "cancelled")


def paused(web: Web, desk: Sessions) -> int:
    """An audit of a site of 41 pages that somebody paused at the tenth."""
    plant(web, 40)
    audit_id = queue(desk, web)

    def wait(_: object) -> None:
        with desk.begin() as session:
            ask_to_wait(session, audit_id, wait=True)

    web.pages["/10"].act = wait
    run_audit(parts(desk, rate=20.0))
    web.pages["/10"].act = None
    return audit_id


def test_a_paused_audit_waits_and_goes_on_where_it_was(web: Web, desk: Sessions):
    audit_id = paused(web, desk)
    with desk() as session:
        waiting = session.get_one(Audit, audit_id)
        assert (waiting.state, waiting.attempts) == (AuditState.QUEUED, 0)
        assert 5 < waiting.fetched < 40
    assert run_audit(parts(desk)) is None

    with desk.begin() as session:
        ask_to_wait(session, audit_id, wait=False)
    run_audit(parts(desk))

    assert outcome(desk, audit_id)[:2] == (AuditState.DONE, "complete")
    assert web.paths().count("/0") == 1


def test_a_paused_audit_that_is_stopped_keeps_what_it_saw(web: Web, desk: Sessions):
    audit_id = paused(web, desk)

    with desk.begin() as session:
        ask_to_stop(session, audit_id, datetime.now(UTC))
    run_audit(parts(desk, rate=20.0))

    state, reason, _, _, pages, _ = outcome(desk, audit_id)
    assert (state, reason) == (AuditState.STOPPED, "cancelled")
    assert isinstance(pages, int)
    assert 5 < pages < 40


def test_the_page_that_was_just_published_is_audited_alone(web: Web, desk: Sessions):
    web.pages["/new"] = page("", links("/a", "/b"))
    site = make_site(desk, web.url + "/")
    with desk.begin() as session:
        audit = start_page_audit(session, site.id, web.url + "/new", datetime.now(UTC))
        assert audit is not None
        assert start_page_audit(session, None, web.url + "/new", datetime.now(UTC)) is None

    run_audit(parts(desk), audit.id)

    assert web.paths() == ["/robots.txt", "/new"]
    with desk() as session:
        assert session.scalars(select(Finding.rule)).all() == ["title-missing"]


def test_the_audit_of_one_page_leaves_the_findings_of_others_and_of_the_site_alone(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/a", "/b"))
    web.pages["/a"], web.pages["/b"] = page("Same"), page("Same")
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    web.pages["/b"] = page("Other")
    with desk() as session:
        before = {(row.id, row.state) for row in session.execute(select(Finding.id, Finding.state))}
    with desk.begin() as session:
        audit = start_page_audit(session, site.id, web.url + "/a", datetime.now(UTC))
        assert audit is not None

    run_audit(parts(desk), audit.id)

    with desk() as session:
        assert "title-duplicate" in set(session.scalars(select(Finding.rule)))
        after = {(row.id, row.state) for row in session.execute(select(Finding.id, Finding.state))}
        assert after == before


def test_the_tick_runs_what_is_queued(web: Web, deps: Deps):
    plant(web, 3)
    site = make_site(deps.sessions, web.url + "/")
    with deps.sessions.begin() as session:
        audit_id = start_audit(session, site, AuditTrigger.PERSON, deps.now()).id
    runner = AuditRunner()
    running: Sequence[dict[str, int]] = [run_queued_audits(deps, runner=runner) for _ in range(2)]

    assert list(running) == [{"started": 1}, {}]
    assert runner._thread is not None
    runner._thread.join(60)

    assert outcome(deps.sessions, audit_id)[:2] == (AuditState.DONE, "complete")
    assert run_queued_audits(deps, runner=runner) == {}
    assert runner.close(1)

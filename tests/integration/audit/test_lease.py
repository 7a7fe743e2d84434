"""An audit that is judged for long stays with the process that judges it; one that lost it writes nothing more."""

import queue
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from editorial.audit.crawl.records import CrawlEnd, StopReason
from editorial.services import link_graph, verdicts
from editorial.services.audit_lease import BEAT, kept
from editorial.services.deps import Deps
from editorial.store import audit as store
from editorial.store.audit import LEASE, Audit, AuditFailure, AuditPlace, AuditRuleCount, AuditState, Finding
from editorial.store.audit_shapes import AuditTemplate
from tests.conftest import Clock
from tests.integration.web.audited import add_site, crawl, good, untitled

END = CrawlEnd(StopReason.COMPLETE, 3, 3, robots_read=True)
OTHER = "another-process"


class Turns:
    """Time between two signs of life that passes when a test says so."""

    def __init__(self) -> None:
        self._waits, self._answers = threading.Semaphore(0), queue.SimpleQueue[bool]()

    def set(self) -> None:
        self._answers.put(True)

    def wait(self, timeout: float) -> bool:
        self._waits.release()
        return self._answers.get(timeout=60)

    def end(self) -> None:
        """It has passed once; whoever waits goes on."""
        assert self._waits.acquire(timeout=60)
        self._answers.put(False)

    def end_and_see(self) -> None:
        """The same, and the sign was given."""
        self.end()
        assert self._waits.acquire(timeout=60)
        self._waits.release()


@pytest.fixture
def audit_id(deps: Deps, clock: Clock) -> int:
    return crawl(deps, add_site(deps), [good(""), untitled("a"), untitled("b")], at=clock())


def taken_by_another(deps: Deps, clock: Clock) -> bool:
    with deps.sessions.begin() as session:
        return store.claim(session, clock(), OTHER) is not None


def while_it_measures(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen in the midst of the first step."""
    measure = link_graph.measure

    def slow(*args: Any, **named: Any) -> None:
        happens()
        measure(*args, **named)

    monkeypatch.setattr(link_graph, "measure", slow)


def test_a_long_judgement_is_not_taken_over(
    deps: Deps, clock: Clock, audit_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, tries = Turns(), []

    def five_minutes() -> None:
        for _ in range(int(300 / BEAT)):
            clock.forward(seconds=BEAT)
            turns.end_and_see()
            tries.append(taken_by_another(deps, clock))

    while_it_measures(monkeypatch, five_minutes)

    assert verdicts.finish(deps.sessions, audit_id, deps.worker, END, clock, over=turns)
    with deps.sessions() as session:
        audit = session.get_one(Audit, audit_id)
        assert (set(tries), audit.state, audit.worker) == ({False}, AuditState.DONE, deps.worker)


def test_a_process_that_lost_its_audit_writes_nothing_more(
    deps: Deps, clock: Clock, audit_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asleep() -> None:
        clock.forward(seconds=LEASE.total_seconds() + 1)
        assert taken_by_another(deps, clock)
        clock.forward(seconds=10)

    while_it_measures(monkeypatch, asleep)
    tables = AuditPlace, AuditTemplate, AuditRuleCount, Finding
    with deps.sessions() as session:
        failures = session.scalar(select(func.count()).select_from(AuditFailure))

    assert not verdicts.finish(deps.sessions, audit_id, deps.worker, END, clock, over=Turns())
    with deps.sessions() as session:
        audit = session.get_one(Audit, audit_id)
        assert [session.scalar(select(func.count()).select_from(table)) for table in tables] == [0] * len(tables)
        assert session.scalar(select(func.count()).select_from(AuditFailure)) == failures
        assert (audit.state, audit.worker, audit.ended_at) == (AuditState.RUNNING, OTHER, None)
        assert audit.heartbeat_at == clock() - timedelta(seconds=10)


def test_signs_of_life_end_once_the_lease_is_lost(deps: Deps, clock: Clock, audit_id: int) -> None:
    turns = Turns()

    with kept(deps.sessions, audit_id, deps.worker, clock, over=turns) as lease:
        clock.forward(seconds=LEASE.total_seconds() + 1)
        assert taken_by_another(deps, clock)
        turns.end()

    assert lease.lost
    with deps.sessions() as session:
        assert session.get_one(Audit, audit_id).heartbeat_at == clock()

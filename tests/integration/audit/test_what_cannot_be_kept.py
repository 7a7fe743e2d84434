"""Audits end, whatever addresses they meet and whatever happens to their judgement."""

import random
import string
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from editorial.audit.crawl.records import Batch, Judge, PageRow, UrlRow, packed
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from editorial.domain.urls import scope_of
from editorial.services import verdicts
from editorial.services.audit_storage import AuditSink
from editorial.services.auditing import run_audit
from editorial.store.audit import LEASE, Audit, AuditPage, AuditState, AuditTrigger, AuditUrl
from editorial.store.base import Sessions
from tests.integration.audit.conftest import parts

START = "https://example.com/"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
WORKER = "test"


@pytest.fixture
def audit_id(sessions: Sessions) -> int:
    """An audit for which three processes were lost."""
    with sessions.begin() as session:
        audit = Audit(start_url=START, trigger=AuditTrigger.COMMAND, state=AuditState.RUNNING, requested_at=NOW)
        audit.worker, audit.heartbeat_at, audit.attempts = WORKER, NOW, 3
        session.add(audit)
        session.flush()
        return audit.id


def save(sessions: Sessions, audit_id: int, batch: Batch) -> None:
    AuditSink(sessions, audit_id, WORKER, lambda: NOW).save(batch)


def test_a_trap_takes_back_as_many_addresses_as_wait(sessions: Sessions, audit_id: int):
    rows = [UrlRow(no, f"{START}{no}", f"{START}{no}", internal=True, wanted=True, depth=1) for no in (1, 2, 69_999)]
    save(sessions, audit_id, Batch(urls=rows, demoted=[*range(2, 70_000)]))

    with sessions() as session:
        wanted = select(AuditUrl.no).where(AuditUrl.audit_id == audit_id, AuditUrl.wanted)
        assert session.scalars(wanted).all() == [1]


def test_a_page_that_leads_to_an_address_longer_than_an_index_takes_is_kept(sessions: Sessions, audit_id: int):
    """Letters by chance, which PostgreSQL cannot make shorter."""
    chance = random.Random(1)
    long = START + "".join(chance.choices(string.ascii_letters, k=7_900))
    record, facts = Judge(gather, (), scope_of(START)).of(Response(START, long, 301))
    row = UrlRow(1, START, START, internal=True, wanted=True, depth=0)

    save(sessions, audit_id, Batch(urls=[row], pages=[PageRow(1, record, packed(facts))]))

    with sessions() as session:
        assert session.scalar(select(func.length(AuditPage.final_url))) == len(long)


def test_an_audit_that_cannot_be_judged_is_given_up(sessions: Sessions, audit_id: int, monkeypatch: pytest.MonkeyPatch):
    def falls(*_: Any, **__: Any) -> bool:
        raise RuntimeError

    monkeypatch.setattr(verdicts, "finish", falls)

    assert run_audit(parts(sessions, now=lambda: NOW + 2 * LEASE)) == audit_id

    with sessions() as session:
        ended = session.get_one(Audit, audit_id)
        assert (ended.state, ended.stop_reason) == (AuditState.FAILED, "crashed")
        assert ended.ended_at is not None
    assert run_audit(parts(sessions, now=lambda: NOW + 2 * LEASE)) is None

"""The links of a page in one piece: what is written is what is read, and rows are for links that somebody asks for."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select

from editorial.store import link_packs
from editorial.store.audit import Audit, AuditLink, AuditLinkPack, AuditState, AuditTrigger, insert_rows
from editorial.store.base import Sessions

LINKS = [
    (1, [2, 3, 9], "561", "To the page\n价格\nTo a source"),
    (4, [2], "5", ""),
    (5, [9], "2", "Out"),
]
PAGE_1 = [2 << 2 | link_packs.IN_MAIN, 3 << 2 | link_packs.NOFOLLOW, 9 << 2 | link_packs.IN_MAIN]


@pytest.fixture
def audit_id(sessions: Sessions) -> int:
    with sessions.begin() as session:
        audit = Audit(
            start_url="https://example.com/",
            trigger=AuditTrigger.COMMAND,
            state=AuditState.QUEUED,
            requested_at=datetime(2026, 12, 1, tzinfo=UTC),
        )
        session.add(audit)
        session.flush()
        link_packs.save(session.connection(), audit.id, LINKS)
        return audit.id


def test_every_link_is_read_as_it_was_written(sessions: Sessions, audit_id: int):
    with sessions() as session:
        assert dict(link_packs.codes(session, audit_id)) == {
            1: PAGE_1,
            4: [2 << 2 | link_packs.IN_MAIN],
            5: [9 << 2 | link_packs.NOFOLLOW],
        }
        assert link_packs.links_in(session, audit_id) == {2: 2, 3: 1, 9: 2}


def test_links_out_of_the_site_have_rows_at_once_and_others_when_asked_for(sessions: Sessions, audit_id: int):
    with sessions.begin() as session:
        assert session.execute(select(AuditLink.no, AuditLink.text)).all() == [(1, "To a source"), (5, "Out")]
        insert_rows(session.connection(), AuditLink, list(link_packs.spelled_out(session, audit_id, {3})))

    with sessions() as session:
        row = session.execute(select(AuditLink).where(AuditLink.target == 3)).scalar_one()
        assert (row.no, row.position, row.nofollow, row.text, row.in_main) == (1, 1, True, "价格", False)
        assert link_packs.links_in(session, audit_id)[3] == 1


def test_an_audit_of_before_is_read_from_its_rows(sessions: Sessions, audit_id: int):
    with sessions.begin() as session:
        rows = list(link_packs.spelled_out(session, audit_id, {2, 3, 9}))
        insert_rows(session.connection(), AuditLink, rows)
        session.execute(delete(AuditLinkPack))

    with sessions() as session:
        assert dict(link_packs.codes(session, audit_id))[1] == PAGE_1

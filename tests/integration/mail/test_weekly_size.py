"""A week in which everything broke at once: twenty thousand findings, and still a mail."""

import pytest
from sqlalchemy import insert, select

from editorial.background.ticks.mails import enqueue_weekly_mails
from editorial.domain.findings import FindingEvent, FindingState
from editorial.services.findings import RULES
from editorial.store.audit import Audit, Finding, FindingHistory
from editorial.store.content import ContentItem
from editorial.store.mail import OutgoingMail

pytestmark = [pytest.mark.thorough, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
FINDINGS = 20_000
LONG = "https://northgauge.example/" + "%E8%B7%AF/" * 17


def test_twenty_thousand_findings_make_one_short_mail(deps, team) -> None:
    with deps.sessions.begin() as session:
        now = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        piece = session.scalars(select(ContentItem)).first()
        piece.title = "标" * 200
        rules = list(RULES)
        session.execute(insert(Finding), [_row(number, rules, now, team.site, piece.id) for number in range(FINDINGS)])
        ids = session.scalars(select(Finding.id).where(Finding.fingerprint.like("many-%")))
        events = [
            {"finding_id": number, "audit_id": now.id, "event": FindingEvent.NEW, "at": now.ended_at} for number in ids
        ]
        session.execute(insert(FindingHistory), events)
    assert enqueue_weekly_mails(deps) == 2
    with deps.sessions() as session:
        mails = session.scalars(select(OutgoingMail)).all()

    assert all("20,007" in mail.subject for mail in mails)
    assert max(len(mail.html.encode()) for mail in mails) < 100_000
    assert max(len(mail.text.encode()) for mail in mails) < 50_000


def _row(number: int, rules: list[str], audit: Audit, site: int, piece: int) -> dict[str, object]:
    url = f"{LONG}{number}"
    return {
        "site_id": site,
        "fingerprint": f"many-{number}",
        "rule": rules[number % len(rules)],
        "version": 1,
        "url": url,
        "n2": url,
        "key": f"k{number}",
        "severity": ("error", "warning", "notice")[number % 3],
        "params": {},
        "evidence": [],
        "state": FindingState.NEW,
        "newly_discovered": False,
        "first_audit_id": audit.id,
        "first_seen_at": audit.ended_at,
        "last_audit_id": audit.id,
        "last_seen_at": audit.ended_at,
        "content_item_id": piece if number % 2 else None,
    }

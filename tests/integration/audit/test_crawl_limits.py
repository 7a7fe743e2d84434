"""Traps, patterns and limits in a crawl of a real server."""

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from editorial.services.auditing import run_audit, start_audit_of
from editorial.store.audit import Audit, AuditFailure, AuditRuleCount, AuditState
from editorial.store.base import Sessions
from editorial.store.crawls import AuditTrap
from tests.integration.audit.conftest import Answer, Web, links, page, parts

pytestmark = pytest.mark.thorough


def calendar(handler: BaseHTTPRequestHandler) -> Answer | None:
    """Every month leads to the next two."""
    month = handler.path.partition("/calendar?month=")[2]
    if not month:
        return None
    return page(f"Month {month}", links(*(f"/calendar?month={int(month) + ahead}" for ahead in (1, 2))))


def audited(desk: Sessions, web: Web, **options: object) -> Audit:
    with desk.begin() as session:
        number = start_audit_of(session, web.url + "/", datetime.now(UTC), options).id
    run_audit(parts(desk), number)
    with desk() as session:
        return session.get_one(Audit, number)


def test_a_calendar_without_end_is_left_told_and_stops_nothing(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/calendar?month=1", "/a", "/draft/x"))
    web.pages["/a"] = page("A")
    web.other = calendar

    audit = audited(desk, web, max_queries=12, exclude=["/draft/*"])

    with desk() as session:
        (trap,) = session.scalars(select(AuditTrap))
        told = session.execute(select(AuditFailure.params).where(AuditFailure.rule == "crawl-trap")).all()
        orphans = session.scalars(select(AuditRuleCount).where(AuditRuleCount.rule == "page-orphan")).one()
    assert (audit.state, audit.stop_reason) == (AuditState.DONE, "complete")
    assert len([path for path in web.paths() if path.startswith("/calendar")]) == 13  # one that another page named
    assert (trap.kind, trap.pattern, trap.first) == ("queries", f"{web.url}/calendar?*", f"{web.url}/calendar?month=14")
    assert told == []  # two addresses are no pile
    assert "/draft/x" not in web.paths()
    assert (audit.course["excluded"], audit.course["hides"]) == (1, True)
    assert (orphans.failed, orphans.passed) == (0, 0)  # a link may stand on what was left out


def test_a_limit_of_clicks_is_the_reason_of_the_end(web: Web, desk: Sessions):
    for place in range(5):
        web.pages["/" if not place else f"/{place}"] = page(f"Page {place}", links(f"/{place + 1}"))
    web.pages["/1"] = page("Page 1", links("/2") + '<p><a rel="nofollow" href="/sponsor">Sponsor</a></p>')
    web.pages["/sponsor"] = page("Sponsor")

    audit = audited(desk, web, max_depth=2, follow_nofollow=True)

    assert (audit.state, audit.stop_reason, audit.fetched) == (AuditState.STOPPED, "depth_cap", 4)

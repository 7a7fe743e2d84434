"""One page over the audits that fetched it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert

from editorial.audit.facts import PageFacts, RobotsDirective
from editorial.domain.findings import FindingEvent
from editorial.services.deps import Deps
from editorial.services.page_history import VISITS, history
from editorial.store import statistics
from editorial.store.audit import AuditUrl
from tests.conftest import Clock
from tests.integration.web.audited import add_site, audit, good, unseen, untitled
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera"))


def weeks(deps: Deps, clock: Clock, *pages: PageFacts) -> int:
    """Weekly audits that see one page beside another; returns the number of the last."""
    site, number = add_site(deps), 0
    for page in pages:
        clock.forward(days=7)
        number = audit(deps, site, [good("other"), page])
    return number


def test_what_an_audit_opened_fixed_and_brought_back_is_told_with_its_day(deps: Deps, clock: Clock) -> None:
    last = weeks(deps, clock, good("a"), untitled("a"), good("a"), untitled("a"))
    with deps.sessions() as session:
        visits = history(session, last, 2).visits

    assert [[each.event for each in visit.happenings] for visit in visits] == [
        [FindingEvent.REOPENED],
        [FindingEvent.FIXED],
        [FindingEvent.NEW],
        [],
    ]
    assert [visit.at for visit in visits] == sorted((visit.at for visit in visits), reverse=True)


def test_what_differs_from_the_audit_before_is_marked(deps: Deps, clock: Clock) -> None:
    shorter = replace(good("a"), text=replace(good("a").text, words=12))
    noindex = replace(good("a"), robots=(RobotsDirective("", "noindex", "", "head"),))
    last = weeks(deps, clock, good("a"), shorter, good("a"), noindex, replace(good("a"), status=404))
    with deps.sessions() as session:
        visits = history(session, last, 2).visits

    assert [set(visit.changed) for visit in visits] == [
        {"status", "index"},
        {"index"},
        {"words"},
        {"words"},
        set(),
    ]


def test_nothing_is_said_of_what_was_not_seen(deps: Deps, clock: Clock) -> None:
    last = weeks(deps, clock, good("a"), unseen("a", "timeout"), good("a"))
    with deps.sessions() as session:
        visits = history(session, last, 2).visits

    assert [set(visit.changed) for visit in visits] == [set(), set(), set()]
    assert visits[1].index.allowed is None


def test_audits_that_did_not_come_to_the_page_are_left_out_and_the_last_is_named(
    reader: Visitor, deps: Deps, clock: Clock
) -> None:
    last = weeks(deps, clock, good("a"), good("b"))

    page = reader.get(f"/audits/pages/{last - 1}/2/history")

    assert len(re.findall(r'<th scope="row">', page)) == 1
    assert "did not come to this page" in page


def test_the_facts_lead_to_the_history_and_to_a_later_audit(reader: Visitor, deps: Deps, clock: Clock) -> None:
    last = weeks(deps, clock, untitled("a"), good("a"))

    page = reader.get(f"/audits/pages/{last - 1}/2")

    assert f'href="/audits/pages/{last - 1}/2/history"' in page
    assert f'href="/audits/pages/{last}/2"' in page
    assert "Page score 90 of 100" in page


@pytest.mark.thorough
def test_a_long_history_is_paged(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    for week in range(VISITS + 2, 0, -1):
        last = audit(deps, site, [good("a")], at=deps.now() - timedelta(days=7 * week))

    page = reader.get(f"/audits/pages/{last}/1/history")
    older = re.search(r'rel="next" href="([^"]+)"', page)

    assert len(re.findall(r'<th scope="row">', page)) == VISITS
    assert older is not None
    assert len(re.findall(r'<th scope="row">', reader.get(older[1]))) == 2


def test_a_page_that_no_audit_knows_is_a_404(reader: Visitor) -> None:
    reader.get("/audits/pages/1/1/history", status=404)


def test_a_long_history_asks_as_little_as_a_short_one(deps: Deps, clock: Clock) -> None:
    last = weeks(deps, clock, *(good("a") for _ in range(12)))
    asked: list[str] = []
    with deps.sessions() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        history(session, last, 2)

    assert len(asked) <= 7


def test_the_audits_of_a_page_are_entered_by_the_index_over_addresses(deps: Deps, clock: Clock) -> None:
    last = weeks(deps, clock, good("a"))
    asked: list[tuple[str, Any]] = []
    with deps.sessions() as session:
        if session.get_bind().dialect.name != "sqlite":
            return  # of a few rows PostgreSQL rightly reads the table; its plan on many rows is the same
        same = {"audit_id": last, "internal": True, "wanted": True}
        heard = [{**same, "no": no, "url": f"/{no}", "n2": f"/{no}"} for no in range(10, 500)]
        session.execute(insert(AuditUrl), heard)
        statistics.renew(session)
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        history(session, last, 2)
        statement, params = next(each for each in asked if "audit_page" in each[0] and "audit_url" in each[0])
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", params).all()

    assert any(re.search(r"ix_audit_url_n2 \((audit_id=\?|ANY\(audit_id\)) AND n2=\?\)", row[-1]) for row in plan)

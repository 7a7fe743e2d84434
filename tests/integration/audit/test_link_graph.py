"""The link graph of an audit: kept by whoever runs it, once, with what the plan says of the pages."""

import pytest
from sqlalchemy import select, update

from editorial.services import link_graph, structure
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditPlace, AuditState
from editorial.store.content import ContentItem
from tests.integration.audit.test_page_items import add_item
from tests.integration.web.audited import BASE, add_site, audit, good
from tests.web import add_workspace


def running(deps: Deps, audit_id: int) -> None:
    """As if the audit had not ended yet."""
    with deps.sessions.begin() as session:
        again = {"state": AuditState.RUNNING, "ended_at": None, "heartbeat_at": deps.now(), "worker": deps.worker}
        session.execute(update(Audit).where(Audit.id == audit_id).values(again))


def places(deps: Deps) -> list[tuple[int, int | None, bool]]:
    with deps.sessions() as session:
        wanted = select(AuditPlace.no, AuditPlace.depth, AuditPlace.important).order_by(AuditPlace.no)
        return [(row.no, row.depth, row.important) for row in session.execute(wanted)]


def test_pages_of_items_that_the_plan_puts_first_are_marked_and_shown_with_their_title(deps: Deps) -> None:
    add_workspace(deps)
    site = add_site(deps)
    first = add_item(deps, BASE + "b", site=site)
    add_item(deps, BASE + "a", site=site)
    with deps.sessions.begin() as session:
        session.execute(update(ContentItem).where(ContentItem.id == first).values(priority=1))

    made = audit(deps, site, [good(""), good("a"), good("b")])

    assert places(deps) == [(1, 0, False), (2, 1, False), (3, 1, True)]
    with deps.sessions() as session:
        shown = structure.structure_of(session, session.get_one(Audit, made))
        assert shown is not None
        assert [(line.no, line.item) for line in shown.important] == [(3, (first, "How we price"))]


def test_who_lost_the_audit_keeps_nothing_who_has_it_begins_anew_and_what_breaks_changes_nothing(
    deps: Deps, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = audit(deps, add_site(deps), [good(""), good("a")])
    whole = places(deps)
    running(deps, made)
    with deps.sessions.begin() as session:
        session.execute(update(AuditPlace).values(depth=9))

    def broken(*_: object) -> None:
        raise ValueError("no graph")

    link_graph.measure(deps.sessions, made, "another", complete=True)
    with monkeypatch.context() as patched:
        patched.setattr(link_graph, "work_out", broken)
        link_graph.measure(deps.sessions, made, deps.worker, complete=True)
    kept = places(deps)
    link_graph.measure(deps.sessions, made, deps.worker, complete=True)

    assert whole == [(1, 0, False), (2, 1, False)]
    assert kept == [(1, 9, False), (2, 9, False)]
    assert places(deps) == whole

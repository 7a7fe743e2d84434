"""A page that somebody says is out is audited alone, and what was found there before is its item's."""

import pytest
from sqlalchemy import select

from editorial.services import endings
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditTrigger, Finding
from editorial.store.content import Site
from tests.integration.plans import Desk, make_desk
from tests.integration.web.audited import BASE, audit, untitled


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


def publish(desk: Desk, url: str) -> int:
    item_id = desk.approved()
    with desk.deps.sessions.begin() as session:
        version = desk.item(item_id).version
        endings.mark_published(session, desk.deps, desk.admin, item_id, url, version=version)
    return item_id


def page_audits(desk: Desk) -> list[tuple[str, bool]]:
    with desk.deps.sessions() as session:
        wanted = select(Audit).where(Audit.trigger == AuditTrigger.PUBLISH)
        return [(one.start_url, one.whole_site) for one in session.scalars(wanted)]


def test_what_was_published_by_hand_is_audited_alone(desk: Desk) -> None:
    publish(desk, f"{BASE}cfo")

    assert page_audits(desk) == [(f"{BASE}cfo", False)]


def test_findings_of_the_page_become_those_of_its_item_at_once(desk: Desk) -> None:
    with desk.deps.sessions() as session:
        site = session.scalars(select(Site.id)).one()
    audit(desk.deps, site, [untitled("cfo"), untitled("about")])

    item = publish(desk, f"{BASE}cfo")

    with desk.deps.sessions() as session:
        found = {one.url: one.content_item_id for one in session.scalars(select(Finding))}
    assert found == {f"{BASE}cfo": item, f"{BASE}about": None}


@pytest.mark.parametrize("url", ["https://weekly.example/guest-article", "https://evilnorthgauge.example/cfo"])
def test_pages_of_others_are_left_alone(desk: Desk, url: str) -> None:
    publish(desk, url)

    assert page_audits(desk) == []
